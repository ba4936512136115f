package io.textonce.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.textonce.sandbox.LoopbackServer;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebhookTest {

    /** Longer than a response takes, however slow this machine is. */
    private static final Duration LONG = Duration.ofSeconds(10);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> paths = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() {
        server = LoopbackServer.on(0);
        server.setExecutor(threads);
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void followsNoRedirection() {
        serve(exchange -> {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            answer(exchange, 307);
        });

        var outcome = webhook().publish(events(1, 1));

        assertThat(outcome.published()).isZero();
        assertThat(outcome.failure()).isEqualTo(new Receiver.Failure("HTTP 307"));
        assertThat(paths).containsExactly("/hook");
    }

    @Test
    void waitsNoLongerThanItMay() {
        var never = new CountDownLatch(1);
        serve(exchange -> await(never));
        var webhook = webhook(Duration.ofSeconds(1));
        var began = Instant.now();

        var outcome = webhook.publish(events(2, 2));

        never.countDown();
        assertThat(outcome.failure()).isEqualTo(new Receiver.Failure("No response within 1 s"));
        assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(9));
    }

    @Test
    void readsNoMoreOfAnAnswerThanItMust() {
        var written = new AtomicInteger();
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (var out = exchange.getResponseBody()) {
                while (written.addAndGet(8192) < 1 << 30) {
                    out.write(new byte[8192]);
                }
            }
        });

        var outcome = webhook().publish(events(1, 1));

        assertThat(outcome).isEqualTo(new Receiver.Outcome(1, null));
        assertThat(written.get()).isLessThan(64 << 20);
    }

    @Test
    void givesUpAnAnswerThatTrickles() {
        var never = new CountDownLatch(1);
        serve(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            await(never);
        });

        var outcome = webhook(Duration.ofSeconds(1)).publish(events(1, 1));

        never.countDown();
        assertThat(outcome.failure()).isNotNull();
    }

    @Test
    void tellsOfDeliveriesSideBySideAndOfEachInItsOrder() {
        var together = new CyclicBarrier(4);
        var published = new ConcurrentLinkedQueue<String>();
        serve(exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes());
            try {
                together.await(LONG.toMillis(), TimeUnit.MILLISECONDS);
            } catch (Exception e) {
                answer(exchange, 500);
                return;
            }
            published.add(body.replaceAll(".*\"subject\":\"([^\"]+)\".*\"sequence\":\"(\\d+)\".*", "$1 $2"));
            answer(exchange, 200);
        });
        var events = events(4, 3);

        var outcome = webhook().publish(events);

        assertThat(outcome).isEqualTo(new Receiver.Outcome(12, null));
        events.stream()
                .map(StatusEvent::delivery)
                .distinct()
                .forEach(delivery -> assertThat(published.stream().filter(call -> call.startsWith(delivery.toString())))
                        .hasSize(3)
                        .isSorted());
    }

    @Test
    void saysHowFarItCameAndWhenItMayComeAgain() {
        var events = events(3, 1);
        serve(exchange -> {
            boolean second = new String(exchange.getRequestBody().readAllBytes())
                    .contains(events.get(1).delivery().toString());
            exchange.getResponseHeaders().set("Retry-After", "7");
            answer(exchange, second ? 429 : 200);
        });

        var outcome = webhook().publish(events);

        assertThat(outcome)
                .isEqualTo(new Receiver.Outcome(1, new Receiver.Failure("HTTP 429", false, Duration.ofSeconds(7))));
    }

    @Test
    void publishesNoLaterChangeOfADeliveryAfterOneThatFailed() {
        serve(exchange -> answer(exchange, 500));

        var outcome = webhook().publish(events(1, 3));

        assertThat(outcome).isEqualTo(new Receiver.Outcome(0, new Receiver.Failure("HTTP 500")));
        assertThat(paths).hasSize(1);
    }

    @Test
    void saysThatNobodyIsThere() {
        var webhook = webhook();
        server.start();
        server.stop(0);

        assertThat(webhook.publish(events(1, 1)).failure())
                .isEqualTo(new Receiver.Failure("Could not connect: ConnectException"));
    }

    private Webhook webhook() {
        return webhook(LONG);
    }

    private Webhook webhook(Duration timeout) {
        var signature = new WebhookSignature(List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        return new Webhook(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"),
                () -> signature,
                URI.create("https://sms.example.com"),
                timeout,
                4,
                Clock.systemUTC());
    }

    private void serve(HttpHandler handler) {
        server.createContext("/", exchange -> {
            paths.add(exchange.getRequestURI().toString());
            handler.handle(exchange);
        });
        server.start();
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** So many changes of each of so many deliveries, in turn. */
    static List<StatusEvent> events(int deliveries, int changes) {
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < deliveries; i++) {
            ids.add(UUID.randomUUID());
        }
        var events = new ArrayList<StatusEvent>();
        for (int change = 0; change < changes; change++) {
            for (var id : ids) {
                events.add(new StatusEvent(
                        events.size() + 1,
                        id,
                        Instant.now(),
                        "order-shipped",
                        "order-1",
                        "queued",
                        null,
                        null,
                        null,
                        "+*******5310",
                        null));
            }
        }
        return events;
    }
}
