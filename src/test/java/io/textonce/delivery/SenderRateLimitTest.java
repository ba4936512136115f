package io.textonce.delivery;

import static io.textonce.sandbox.Fault.answers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import io.textonce.message.TestSms;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@SandboxTest
class SenderRateLimitTest {

    private static final int PACE = 5;

    /** In hand after a rest, and as much again because the background worker looks once a second. */
    private static final int AT_ONCE = 2 * PACE;

    private static final int LONGEST = 3;

    private static final String SHARED = "+15550001111";

    @Autowired
    private CamelContext camel;

    @Autowired
    private ProducerTemplate template;

    private String sender = Sandbox.PACED_SENDERS.get(1);

    @BeforeEach
    void rest(Sandbox sandbox) {
        sandbox.database().update("DELETE FROM textonce.sender_rate_limits");
    }

    @AfterEach
    void closeTheRoutes() throws Exception {
        for (String id : List.of("paced-bulk", "paced-urgent")) {
            if (camel.getRoute(id) != null) {
                camel.getRouteController().stopRoute(id);
                camel.removeRoute(id);
            }
        }
    }

    @Test
    void letsAllTextsOfParallelCallersGoAtTheirSendersPaceAndAnUrgentOneFirst(Sandbox sandbox) throws Exception {
        sender = Sandbox.PACED_SENDERS.get(0);
        open("paced-bulk", "");
        open("paced-urgent", "urgent=true");
        var segments = IntStream.range(0, 30)
                .map(i -> i % 10 == 0 ? LONGEST : i % 3 == 0 ? 2 : 1)
                .boxed()
                .toList();
        var numbers = segments.stream().map(any -> sandbox.newNumber()).toList();
        String urgent = sandbox.newNumber();

        inParallel(IntStream.range(0, 30)
                .mapToObj(i -> send("paced-bulk", sandbox.newEventId(), numbers.get(i), text(segments.get(i))))
                .toList());
        send("paced-urgent", sandbox.newEventId(), urgent, "Wake up").call();

        assertThat(sandbox.twilio().sentTo(urgent)).hasSize(1);
        assertThat(sent(sandbox)).hasSizeLessThan(20);
        await().atMost(Duration.ofSeconds(30)).until(() -> sent(sandbox).size() == 31);
        assertThat(sent(sandbox).stream().map(TwilioMessage::to))
                .doesNotHaveDuplicates()
                .containsAll(numbers);
        assertPaceWasKept(sent(sandbox));
    }

    @Test
    void isSharedByAllInstances(Sandbox sandbox) throws Exception {
        var instances = List.of(
                new SenderRateLimit(sandbox.database(), List.of("10")),
                new SenderRateLimit(sandbox.database(), List.of("10")));
        var before = Instant.now();

        inParallel(IntStream.range(0, 40)
                .mapToObj(i ->
                        (Callable<?>) () -> instances.get(i % 2).admit(reserved(sandbox), order(sandbox, SHARED)))
                .toList());

        // Four seconds for 40, of which one was in hand, from the first or, on a slow machine, a later one.
        assertThat(free(sandbox, SHARED).toInstant())
                .isBetween(before.plusMillis(2_900), Instant.now().plusMillis(3_100));
    }

    @Test
    void holdsATextUntilItsTurnAndSaysWhy(Sandbox sandbox) throws Exception {
        open("paced-bulk", "");
        String id = sandbox.newEventId();
        block(sandbox);

        send("paced-bulk", id, sandbox.newNumber(), "Hello").call();

        assertThat(sandbox.delivery(id)).containsEntry("status", "held");
        assertThat((Timestamp) sandbox.delivery(id).get("due_at"))
                .isAfter(Timestamp.from(Instant.now().plus(Duration.ofMinutes(50))))
                .isEqualTo(sandbox.delivery(id).get("slot_at"));
        assertThat(sandbox.timeline(id))
                .singleElement()
                .satisfies(event -> assertThat((String) event.get("detail")).contains("rate limit is reached"));
    }

    @Test
    void givesADuplicateNoTurn(Sandbox sandbox) throws Exception {
        open("paced-bulk", "");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        send("paced-bulk", id, number, "Hello").call();
        var free = free(sandbox);

        send("paced-bulk", id, number, "Hello").call();

        assertThat(free(sandbox)).isEqualTo(free);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void givesNoTurnToATextWhoseAttemptHasEnded(Sandbox sandbox) {
        String shared = "+15550002222";
        var rateLimit = new SenderRateLimit(sandbox.database(), List.of("10"));
        rateLimit.admit(reserved(sandbox), order(sandbox, shared));
        var free = free(sandbox, shared);
        var ended = reserved(sandbox);
        sandbox.database().update("UPDATE textonce.deliveries SET status = 'unknown' WHERE id = ?", ended.id());
        var later = reserved(sandbox);
        sandbox.database().update("UPDATE textonce.deliveries SET attempt = 2 WHERE id = ?", later.id());

        assertThat(rateLimit.admit(ended, order(sandbox, shared)).isSend()).isFalse();
        assertThat(rateLimit.admit(later, order(sandbox, shared)).isSend()).isFalse();

        assertThat(free(sandbox, shared)).isEqualTo(free);
        assertThat(sandbox.database()
                        .queryForList(
                                "SELECT status FROM textonce.deliveries WHERE id IN (?, ?) ORDER BY attempt",
                                String.class,
                                ended.id(),
                                later.id()))
                .containsExactly("unknown", "reserved");
    }

    @Test
    void refusesATextThatWouldBeTooLateAndGivesItNoTurn(Sandbox sandbox) throws Exception {
        open("paced-bulk", "timeToLive=30m");
        String id = sandbox.newEventId();
        block(sandbox);
        var free = free(sandbox);

        assertThatThrownBy(() ->
                        send("paced-bulk", id, sandbox.newNumber(), "Hello").call())
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.error()).isEqualTo("too_late"));

