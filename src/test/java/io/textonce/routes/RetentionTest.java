package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.DeliveryId;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

@SandboxTest
class RetentionTest {

    @Autowired
    private CamelContext camel;

    @Test
    void clearsNumberAndTextOfWhatIsFinalAndOldAndNothingElse(Sandbox sandbox) throws Exception {
        String delivered = delivered(sandbox);
        String young = delivered(sandbox);
        String held = held(sandbox);
        age(sandbox, delivered, Duration.ofDays(31));
        age(sandbox, young, Duration.ofDays(29));
        age(sandbox, held, Duration.ofDays(31));

        step("retention", "clear");

        assertThat(sandbox.delivery(delivered))
                .containsEntry("phone", null)
                .containsEntry("body", null)
                .containsEntry("status", "delivered");
        assertThat(sandbox.delivery(young).get("phone")).isNotNull();
        assertThat(sandbox.delivery(held).get("phone")).isNotNull();
        assertThat(sandbox.delivery(held).get("body")).isNotNull();
    }

    @Test
    void endsATextThatNobodyDecidedOver(Sandbox sandbox) throws Exception {
        String id = delivered(sandbox);
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET status = 'held', message_sid = NULL, body = 'x' WHERE event_id = ?",
                        id);
        age(sandbox, id, Duration.ofDays(31));

        step("retention", "clear");

