package io.textonce.proof;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Proxy before Twilio that answers some requests itself, with 403 or 407 and a page of its own: half of them after it has
 * passed the request on.
 */
final class MeddlingProxy implements AutoCloseable {

    private static final List<Integer> STATUSES = List.of(403, 407);

    private final HttpClient http = HttpClient.newHttpClient();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Random random = new Random(20261126);
    private final AtomicInteger answered = new AtomicInteger();
    private final HttpServer server;
    private final URI twilio;
    private volatile double share;

    MeddlingProxy(String twilio, double share) {
        this.twilio = URI.create(twilio);
        this.share = share;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void behave() {
        share = 0;
    }

    /** How many requests it has answered itself. */
    int answered() {
        return answered.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean meddles = random.nextDouble() < share;
            if (meddles && random.nextBoolean()) {
                answer(exchange);
                return;
            }
            var call = HttpRequest.newBuilder(twilio.resolve(exchange.getRequestURI()))
                    .method(
                            exchange.getRequestMethod(),
                            BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
            for (String header : List.of("Authorization", "Content-Type", "Accept")) {
                String value = exchange.getRequestHeaders().getFirst(header);
                if (value != null) {
                    call.header(header, value);
                }
            }
            var response = http.send(call.build(), BodyHandlers.ofByteArray());
            if (meddles) {
                answer(exchange);
            } else {
                response.headers()
                        .firstValue("Content-Type")
                        .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
                send(exchange, response.statusCode(), response.body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        int status = STATUSES.get(answered.getAndIncrement() % STATUSES.size());
        send(exchange, status, "<html><h1>Ask your network's owner</h1></html>".getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
