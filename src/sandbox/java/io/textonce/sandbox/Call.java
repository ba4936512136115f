package io.textonce.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import io.textonce.sandbox.Fault.Answer;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One request to the simulator and its answer. Closing it without an answer closes the connection. */
final class Call implements AutoCloseable {

    private final HttpExchange exchange;
    private final long startedAt = System.nanoTime();
    final int concurrent;
    final String body;

    /** @param concurrent how many requests are under way, this one included */
    Call(HttpExchange exchange, int concurrent) throws IOException {
        this.exchange = exchange;
        this.concurrent = concurrent;
        this.body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    }

    String method() {
        return exchange.getRequestMethod();
    }

    String path() {
        return exchange.getRequestURI().getRawPath();
    }

    Form form() {
        return Form.decode(body);
    }

    Form query() {
        return Form.decode(exchange.getRequestURI().getRawQuery());
    }

    /** User and password of basic authentication, or null. */
    @Nullable
    Credentials credentials() {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header == null || !header.startsWith("Basic ")) {
            return null;
        }
        try {
            String[] pair = new String(Base64.getDecoder().decode(header.substring(6)), UTF_8).split(":", 2);
            return pair.length == 2 ? new Credentials(pair[0], pair[1]) : null;
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    /** Returns the access token of the caller, or an empty text. */
    String bearer() {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        return header != null && header.startsWith("Bearer ") ? header.substring("Bearer ".length()) : "";
    }

    record Credentials(String user, String password) {}

    /** The headers that a test may ask for. No password among them: the ledger is open to everybody. */
    Map<String, String> headersOfInterest() {
        var headers = new TreeMap<String, String>();
        for (String name : new String[] {"content-type", "host", "traceparent", "user-agent", "x-twilio-client"}) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        var credentials = credentials();
        if (credentials != null) {
            headers.put("authorization", "Basic " + credentials.user());
        }
        return headers;
    }

    void header(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    void json(int status, JsonNode json) throws IOException {
        send(status, "application/json", json.toString());
    }

    void error(TwilioError error) throws IOException {
        json(error.status(), error.json());
    }

    /** Answers otherwise than Twilio should. */
    void misbehave(Fault fault) throws IOException {
        if (fault.retryAfter() != null) {
            header("Retry-After", fault.retryAfter().toString());
        }
        switch (fault.answer() == null ? Answer.CLOSE : fault.answer()) {
            case ERROR -> error(new TwilioError(fault.status(), fault.code(), "Simulated", null));
            case HTML -> send(fault.status(), "text/html", "<html><body><h1>" + fault.status() + "</h1></body></html>");
            case EMPTY -> send(fault.status(), "text/plain", "");
            case GARBAGE -> send(201, "application/json", "{\"sid\": \"SM");
            default -> close();
        }
    }

    void send(int status, String contentType, String text) throws IOException {
        header("Twilio-Request-Id", Ids.next("RQ"));
        header("Twilio-Request-Duration", Double.toString((System.nanoTime() - startedAt) / 1_000_000 / 1000.0));
        header("Twilio-Concurrent-Requests", Integer.toString(concurrent));
        byte[] bytes = text.getBytes(UTF_8);
        if (bytes.length == 0) {
            exchange.sendResponseHeaders(status, -1);
        } else {
            header("Content-Type", contentType);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    @Override
    public void close() {
        exchange.close();
    }

    /** Twilio's identifiers: two letters and 32 hexadecimal digits. */
    static final class Ids {

        private Ids() {}

        static String next(String prefix) {
            return prefix + UUID.randomUUID().toString().replace("-", "");
        }
    }
}