        assertThat(sandbox.delivery(id)).containsEntry("status", "rejected");
        assertThat(free(sandbox)).isEqualTo(free);
    }

    @Test
    void givesATextThatWasHeldForAnotherReasonATurnOfItsOwn(Sandbox sandbox) throws Exception {
        open("paced-bulk", "");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 4, answers(429).withRetryAfter(0));
        send("paced-bulk", id, number, "Hello").call();
        sandbox.awaitStatus(id, "held");
        block(sandbox);

        sandbox.makeDue(id);

        await().until(() -> sandbox.delivery(id).get("slot_at") != null);
        assertThat(sandbox.delivery(id)).containsEntry("status", "held").containsEntry("attempt", 2);
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        sandbox.database()
                .update("UPDATE textonce.deliveries SET due_at = now(), slot_at = now() WHERE event_id = ?", id);
        sandbox.awaitStatus(id, "delivered");
    }

    /** After an outage of Twilio many of them come at once. */
    @Test
    void givesATextThatTwilioNeverReceivedATurnOfItsOwn(Sandbox sandbox) throws Exception {
        open("paced-bulk", "");
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(500));
        send("paced-bulk", id, number, "Hello").call();
        sandbox.awaitStatus(id, "unknown");
        block(sandbox);

        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET attempted_at = now() - interval '5 min',"
                                + " unknown_since = now() - interval '5 min', due_at = now() WHERE event_id = ?",
                        id);

        await().until(() -> sandbox.delivery(id).get("slot_at") != null);
        assertThat(sandbox.delivery(id))
                .containsEntry("status", "held")
                .containsEntry("reason", "On hold: the sender's rate limit is reached");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        sandbox.database()
                .update("UPDATE textonce.deliveries SET due_at = now(), slot_at = now() WHERE event_id = ?", id);
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    /** As if texts of an hour were before the next one. */
    private void block(Sandbox sandbox) {
        sandbox.database()
                .update(
                        "INSERT INTO textonce.sender_rate_limits VALUES (?, now() + interval '1 h', '-infinity')"
                                + " ON CONFLICT (sender) DO UPDATE SET next_free_at = excluded.next_free_at",
                        sender);
    }

    private Timestamp free(Sandbox sandbox) {
        return free(sandbox, sender);
    }

    private static Timestamp free(Sandbox sandbox, String sender) {
        return sandbox.database()
                .queryForObject(
                        "SELECT next_free_at FROM textonce.sender_rate_limits WHERE sender = ?",
                        Timestamp.class,
                        sender);
    }

    private List<TwilioMessage> sent(Sandbox sandbox) {
        return sandbox.twilio().messages().stream()
                .filter(message -> sender.equals(message.messagingServiceSid()))
                .sorted(Comparator.comparing(TwilioMessage::createdAt))
                .toList();
    }

    /** In every window between two texts, what came in it is no more than the rateLimit allows. */
    private static void assertPaceWasKept(List<TwilioMessage> sent) {
        for (int from = 0; from < sent.size(); from++) {
            int segments = 0;
            for (int to = from; to < sent.size(); to++) {
                segments += sent.get(to).segments();
                double seconds = Duration.between(
                                        sent.get(from).createdAt(), sent.get(to).createdAt())
                                .toMillis()
                        / 1000.0;
                assertThat((double) segments)
                        .as("segments within %.1f s", seconds)
                        .isLessThanOrEqualTo(PACE * seconds + AT_ONCE + LONGEST + 1);
            }
        }
    }

    private static String text(int segments) {
        return "x".repeat(153 * segments - 10);
    }

    private void open(String id, String policy) throws Exception {
        String service = sender;
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + id)
                        .routeId(id)
                        .to("kamelet:sms-send-sink?event=" + id + "&purpose=tests&messagingService=" + service
                                + (policy.isEmpty() ? "" : "&" + policy));
            }
        });
    }

    private Callable<Exchange> send(String event, String id, String number, String text) {
        return () -> {
            var sent = template.request("direct:" + event, exchange -> {
                exchange.setVariable("text", text);
                exchange.getMessage()
                        .setBody(Map.of("eventId", id, "phone", number, "consentAt", "2026-06-02T09:00:00Z"));
            });
            if (sent.getException() != null) {
                throw sent.getException();
            }
            return sent;
        };
    }

    /** One that no background step takes. */
    private static Delivery reserved(Sandbox sandbox) {
        var id = DeliveryId.next(System.currentTimeMillis());
        sandbox.database()
                .update(
                        "INSERT INTO textonce.deliveries (id, event, event_id, payload_sha256, source, sender, purpose,"
                                + " consent_at, phone_masked, phone_hash, on_unknown, status, attempt, attempted_at)"
                                + " VALUES (?, 'paced', ?, '', 'test', 'x', 'tests', now(), '', '', 'resend',"
                                + " 'reserved', 1, now())",
                        id,
                        sandbox.newEventId());
        return Delivery.claimed(id, 1);
    }

    private static Sms order(Sandbox sandbox, String sender) {
        return TestSms.of(TestSms.policy(), sandbox.newEventId(), sender, sandbox.newNumber(), "text");
    }

    private static void inParallel(List<? extends Callable<?>> calls) throws Exception {
        var callers = Executors.newFixedThreadPool(10);
        try {
            var results = new ArrayList<Future<?>>();
            calls.forEach(call -> results.add(callers.submit(call)));
            for (var result : results) {
                result.get();
            }
        } finally {
            callers.shutdown();
        }
    }
}
