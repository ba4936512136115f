package io.textonce.proof;

import static io.textonce.sandbox.Fault.answers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Cancellations that race with their reminders while the process is killed and Twilio loses answers: a reminder whose
 * cancellation was answered as done, or came first, is never sent, and no reminder is sent twice.
 */
class CancellationProofIT {

    private static final int REMINDERS = Boolean.getBoolean("proof.large") ? 400 : 60;
    private static final Duration MOST = Duration.ofMinutes(2);

    private final ObjectMapper json = new ObjectMapper();
    private final Random random = new Random(20261125);
    private final Map<Integer, String> answered = new ConcurrentHashMap<>();
    private volatile @Nullable AppProcess app;

    @Test
    void sendsNothingWhoseCancellationWasAnsweredAsDone() throws Exception {
        Path directory = Files.createDirectories(Path.of("target", "proof"));
        var senders = Executors.newFixedThreadPool(24);
        try (var peers = new Peers(Files.createTempDirectory(directory, "peers-"), 0, 0).start()) {
            peers.twilio().callbackDelay(Duration.ofMillis(200));
            peers.twilio().share(0.2, answers(500).afterRecording()).share(0.1, answers(429));
            app = ImpatientApp.of(peers).start();
            var sendAt = Instant.now().plusSeconds(4);
            var calls = new ArrayList<Future<?>>();
            for (int i = 0; i < REMINDERS; i++) {
                int reminder = i;
                int wait = random.nextInt(7_000);
                calls.add(senders.submit(() -> post("appointment-reminder", reminder(reminder, sendAt))));
                calls.add(senders.submit(() -> {
                    LockSupport.parkNanos(Duration.ofMillis(wait).toNanos());
                    answered.put(reminder, post("appointment-cancelled", cancellation(reminder)));
                }));
            }
            for (int kill = 0; kill < 2; kill++) {
                LockSupport.parkNanos(Duration.ofMillis(2_500).toNanos());
                app.kill();
                app = ImpatientApp.of(peers).start();
            }
            for (var call : calls) {
                call.get();
            }
            peers.twilio().behave();
            await().atMost(MOST).ignoreExceptions().until(() -> open(peers) == 0);

            assertThat(new Oracle(peers).forbidden())
                    .as("histories that the model forbids")
                    .isEmpty();
            assertThat(answered).hasSize(REMINDERS).containsValue("canceled");
            for (int i = 0; i < REMINDERS; i++) {
                int sent = peers.twilio().sentTo(phone(i)).size();
                assertThat(sent)
                        .as("SMS of reminder %d, whose cancellation was answered %s", i, answered.get(i))
                        .isLessThanOrEqualTo(answered.get(i).matches("canceled|pending") ? 0 : 1);
            }
        } finally {
            senders.shutdownNow();
            if (app != null) {
                app.close();
            }
        }
    }

    /** Repeats the event until it is answered, as a good sender does; the status of the answer. */
    private String post(String event, String body) {
        while (true) {
            try {
                var answer = app.post(event, body);
                if (answer.statusCode() == 200 || answer.statusCode() == 202) {
                    return json.readTree(answer.body()).path("status").asText();
                }
            } catch (UncheckedIOException | IOException e) {
                // It was killed: the same event again.
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException("No answer to " + event);
            }
        }
    }

    /** In a zone where it is noon, so that no quiet hours hold it. */
    private static String reminder(int reminder, Instant sendAt) {
        int hours = 12 - sendAt.atZone(ZoneOffset.UTC).getHour();
        String zone = "Etc/GMT" + (hours > 0 ? "-" : "+") + Math.abs(hours);
        String appointment = LocalDateTime.ofInstant(sendAt, ZoneOffset.UTC)
                .plusDays(3)
                .withSecond(0)
                .withNano(0)
                .toString();
        return """
                {"eventId":"reminder-%d","phone":"%s","appointmentAt":"%s","timeZone":"%s","sendAt":"%s",
                 "consentAt":"2026-06-02T09:00:00Z"}""".formatted(reminder, phone(reminder), appointment, zone, sendAt);
    }

    private static String cancellation(int reminder) {
        return "{\"eventId\":\"cancellation-%1$d\",\"reminder\":\"reminder-%1$d\"}".formatted(reminder);
    }

    private static String phone(int reminder) {
        return "+1555" + (3_000_000 + reminder);
    }

    private static long open(Peers peers) throws Exception {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM textonce.deliveries"
                        + " WHERE status IN ('reserved', 'unknown', 'held')")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
