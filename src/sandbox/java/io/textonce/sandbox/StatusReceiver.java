package io.textonce.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Client's end of the status webhook: it verifies the signature, recognizes a repeated event by its id, and stores what
 * it receives. {@code GET /} shows the last events. Tests make it fail in the ways in which clients do.
 */
public final class StatusReceiver implements AutoCloseable {

    /** Secret of the client and of TextOnce. */
    public static final String SECRET =
            "whsec_" + Base64.getEncoder().encodeToString("a-secret-of-the-sandbox-only".getBytes(UTF_8));

    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    private static final int SHOWN = 50;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private volatile Consumer<JsonNode> listener = event -> {};
    private volatile int status = 204;
    private volatile Map<String, String> headers = Map.of();
    private volatile CountDownLatch open = new CountDownLatch(0);

    /** @param port 0 for any */
    public StatusReceiver(int port) {
        server = LoopbackServer.on(port);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Call of the webhook.
     *
     * @param signed whether the signature is right and fresh
     * @param answered with which status; 0 for none
     */
    public record Call(String id, JsonNode event, String contentType, String signature, boolean signed, int answered) {

        public String delivery() {
            return event.path("subject").asText();
        }

        public String status() {
            return event.at("/data/status").asText();
        }

        public String eventId() {
            return event.at("/data/eventId").asText();
        }

        public long sequence() {
            return event.path("sequence").asLong();
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sets a listener for the events from now on. */
    public void onEvent(Consumer<JsonNode> listener) {
        this.listener = listener;
    }

    /** Responds with this status from now on. */
    public StatusReceiver answers(int status) {
        return answers(status, Map.of());
    }

    public StatusReceiver answers(int status, Map<String, String> headers) {
        this.headers = headers;
        this.status = status;
        return this;
    }

    /** Does not respond from now on. */
    public StatusReceiver hangs() {
        open = new CountDownLatch(1);
        return this;
    }

    public StatusReceiver behaves() {
        open.countDown();
        return answers(204);
    }

    public List<Call> calls() {
        return List.copyOf(calls);
    }

    /** The calls about one business event, repetitions included. */
    public List<Call> calls(String eventId) {
        return calls.stream().filter(call -> call.eventId().equals(eventId)).toList();
    }

    /** The statuses of one business event in the order in which they came, each change once. */
    public List<String> statuses(String eventId) {
        return statuses().getOrDefault(eventId, List.of());
    }

    /** Returns the statuses of all business events, each change once. */
    public Map<String, List<String>> statuses() {
        return statuses(Call::eventId);
    }

    public Map<String, List<String>> statusesByDelivery() {
        return statuses(Call::delivery);
    }

    private Map<String, List<String>> statuses(Function<Call, String> by) {
        var seen = new HashSet<String>();
        return calls.stream()
                .filter(call -> call.answered() / 100 == 2 && seen.add(call.id()))
                .collect(Collectors.groupingBy(by, Collectors.mapping(Call::status, Collectors.toList())));
    }

    private void handle(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("GET")) {
            show(exchange);
            return;
        }
        byte[] body = exchange.getRequestBody().readAllBytes();
        var request = exchange.getRequestHeaders();
        var event = JSON.readTree(body);
        boolean signed = isSigned(
                request.getFirst("webhook-id"),
                request.getFirst("webhook-timestamp"),
                request.getFirst("webhook-signature"),
                body);
        var answering = open;
        int answer = answering.getCount() > 0 ? 0 : signed ? status : 401;
        calls.add(new Call(
                request.getFirst("webhook-id"),
                event,
                request.getFirst("Content-Type"),
                request.getFirst("webhook-signature"),
                signed,
                answer));
        if (answer == 0) {
            await(answering);
            exchange.close();
            return;
        }
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer, -1);
        exchange.close();
        if (answer / 100 == 2) {
            listener.accept(event);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** By the letter of the specification, apart from what signs. */
    private static boolean isSigned(String id, String timestamp, String signatures, byte[] body) {
        if (id == null || timestamp == null || signatures == null) {
            return false;
        }
        var age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), Instant.now())
                .abs();
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(SECRET.substring("whsec_".length())), "HmacSHA256"));
            mac.update(id.getBytes(UTF_8));
            mac.update((byte) '.');
            mac.update(timestamp.getBytes(UTF_8));
            mac.update((byte) '.');
            byte[] expected = mac.doFinal(body);
            for (String signature : signatures.split(" ")) {
                if (signature.startsWith("v1,")
                        && MessageDigest.isEqual(
                                expected, Base64.getDecoder().decode(signature.substring("v1,".length())))) {
                    return age.compareTo(TOLERANCE) <= 0;
                }
            }
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void show(HttpExchange exchange) throws IOException {
        var all = calls();
        String lines = all.subList(Math.max(0, all.size() - SHOWN), all.size()).stream()
                .map(call -> call.event().path("time").asText() + "  " + call.status() + "  "
                        + call.event().at("/data/event").asText() + "  " + call.eventId()
                        + (call.signed() ? "" : "  NOT SIGNED"))
                .collect(Collectors.joining("\n", "The last status changes that this client received:\n\n", "\n"));
        byte[] page = lines.getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(200, page.length);
        exchange.getResponseBody().write(page);
        exchange.close();
    }

    @Override
    public void close() {
        open.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
