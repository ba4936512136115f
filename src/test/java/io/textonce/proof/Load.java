package io.textonce.proof;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Events over all three intakes at once, from senders who do what good senders do: repeat the same event until somebody
 * has answered for it. Each event asks for a text that no other one asks for.
 */
final class Load implements AutoCloseable {

    private static final AtomicInteger NEXT = new AtomicInteger();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final ExecutorService senders = Executors.newFixedThreadPool(24);
    private final ConcurrentLinkedQueue<Integer> events = new ConcurrentLinkedQueue<>();
    private final Map<Integer, Instant> planned = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Integer> failures = new ConcurrentLinkedQueue<>();
    private final List<Future<?>> running = new ArrayList<>();
    private final Peers peers;
    private final Supplier<AppProcess> app;

    /** @param app the instance to call, which may be another one after a restart */
    Load(Peers peers, Supplier<AppProcess> app) {
        this.peers = peers;
        this.app = app;
    }

    /** Sends so many events over each intake. */
    Load start(int each) {
        for (int i = 0; i < each; i++) {
            int event = newEvent();
            running.add(senders.submit(() -> untilAnswered(() -> post(event))));
        }
        for (int i = 0; i < each; i++) {
            int event = newEvent();
            running.add(senders.submit(() -> untilAnswered(() -> publish(event))));
        }
        var lines = new StringBuilder();
        for (int i = 0; i < each; i++) {
            lines.append(json(newEvent())).append('\n');
        }
        drop(lines.toString());
        return this;
    }

    /** Sends so many events over HTTP whose texts are to be sent later. */
    Load plan(int number, Duration later) {
        var sendAt = Instant.now().plus(later);
        for (int i = 0; i < number; i++) {
            int event = newEvent();
            planned.put(event, sendAt);
            running.add(senders.submit(() -> untilAnswered(() -> post(event))));
        }
        return this;
    }

    /** Sends all events once more, each over another intake. */
    Load repeat() {
        var lines = new StringBuilder();
        for (int event : events) {
            switch (event % 3) {
                case 0 -> running.add(senders.submit(() -> untilAnswered(() -> post(event))));
                case 1 -> running.add(senders.submit(() -> untilAnswered(() -> publish(event))));
                default -> lines.append(json(event)).append('\n');
            }
        }
        drop(lines.toString());
        return this;
    }

    /** Waits until every sender has its answer. */
    void awaitSent(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        for (var sender : running) {
            try {
                sender.get(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (Exception e) {
                throw new AssertionError("A sender got no answer within " + most, e);
            }
        }
        running.clear();
    }

    List<Integer> events() {
        return List.copyOf(events);
    }

    /** The answers over HTTP from 500 on. */
    List<Integer> failures() {
        return List.copyOf(failures);
    }

    /** The text that an event asks for. */
    static String text(int event) {
        return "Your order proof-" + event + " has shipped.";
    }

    /** The number that it is sent to. */
    static String number(int event) {
        return "+1555" + (2_000_000 + event);
    }

    private int newEvent() {
        int event = NEXT.incrementAndGet();
        events.add(event);
        return event;
    }

    private String json(int event) {
        var sendAt = planned.get(event);
        return "{\"eventId\":\"proof-event-" + event + "\",\"phone\":\"" + number(event) + "\",\"orderId\":\"proof-"
                + event + "\",\"consentAt\":\"2026-06-02T09:00:00Z\""
                + (sendAt == null ? "}" : ",\"sendAt\":\"" + sendAt + "\"}");
    }

    private interface Attempt {
        boolean answered() throws Exception;
    }

    private static void untilAnswered(Attempt attempt) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                if (attempt.answered()) {
                    return;
                }
            } catch (IOException | JMSException | jakarta.jms.JMSRuntimeException e) {
                // Nobody there, or the answer was lost: the same event again.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private boolean post(int event) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(app.get().uri("/api/order-shipped-sms"))
                .header("Authorization", "Bearer " + AppProcess.TOKEN)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofString(json(event)))
                .build();
        int status = http.send(request, BodyHandlers.discarding()).statusCode();
        if (status >= 500) {
            failures.add(status);
        }
        // A rejection is an answer, too: an event that comes after its recipient's STOP gets it.
        return status == 200 || status == 202 || status == 422;
    }

    private boolean publish(int event) throws JMSException {
        try (var factory = new ActiveMQConnectionFactory(peers.broker().url());
                var context = factory.createContext()) {
            var message = context.createTextMessage(json(event));
            message.setStringProperty("event", "order-shipped");
            context.createProducer().send(context.createQueue("textonce.events"), message);
            return true;
        }
    }

    private void drop(String lines) {
        try {
            Path folder = Files.createDirectories(peers.inbox().resolve("order-shipped"));
            Path part = Files.writeString(folder.resolve(".proof.tmp"), lines);
            Files.move(part, folder.resolve("proof-" + UUID.randomUUID() + ".jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        senders.shutdownNow();
    }
}
