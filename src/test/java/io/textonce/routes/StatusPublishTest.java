package io.textonce.routes;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.StatusReceiver;
import io.textonce.sandbox.StatusReceiver.Call;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What is decided over subscribers goes by {@code routes/publish/subscriptions.camel.yaml}. */
@SandboxTest
class StatusPublishTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private Sandbox sandbox;
    private StatusReceiver receiver;

    @BeforeEach
    void start(Sandbox sandbox) {
        this.sandbox = sandbox;
        receiver = sandbox.peers().statuses();
    }

    @AfterEach
    void mend() {
        receiver.behaves();
        decide("sandbox", "resume", "");
    }

    @Test
    void tellsEveryChangeOfAStatusInItsOrderAndSigned() throws IOException {
        String id = sent();
        sandbox.awaitStatus(id, "delivered");

        var calls = awaitAll(id);

        // A callback may overtake the response that has "queued".
        assertThat(receiver.statuses(id))
                .containsExactlyElementsOf(statuses(id))
                .startsWith("reserved")
                .endsWith("delivered");
        assertThat(calls).allSatisfy(call -> {
            assertThat(call.signed()).isTrue();
            assertThat(call.contentType()).isEqualTo("application/cloudevents+json");
            assertThat(call.id()).isEqualTo(call.event().get("id").asText());
        });
        assertThat(calls).extracting(Call::sequence).isSorted();
        assertThat(calls)
                .allSatisfy(call -> assertThat(AsyncApiTest.violations(sandbox, "StatusEvent", call.event()))
                        .isEmpty());
    }

    @Test
    void tellsNeitherTheTextNorTheNumber() {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");

        var calls = awaitAll(id);

        assertThat(calls)
                .extracting(call -> call.event().toString())
                .allSatisfy(event -> assertThat(event)
                        .doesNotContain(number)
                        .doesNotContain(number.substring(1))
                        .doesNotContain("has shipped")
                        .contains("*" + number.substring(number.length() - 4)));
    }

    @Test
    void saysWhyATextWasRefused() {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, refuses(21211));

        sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        var refused = awaitAll(id).get(1).event();
        assertThat(refused.get("type").asText()).isEqualTo("io.textonce.delivery.rejected");
        assertThat(refused.at("/data/code").asInt()).isEqualTo(21211);
        assertThat(refused.at("/data/detail").asText()).isNotBlank();
    }

    @Test
    void tellsWhatOperatorsAndTheBackgroundWorkersDo() {
        String id = sandbox.newEventId();
        String event = sandbox.orderShipped(id, sandbox.newNumber())
                .replace("}", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(2)) + "\"}");
        sandbox.post("order-shipped", event);
        sandbox.makeDue(id);
        sandbox.awaitStatus(id, "delivered");
        String canceled = sandbox.newEventId();
        sandbox.post("order-shipped", event.replace(id, canceled));
        sandbox.postJson(
                "/api/deliveries/" + sandbox.delivery(canceled).get("id") + "/cancel",
                "{\"reason\":\"a secret reason\"}");

        awaitAll(id);
        awaitAll(canceled);

        assertThat(receiver.statuses(id)).startsWith("held", "reserved").endsWith("delivered");
        assertThat(receiver.statuses(canceled)).containsExactly("held", "canceled");
        assertThat(receiver.calls(canceled).toString()).doesNotContain("a secret reason");
    }

    @Test
    void tellsTheBrokerToo() {
        var messages = new CopyOnWriteArrayList<TextMessage>();
        try (var context = sandbox.context().getBean(ConnectionFactory.class).createContext()) {
            context.createConsumer(context.createTopic("textonce.status"))
                    .setMessageListener(message -> messages.add((TextMessage) message));
            String id = sent();
            sandbox.awaitStatus(id, "delivered");
            String delivery = sandbox.delivery(id).get("id").toString();

            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(ofDelivery(messages, delivery))
                            .extracting(message -> message.getJMSType().replace("io.textonce.delivery.", ""))
                            .containsExactlyElementsOf(statuses(id)));

            assertThat(ofDelivery(messages, delivery)).allSatisfy(message -> {
                assertThat(message.getStringProperty("JMS_AMQP_ContentType")).isEqualTo("application/cloudevents+json");
                assertThat(json(message.getText()).get("subject").asText()).isEqualTo(delivery);
            });
        }
    }

    @Test
    void tellsTheBrokerAfterItWasAway() {
        String id = sandbox.newEventId();
        sandbox.peers().broker().close();
        try {
            sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
            sandbox.awaitStatus(id, "delivered");
            awaitAll(id);
            assertThat(told("jms")).isLessThan(lastEntry(id));
        } finally {
            sandbox.peers().broker().start();
        }

        await().atMost(SOON).until(() -> told("jms") >= lastEntry(id));
        assertThat(standing("jms").get("state").asText()).isEqualTo("active");
    }

    @Test
    void sendsAtFullSpeedWhileAReceiverNeverAnswers() throws Exception {
        receiver.hangs();
        var ids = new ArrayList<String>();
        var pool = Executors.newFixedThreadPool(16);
        var began = Instant.now();
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String id = sandbox.newEventId();
            ids.add(id);
            answers.add(pool.submit(() -> sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()))
                    .statusCode()));
        }
        for (var answer : answers) {
            assertThat(answer.get()).isEqualTo(202);
        }
        var took = Duration.between(began, Instant.now());
        pool.shutdown();

        assertThat(took).isLessThan(Duration.ofSeconds(10));
        await().atMost(SOON).until(() -> standing("sandbox").get("state").asText(), "failing"::equals);
        receiver.behaves();
        decide("sandbox", "resume", "");
        await().atMost(SOON).untilAsserted(() -> {
            var heard = receiver.statuses();
            assertThat(ids).allSatisfy(id -> assertThat(heard.get(id)).endsWith("delivered"));
        });
        assertThat(ids).allSatisfy(id -> assertThat(receiver.statuses(id)).isEqualTo(statuses(id)));
    }

    @Test
    void triesAgainAfterAFailureAndTellsAllInOrder() {
        receiver.answers(500);
        var ids = List.of(sent(), sent(), sent());
        ids.forEach(id -> sandbox.awaitStatus(id, "delivered"));
        await().atMost(SOON).until(() -> standing("sandbox").path("failures").asInt() >= 2);
        var failing = standing("sandbox");
        receiver.behaves();

        ids.forEach(this::awaitAll);

        assertThat(failing.get("state").asText()).isEqualTo("failing");
        assertThat(failing.get("lastError").asText()).isEqualTo("HTTP 500");
        assertThat(ids).allSatisfy(id -> assertThat(receiver.statuses(id)).isEqualTo(statuses(id)));
    }

    /** A line for each failure would be one for each event. */
    @Test
    void logsASubscriberThatComesAndGoesOnceAMinute() {
        try (var log = new LogRecorder()) {
            for (int outage = 0; outage < 3; outage++) {
                receiver.answers(500);
                String id = sent();
                await().atMost(SOON)
                        .until(() -> standing("sandbox").path("failures").asInt() >= 1);
                receiver.behaves();
                sandbox.awaitStatus(id, "delivered");
                decide("sandbox", "resume", "");
                awaitAll(id);
            }

            assertThat(log.lines("Publishing to subscriber sandbox failed")).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void asksNoMoreWhoWantsNothingMoreUntilAnOperatorResumes() {
        receiver.answers(410);
        String id = sent();
        sandbox.awaitStatus(id, "delivered");
        await().atMost(SOON).until(() -> standing("sandbox").get("state").asText(), "suspended"::equals);
        receiver.behaves();
        int calls = receiver.calls().size();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(sandbox.get("/overview").body())
                        .contains("Publishing to sandbox is suspended.", "HTTP 410"));
        assertThat(receiver.calls()).hasSize(calls);
        var resumed = sandbox.json(decide("sandbox", "resume", ""));
        assertThat(resumed.get("state").asText()).isEqualTo("active");
        assertThat(resumed.get("decision").asText()).endsWith("sandbox: resume (a test)");
        awaitAll(id);
        assertThat(receiver.statuses(id)).isEqualTo(statuses(id));
    }

    @Test
    void suspendsWhoFailsForTooLong() {
        receiver.answers(503);
        sent();
        await().atMost(SOON).until(() -> standing("sandbox").get("state").asText(), "failing"::equals);
        sandbox.database()
                .update(
                        "UPDATE textonce.outbox_cursors SET failing_since = now() - interval '6 days', next_try_at = now()"
                                + " WHERE name = 'sandbox'");

        await().atMost(SOON).until(() -> standing("sandbox").get("state").asText(), "suspended"::equals);
    }

    @Test
    void tellsAgainWhatAnOperatorReplays() {
        String id = sent();
        sandbox.awaitStatus(id, "delivered");
        var first = awaitAll(id);

        decide("sandbox", "replay", ",\"from\":\"" + Instant.now().minusSeconds(30) + "\"");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(receiver.calls(id)).hasSizeGreaterThanOrEqualTo(2 * first.size()));
        assertThat(receiver.calls(id)).extracting(Call::id).hasSameElementsAs(ids(first));
    }

    @Test
    void passesOverAnEventThatAnOperatorSkips() {
        receiver.answers(400);
        String id = sent();
        sandbox.awaitStatus(id, "delivered");
        await().atMost(SOON).until(() -> {
            String stuck = notTaken();
            // A text of another test may be in the way.
            if (!stuck.isEmpty() && !stuck.equals(id)) {
                decide("sandbox", "skip", "");
            }
            return stuck.equals(id);
        });

        assertThat(decide("sandbox", "skip", ",\"failing\":1").statusCode()).isEqualTo(409);
        String failing = sandbox.json(sandbox.get("/api/subscriptions"))
                .findValue("failing")
                .asText();
        assertThat(decide("sandbox", "skip", ",\"failing\":\"" + failing + "\"").statusCode())
                .isEqualTo(200);
        receiver.behaves();

        await().atMost(SOON).until(() -> receiver.statuses(id).contains("delivered"));
        assertThat(receiver.statuses(id)).doesNotContain("reserved");
        assertThat(decide("sandbox", "skip", "").statusCode()).isEqualTo(409);
    }

    @Test
    void saysWhatIsWrongWithADecision() {
        assertThat(decide("nobody", "resume", "").statusCode()).isEqualTo(404);
        assertThat(decide("sandbox", "explode", "").statusCode()).isEqualTo(404);
        assertThat(decide("sandbox", "replay", ",\"from\":\"yesterday\"").statusCode())
                .isEqualTo(400);
        // It would skip all that is not published yet.
        var future = decide("sandbox", "replay", ",\"from\":\"" + Instant.now().plusSeconds(3600) + "\"");
        assertThat(future.statusCode()).isEqualTo(400);
        assertThat(future.body()).contains("must not be in the future");
        assertThat(sandbox.postJson("/api/subscriptions/sandbox/resume", "{}").statusCode())
                .isEqualTo(400);
    }

    /** The one with the lower id is committed later, when the other could have been told of long ago. */
    @Test
    void skipsNoEntryThatIsCommittedLate() {
        String id = sent();
        sandbox.awaitStatus(id, "delivered");
        var delivery = (UUID) sandbox.delivery(id).get("id");
        awaitAll(id);
        var slow = new TransactionTemplate(
                new JdbcTransactionManager(sandbox.context().getBean("dataSource", javax.sql.DataSource.class)));

        slow.executeWithoutResult(transaction -> {
            change(delivery, "read");
            String later = sent();
            await().atMost(SOON).until(() -> sandbox.timeline(later).size() >= 2);
            var end = Instant.now().plusSeconds(2);
            await().until(() -> Instant.now().isAfter(end));
            assertThat(receiver.calls(later)).isEmpty();
        });

        await().atMost(SOON).until(() -> receiver.statuses(id), told -> told.contains("read"));
    }

    @Test
    void keepsWhatAnActiveSubscriberHasNotHadFromRetention() throws Exception {
        receiver.answers(500);
        String id = sent();
        sandbox.awaitStatus(id, "delivered");
        await().atMost(SOON).until(() -> standing("sandbox").get("state").asText(), "failing"::equals);
        var camel = sandbox.context().getBean(CamelContext.class);
        var old = RetentionTest.age(sandbox, id, Duration.ofDays(401));

        RetentionTest.step(camel, "retention", "purge");
        boolean kept = exists(old);
        decide("sandbox", "suspend", "");

        assertThat(kept).isTrue();
        // A row that the retention of another instance has locked is skipped.
        await().atMost(SOON).until(() -> {
            RetentionTest.step(camel, "retention", "purge");
            return !exists(old);
        });
    }

    private boolean exists(UUID delivery) {
        return !sandbox.database()
                .queryForList("SELECT 1 FROM textonce.deliveries WHERE id = ?", delivery)
                .isEmpty();
    }

    private void change(UUID delivery, String status) {
        // On the transaction's own connection.
        new JdbcTemplate(sandbox.context().getBean("dataSource", javax.sql.DataSource.class))
                .update(
                        "WITH c AS (UPDATE textonce.deliveries SET status = ? WHERE id = ? RETURNING id)"
                                + " INSERT INTO textonce.delivery_events (delivery_id, kind, status, new_status)"
                                + " SELECT id, 'poll', ?, ? FROM c",
                        status,
                        delivery,
                        status,
                        status);
    }

    private String sent() {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        return id;
    }

    /** What the table says that the receiver must hear. */
    private List<String> statuses(String eventId) {
        return sandbox.database()
                .queryForList(
                        "SELECT new_status FROM textonce.delivery_events e JOIN textonce.deliveries d ON d.id = e.delivery_id"
                                + " WHERE d.event_id = ? AND new_status IS NOT NULL ORDER BY e.id",
                        String.class,
                        eventId);
    }

    private List<Call> awaitAll(String eventId) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(receiver.statuses(eventId)).containsAll(statuses(eventId)));
        return receiver.calls(eventId);
    }

    private long lastEntry(String eventId) {
        return sandbox.timeline(eventId).stream()
                .mapToLong(entry -> (Long) entry.get("id"))
                .max()
                .orElseThrow();
    }

    private long told(String subscriber) {
        return sandbox.database()
                .queryForObject(
                        "SELECT published_id FROM textonce.outbox_cursors WHERE name = ?", Long.class, subscriber);
    }

    private JsonNode standing(String subscriber) {
        for (var each : sandbox.json(sandbox.get("/api/subscriptions")).get("subscriptions")) {
            if (each.get("name").asText().equals(subscriber)) {
                return each;
            }
        }
        throw new AssertionError("no subscriber " + subscriber);
    }

    private java.net.http.HttpResponse<String> decide(String subscriber, String action, String more) {
        return sandbox.postJson(
                "/api/subscriptions/" + subscriber + "/" + action, "{\"reason\":\"a test\"" + more + "}");
    }

    private static List<TextMessage> ofDelivery(List<TextMessage> messages, String delivery) {
        return messages.stream()
                .filter(message -> {
                    try {
                        return delivery.equals(message.getJMSCorrelationID());
                    } catch (JMSException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private static List<String> ids(List<Call> calls) {
        return calls.stream().map(Call::id).collect(Collectors.toList());
    }

    /** The business event that the sandbox's client does not take, or nothing. */
    private String notTaken() {
        return String.join(
                "",
                sandbox.database()
                        .queryForList(
                                "SELECT d.event_id FROM textonce.outbox_cursors AS s"
                                        + " JOIN textonce.delivery_events AS e ON e.id = s.failed_id"
                                        + " JOIN textonce.deliveries AS d ON d.id = e.delivery_id"
                                        + " WHERE s.name = 'sandbox'",
                                String.class));
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }
}