        assertThat(sandbox.delivery(id)).containsEntry("status", "canceled").containsEntry("body", null);
        assertThat(sandbox.timeline(id))
                .extracting(event -> event.get("detail"))
                .last()
                .isEqualTo("Nobody decided; the text is not kept any longer");
    }

    /** Such as a reminder that was scheduled for months: its event is old. */
    @ParameterizedTest
    @ValueSource(strings = {"held", "rejected"})
    void keepsNumberAndTextAsLongAfterTheLastAttempt(String status, Sandbox sandbox) throws Exception {
        String id = delivered(sandbox);
        age(sandbox, id, Duration.ofDays(60));
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET status = ?, message_sid = NULL, body = 'x',"
                                + " attempted_at = now() - interval '1 h' WHERE event_id = ?",
                        status,
                        id);

        step("retention", "clear");

        assertThat(sandbox.delivery(id)).containsEntry("status", status).containsEntry("body", "x");
        assertThat(sandbox.delivery(id).get("phone")).isNotNull();
        sandbox.database().update("DELETE FROM textonce.deliveries WHERE event_id = ?", id);
    }

    @Test
    void purgesOldDeliveriesWithTheirTimelines(Sandbox sandbox) throws Exception {
        String old = delivered(sandbox);
        String young = delivered(sandbox);
        var oldId = age(sandbox, old, Duration.ofDays(401));
        age(sandbox, young, Duration.ofDays(399));

        awaitPurge(sandbox, old);

        assertThat(count(sandbox, "SELECT count(*) FROM textonce.delivery_events WHERE delivery_id = ?", oldId))
                .isZero();
        assertThat(sandbox.timeline(young)).isNotEmpty();
    }

    @Test
    void keepsOldDeliveriesThatWereSentLateOrAreDue(Sandbox sandbox) throws Exception {
        String late = delivered(sandbox);
        String held = held(sandbox);
        age(sandbox, late, Duration.ofDays(401));
        age(sandbox, held, Duration.ofDays(401));
        sandbox.database().update("UPDATE textonce.deliveries SET attempted_at = now() WHERE event_id = ?", late);
        String old = delivered(sandbox);
        age(sandbox, old, Duration.ofDays(401));

        awaitPurge(sandbox, old);

        assertThat(sandbox.delivery(late)).containsEntry("status", "delivered");
        assertThat(sandbox.delivery(held)).containsEntry("status", "held");
    }

    @Test
    void keepsOldDeliveriesWhoseChangesASubscriberHasNotReceived(Sandbox sandbox) throws Exception {
        String old = delivered(sandbox);
        age(sandbox, old, Duration.ofDays(401));
        String found = "SELECT count(*) FROM textonce.deliveries WHERE event_id = ?";
        var database = sandbox.database();
        try {
            // As if another instance were at it.
            database.update("UPDATE textonce.outbox_cursors SET published_id = published_id - 1000000000,"
                    + " holder = gen_random_uuid(), leased_until = now() + interval '1 h'");
            step("retention", "purge");
            assertThat(count(sandbox, found, old)).isEqualTo(1);

            database.update("UPDATE textonce.outbox_cursors SET suspended_at = now()");
            step("retention", "purge");
            assertThat(count(sandbox, found, old)).isZero();
        } finally {
            database.update("UPDATE textonce.outbox_cursors SET published_id = published_id + 1000000000,"
                    + " holder = NULL, leased_until = NULL, suspended_at = NULL");
        }
    }

    @Test
    void forgetsOldTextsOfPeople(Sandbox sandbox) throws Exception {
        sandbox.database()
                .update("INSERT INTO textonce.inbound_messages (message_sid, kind, phone_hash, recipient, received_at)"
                        + " VALUES ('SMold', 'text', '', '', now() - interval '31 days'),"
                        + " ('SMyoung', 'text', '', '', now() - interval '29 days')");

        step("retention", "clear");

        assertThat(sandbox.database()
                        .queryForList(
                                "SELECT message_sid FROM textonce.inbound_messages WHERE message_sid IN ('SMold', 'SMyoung')",
                                String.class))
                .containsExactly("SMyoung");
        sandbox.database().update("DELETE FROM textonce.inbound_messages WHERE message_sid = 'SMyoung'");
    }

    /** Else an import of older opt-outs, such as each night's, would undo it. */
    @Test
    void keepsAStartWithoutItsTextAsLongAsADelivery(Sandbox sandbox) throws Exception {
        sandbox.database()
                .update(
                        "INSERT INTO textonce.inbound_messages"
                                + " (message_sid, kind, phone_hash, recipient, phone, body, received_at) VALUES"
                                + " ('SMstart-young', 'start', '', 'aged', NULL, NULL, now() - interval '399 days'),"
                                + " ('SMstart-old', 'start', '', 'aged', NULL, NULL, now() - interval '401 days'),"
                                + " ('SMstart-text', 'start', '', 'aged', '+15558675310', 'Start', now() - interval '31 days')");

        step("retention", "clear");

        assertThat(texts(sandbox, "SELECT message_sid FROM textonce.inbound_messages WHERE recipient = 'aged'"))
                .containsExactly("SMstart-young");
        sandbox.database().update("DELETE FROM textonce.inbound_messages WHERE recipient = 'aged'");
    }

    @Test
    void deletesTheFilesOfTheInboxThatWereReadLongAgo(Sandbox sandbox) throws Exception {
        Path order = sandbox.peers().inbox().resolve("order-shipped");
        Path done = Files.createDirectories(order.resolve("done"));
        Path failed = Files.createDirectories(order.resolve("failed"));
        Path readNow = aged(done.resolve("read-now.csv"), 31);
        aged(done.resolve("read-now.results.csv"), 29);
        List<Path> gone = List.of(
                aged(done.resolve("old.csv"), 40),
                aged(done.resolve("old.results.csv"), 31),
                aged(done.resolve("old.final.csv"), 31),
                aged(failed.resolve("old.csv"), 31),
                aged(failed.resolve(".old.csv.part"), 31));
        Path unread = aged(order.resolve(".unread.csv.tmp"), 31);

        step("retention", "clear");

        assertThat(gone).noneMatch(Files::exists);
        assertThat(readNow).exists();
        assertThat(unread).exists();
        Files.delete(unread);
    }

    private static Path aged(Path file, int days) throws IOException {
        Files.writeString(file, "x");
        return Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(days))));
    }

    @Test
    void forgetsAfterADayWhomTheInstancesHaveErased(Sandbox sandbox) throws Exception {
        sandbox.database()
                .update("INSERT INTO textonce.file_erasures (id, phone_hashes, last_digits, requested_at) VALUES"
                        + " (gen_random_uuid(), '{}', 'old', now() - interval '25 hours'),"
                        + " (gen_random_uuid(), '{}', 'young', now() - interval '23 hours')");

        step("retention", "clear");

        assertThat(sandbox.database()
                        .queryForList(
                                "SELECT last_digits FROM textonce.file_erasures WHERE last_digits IN ('old', 'young')",
                                String.class))
                .containsExactly("young");
    }

    /** Without the jms intake nothing publishes them. */
    @Test
    void forgetsOldApprovalsThatWereNeverPublished(Sandbox sandbox) throws Exception {
        sandbox.database().update("""
                        INSERT INTO textonce.verify_approvals
                            (id, verification_sid, phone, channel, caller, approved_at, due_at)
                        SELECT gen_random_uuid(), 'VEaged-' || days, '+15558675310', 'sms', 'aged',
                            now() - days * interval '1 day', now() + interval '1 day'
                        FROM unnest(ARRAY[29, 31]) AS age (days)
                        """);

        step("retention", "clear");

        assertThat(texts(sandbox, "SELECT verification_sid FROM textonce.verify_approvals WHERE caller = 'aged'"))
                .containsExactly("VEaged-29");
        sandbox.database().update("DELETE FROM textonce.verify_approvals WHERE caller = 'aged'");
    }

    @Test
    void forgetsOldDeadLetters(Sandbox sandbox) throws Exception {
        sandbox.database()
                .update("INSERT INTO textonce.dead_letters (sha256, route, reason, body, created_at)"
                        + " VALUES ('old', 'aged', 'x', 'x', now() - interval '31 days'),"
                        + " ('young', 'aged', 'x', 'x', now() - interval '29 days')");

        step("retention", "clear");

        assertThat(sandbox.database()
                        .queryForList(
                                "SELECT convert_from(sha256, 'UTF8') FROM textonce.dead_letters WHERE route = 'aged'",
                                String.class))
                .containsExactly("young");
        sandbox.database().update("DELETE FROM textonce.dead_letters WHERE route = 'aged'");
    }

    @Test
    void forgetsRejectedEventsAfterDaysAndTheAuditWithTheDeliveries(Sandbox sandbox) throws Exception {
        for (int days : new int[] {6, 8}) {
            sandbox.database().update("""
                            INSERT INTO textonce.rejected_events (id, rejected_at, source, client, reason)
                            VALUES (?, now() - make_interval(days => ?), 'http', 'aged', ?)
                            """, idOf(days), days, "after " + days);
        }
        for (int days : new int[] {399, 401}) {
            sandbox.database().update("""
                            INSERT INTO textonce.audit_entries (id, happened_at, actor, verb, detail)
                            VALUES (?, now() - make_interval(days => ?), 'aged', 'viewed', ?)
                            """, idOf(days), days, "after " + days);
            sandbox.database().update("""
                            INSERT INTO textonce.bulk_actions
                                (id, action, actor, reason, filter, messages, starts_at, finished_at)
                            VALUES (?, 'drop', 'aged', ?, '', 0, now(), now() - make_interval(days => ?))
                            """, idOf(days), "after " + days, days);
        }

        step("retention", "clear");
        step("retention", "purge");

        assertThat(texts(sandbox, "SELECT reason FROM textonce.rejected_events WHERE client = 'aged'"))
                .containsExactly("after 6");
        assertThat(texts(sandbox, "SELECT detail FROM textonce.audit_entries WHERE actor = 'aged'"))
                .containsExactly("after 399");
        assertThat(texts(sandbox, "SELECT reason FROM textonce.bulk_actions WHERE actor = 'aged'"))
                .containsExactly("after 399");
    }

    private static UUID idOf(int daysAgo) {
        return DeliveryId.next(Instant.now().minus(Duration.ofDays(daysAgo)).toEpochMilli());
    }

    private static List<String> texts(Sandbox sandbox, String sql) {
        return sandbox.database().queryForList(sql, String.class);
    }

    @Test
    void showsOptOutsThatOnlyTwilioToldUsOf(Sandbox sandbox) throws Exception {
        step("retention", "compare");
        double before = drift(sandbox);
        sandbox.database()
                .update(
                        "INSERT INTO textonce.opt_outs (phone_hash, sender, source) VALUES (?, 'x', 'twilio'), (?, 'x', 'person')",
                        new byte[] {1},
                        new byte[] {2});

        step("retention", "compare");

        assertThat(drift(sandbox)).isEqualTo(before + 1);
        sandbox.database().update("DELETE FROM textonce.opt_outs WHERE sender = 'x'");
    }

    /** Not before its subscribers have received its changes. */
    private void awaitPurge(Sandbox sandbox, String eventId) {
        await().untilAsserted(() -> {
            step("retention", "purge");
            assertThat(count(sandbox, "SELECT count(*) FROM textonce.deliveries WHERE event_id = ?", eventId))
                    .isZero();
        });
    }

    private static double drift(Sandbox sandbox) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .get("textonce.opt_outs.drift")
                .gauge()
                .value();
    }

    private static String delivered(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        sandbox.awaitStatus(id, "delivered");
        return id;
    }

    /** Returns an event whose message is to be sent in two hours. */
    private static String held(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.post(
                "order-shipped",
                sandbox.orderShipped(id, sandbox.newNumber())
                        .replace("}", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(2)) + "\"}"));
        return id;
    }

    /** As if the event had come that long ago. */
    static UUID age(Sandbox sandbox, String eventId, Duration age) {
        var made = UUID.randomUUID();
        var id = new UUID(
                DeliveryId.first(Instant.now().minus(age)).getMostSignificantBits(), made.getLeastSignificantBits());
        sandbox.database()
                .update(
                        "WITH told AS (UPDATE textonce.delivery_events SET delivery_id = ? WHERE delivery_id ="
                                + " (SELECT id FROM textonce.deliveries WHERE event_id = ?))"
                                + " UPDATE textonce.deliveries SET id = ?, created_at = now() - CAST(? AS interval),"
                                + " attempted_at = now() - CAST(? AS interval)"
                                + " WHERE event_id = ?",
                        id,
                        eventId,
                        id,
                        age.toString(),
                        age.toString(),
                        eventId);
        return id;
    }

    private static long count(Sandbox sandbox, String sql, Object of) {
        return sandbox.database().queryForObject(sql, Long.class, of);
    }

    private void step(String bean, String method) throws Exception {
        step(camel, bean, method);
    }

    /** One step of the route, as the scheduler takes it. */
    static void step(CamelContext camel, String bean, String method) throws Exception {
        Exchange exchange = new DefaultExchange(camel);
        var template = camel.createProducerTemplate();
        do {
            exchange.removeProperty(Exchange.SCHEDULER_POLLED_MESSAGES);
            var done = template.send("bean:" + bean + "?method=" + method, exchange);
            if (done.getException() != null) {
                throw done.getException();
            }
        } while (exchange.getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false, Boolean.class));
    }
}
