package io.textonce.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.twilio.security.RequestValidator;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;

/** The application's end of a webhook: keeps what comes in. */
final class WebhookReceiver implements AutoCloseable {

    private final HttpServer server;
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final IntSupplier status;

    /** @param status what the next webhook is answered with */
    WebhookReceiver(IntSupplier status) {
        this.status = status;
        server = LoopbackServer.on(0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::handle);
        server.start();
    }

    record Received(
            String target, String host, Form form, String signature, String userAgent, String idempotencyToken) {

        boolean isSigned(String url, String token) {
            var parameters = new HashMap<String, String>();
            form.parameters().forEach(parameter -> parameters.put(parameter.getKey(), parameter.getValue()));
            return new RequestValidator(token).validate(url, parameters, signature);
        }

        String status() {
            return form.text("MessageStatus");
        }
    }

    String hostAndPort() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    String url(String pathAndQuery) {
        return "http://" + hostAndPort() + pathAndQuery;
    }

    List<Received> received() {
        return List.copyOf(received);
    }

    List<String> statuses() {
        return received.stream().map(Received::status).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        received.add(new Received(
                exchange.getRequestURI().toString(),
                headers.getFirst("Host"),
                Form.decode(new String(exchange.getRequestBody().readAllBytes(), UTF_8)),
                headers.getFirst("X-Twilio-Signature"),
                headers.getFirst("User-Agent"),
                headers.getFirst("I-Twilio-Idempotency-Token")));
        exchange.sendResponseHeaders(status.getAsInt(), -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
