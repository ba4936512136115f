package io.textonce.proof;

import static io.textonce.sandbox.Fault.answers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.sandbox.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Cancellations that race with their reminders while the process is killed and Twilio loses answers: a reminder whose
 * cancellation was answered as done, or came first, is never sent, and no reminder is sent twice.
 */
@Tag("proof")
class CancellationProofIT extends Proof {

    private static final int REMINDERS = LARGE ? 400 : 60;
    private static final int KILLS = 2;

    private final ObjectMapper json = new ObjectMapper();
    private final Random random = new Random(20261125);
    private final Map<Integer, String> answered = new ConcurrentHashMap<>();

    @Test
    void sendsNothingWhoseCancellationWasAnsweredAsDone() throws Exception {
        var senders = Executors.newFixedThreadPool(24);
        try {
            peers.twilio().share(0.2, answers(500).afterRecording()).share(0.1, answers(429));
            app = start();
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
            for (int kill = 0; kill < KILLS; kill++) {
                LockSupport.parkNanos(Duration.ofMillis(2_500).toNanos());
                app.kill();
                app = start();
            }
            for (var call : calls) {
                call.get();
            }
            peers.twilio().behave();
            await().atMost(MOST).ignoreExceptions().until(oracle::isSettled);

            var sent = IntStream.range(0, REMINDERS)
                    .mapToObj(CancellationProofIT::phone)
                    .filter(phone -> !peers.twilio().sentTo(phone).isEmpty())
                    .collect(Collectors.toSet());
            var statuses = answered.values().stream()
                    .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
            judge(oracle.judgeNumbers(
                    "cancellations race with sends", sent, "answered " + statuses + ", " + KILLS + " kills", MOST));
            assertThat(answered).hasSize(REMINDERS).containsValue("canceled");
            for (int i = 0; i < REMINDERS; i++) {
                assertThat(peers.twilio().sentTo(phone(i)))
                        .as("SMS of reminder %d, whose cancellation was answered %s", i, answered.get(i))
                        .hasSizeLessThanOrEqualTo(answered.get(i).matches("canceled|pending") ? 0 : 1);
            }
        } finally {
            senders.shutdownNow();
        }
    }

    /**
     * A third of the people cancel, a third text STOP, and the primary that knows it is lost: its standby still holds their
     * reminders, and all are due at once.
     */
    @Test
    void sendsNothingThatWasCanceledOrStoppedBeforeAFailoverThatForgotIt() throws Exception {
        try (var standby = Standby.of(peers.postgres(), DIRECTORY.resolve("standby-" + System.nanoTime()))) {
            oracle = new Oracle(peers, standby.url());
            peers.twilio().inboundUrl("https://sms.example.com/twilio/inbound");
            app = instance().with("SPRING_DATASOURCE_URL", standby.url()).start();
            var sendAt = Instant.now().plus(Duration.ofHours(1));
            for (int i = 0; i < REMINDERS; i++) {
                post("appointment-reminder", reminder(i, sendAt));
            }
            standby.awaitReplay();
            standby.cutOff();
            var revoked = new HashSet<String>();
            for (int i = 0; i < REMINDERS; i++) {
                switch (i % 3) {
                    case 0 ->
                        assertThat(post("appointment-cancelled", cancellation(i)))
                                .isEqualTo("canceled");
                    case 1 ->
                        assertThat(peers.twilio()
                                        .receives(phone(i), Peers.FROM_NUMBER, "STOP")
                                        .status())
                                .isEqualTo(200);
                    default -> {
                        continue;
                    }
                }
                revoked.add(phone(i));
            }
            standby.failOver();
            standby.makeDue();
            await().atMost(MOST).ignoreExceptions().until(oracle::isSettled);

            assertThat(peers.twilio().posts())
                    .extracting(post -> post.parameter("To"))
                    .doesNotContainAnyElementsOf(revoked);
            var others = IntStream.range(0, REMINDERS)
                    .mapToObj(CancellationProofIT::phone)
                    .filter(phone -> !revoked.contains(phone))
                    .collect(Collectors.toSet());
            judge(oracle.judgeNumbers(
                    "a standby promoted without cancellations and STOPs", others, revoked.size() + " forgotten", MOST));
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
}
