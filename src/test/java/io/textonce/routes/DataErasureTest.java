package io.textonce.routes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.phone.WrittenNumbers;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@SandboxTest
class DataErasureTest {

    @Test
    void erasesNumberHashesAndTextsEverywhereAndReportsIt(Sandbox sandbox) {
        String sent = sandbox.newEventId();
        String held = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(sent, number));
        sandbox.awaitStatus(sent, "delivered");
        sandbox.post("order-shipped", later(sandbox, held, number));
        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "HELP");
        sandbox.database()
                .update(
                        "WITH incident AS (INSERT INTO textonce.incidents"
                                + " (event_id, payload_sha256, name, title, needs_acknowledgment, escalate_after)"
                                + " VALUES (?, '', 'x', 'x', false, interval '1 min'))"
                                + " INSERT INTO textonce.incident_alerts (incident_id, step, phone, phone_hash, consent_at)"
                                + " VALUES (?, 1, ?, ?, now())",
                        held,
                        held,
                        number,
                        sandbox.phoneHash(number));
        sandbox.publish("no-such-event", sandbox.orderShipped(sandbox.newEventId(), number));
        await().until(() -> deadLetters(sandbox, number), found -> found == 1);
        byte[] letter = ("{\"phone\":\"" + number + "\"").getBytes(UTF_8);
        sandbox.database()
                .update(
                        "INSERT INTO textonce.dead_letters (sha256, route, reason, body) VALUES (?, 'x', 'x', ?)",
                        letter,
                        letter);

        var report = sandbox.json(forget(sandbox, number));

        assertThat(report.get("deliveries").asInt()).isEqualTo(2);
        assertThat(report.get("canceled").asInt()).isEqualTo(1);
        assertThat(report.get("inboundTexts").asInt()).isEqualTo(1);
        assertThat(report.get("deadLetters").asInt()).isEqualTo(2);
        assertThat(report.get("optOutKept").asBoolean()).isFalse();
        assertThat(sandbox.delivery(held)).containsEntry("status", "canceled").containsEntry("due_at", null);
        assertThat(rowsThatHold(sandbox, number)).isEmpty();
        assertThat(deadLetters(sandbox, number)).isZero();
        assertThat(sandbox.database().queryForList("SELECT sha256 FROM textonce.dead_letters WHERE sha256 = ?", letter))
                .isEmpty();
    }

    @Test
    void erasesThePersonsLinesOfRejectFilesHoweverTheNumberIsWritten(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();
        String name = sandbox.newEventId() + ".csv";
        sandbox.drop("order-shipped", name, """
                eventId,phone,orderId,consentAt
                %1$s-1,%2$s,1001,soon
                %1$s-2,%3$s,1002,soon
                %1$s-3,%4$s,1003,soon
                """.formatted(
                name, number, other, number.replaceFirst("(....)$", " $1").substring(1)));
        Path failed = sandbox.peers().inbox().resolve("order-shipped/failed").resolve(name);
        await().until(() -> Files.exists(failed));

        var report = sandbox.json(forget(sandbox, number));

        assertThat(report.get("rejectedLines").asInt()).isEqualTo(2);
        assertThat(Files.readAllLines(failed))
                .hasSize(3)
                .contains("eventId,phone,orderId,consentAt", name + "-2," + other + ",1002,soon");

        // As an instance with an inbox of its own requests it.
        sandbox.database()
                .update(
                        "INSERT INTO textonce.file_erasures (id, phone_hashes, last_digits, requested_at)"
                                + " VALUES (gen_random_uuid(), ARRAY[CAST(? AS bytea)], ?, now() - interval '10 s')",
                        sandbox.phoneHash(other),
                        WrittenNumbers.lastDigits(other));
        await().until(() -> Files.notExists(failed));
    }

    @Test
    void erasesWhatWasUnclearAsSoonAsItsOutcomeIsKnown(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio()
                .forNumber(
                        number,
                        Fault.resets()
                                .afterRecording()
                                .and(Fault.losesCallbacks())
                                .and(Fault.stopsAt("sent")));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "unknown");

        var report = sandbox.json(forget(sandbox, number));

        assertThat(report.get("canceled").asInt()).isZero();
        assertThat(report.get("pending").asInt()).isEqualTo(1);
        assertThat(sandbox.delivery(id)).containsEntry("status", "unknown");
        sandbox.makeDue(id);
        await().untilAsserted(() -> assertThat(rowsThatHold(sandbox, number)).isEmpty());
        assertThat(sandbox.delivery(id))
                .containsEntry(
                        "message_sid", sandbox.twilio().sentTo(number).get(0).sid());
        assertThat(sandbox.json(sandbox.post("order-shipped", sandbox.orderShipped(id, number)))
                        .get("duplicate")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void hasTwilioCancelWhatWasJustBeingHandedOver(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, Fault.stopsAt("queued").and(Fault.answersLate(Duration.ofSeconds(2))));
        var call = CompletableFuture.runAsync(() -> sandbox.post("order-shipped", sandbox.orderShipped(id, number)));
        sandbox.awaitStatus(id, "reserved");

        var report = sandbox.json(forget(sandbox, number));

        assertThat(report.get("pending").asInt()).isEqualTo(1);
        call.join();
        sandbox.awaitStatus(id, "canceled");
        assertThat(sandbox.twilio().sentTo(number).get(0).status()).isEqualTo("canceled");
        await().untilAsserted(() -> assertThat(rowsThatHold(sandbox, number)).isEmpty());
        await().untilAsserted(() -> assertThat(sandbox.database()
                        .queryForList(
                                "SELECT * FROM textonce.erasures WHERE delivery_id = ?",
                                sandbox.delivery(id).get("id")))
                .isEmpty());
    }

    @Test
    void hasTwilioCancelWhatItHasNotSentYet(Sandbox sandbox) {
        var order = sandbox.order();
        sandbox.twilio().forNumber(order.number(), Fault.stopsAt("queued"));
        order.post();

        var report = sandbox.json(forget(sandbox, order.number()));

        assertThat(report.get("pending").asInt()).isEqualTo(1);
        order.await(DeliveryStatus.CANCELED);
        assertThat(sandbox.twilio().sentTo(order.number()).get(0).status()).isEqualTo("canceled");
    }

    @Test
    void findsAPersonByAnotherSpellingOfTheNumber(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        sandbox.twilio().receives("rcs:" + number, Peers.FROM_NUMBER, "HELP");

        var report = sandbox.json(forget(sandbox, "\u200Ewhatsapp:" + number));

        assertThat(report.get("deliveries").asInt()).isEqualTo(1);
        assertThat(report.get("inboundTexts").asInt()).isEqualTo(1);
    }

    /** WhatsApp writes many mobiles of Brazil without the 9 behind their area code. */
    @Test
    void findsAMobileInItsOtherSpellingWhereverItIs(Sandbox sandbox) {
        String subscriber = "8" + sandbox.newNumber().substring(5);
        String other = "+5511" + subscriber;
        byte[] letter = ("whatsapp:" + other).getBytes(UTF_8);
        sandbox.database()
                .update(
                        "INSERT INTO textonce.dead_letters (sha256, route, reason, body) VALUES (?, 'x', 'x', ?)",
                        letter,
                        letter);
        sandbox.database()
                .update(
                        "INSERT INTO textonce.verify_approvals (id, verification_sid, phone, channel, caller, due_at)"
                                + " VALUES (gen_random_uuid(), 'VE', ?, 'whatsapp', 'x', now() + interval '1 day')",
                        other);
        sandbox.publish("no-such-event", sandbox.orderShipped(sandbox.newEventId(), other));
        await().until(() -> deadLetters(sandbox, other), found -> found == 1);

        var report = sandbox.json(forget(sandbox, "+55119" + subscriber));

        assertThat(report.get("deadLetters").asInt()).isEqualTo(2);
        assertThat(report.get("verifications").asInt()).isEqualTo(1);
    }

    /** One of two persons would stay, and nobody would know. */
    @Test
    void refusesTwoNumbersAtOnce(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));

        for (String body : new String[] {
            "{\"phone\":\"%s\"}{\"phone\":\"+15558675310\"}", "{\"phone\":\"%s\",\"phone\":\"+15558675310\"}"
        }) {
            var answer = sandbox.request("DELETE", "/api/people", body.formatted(number));

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains("duplicate key or more than one value");
        }
        assertThat(sandbox.json(forget(sandbox, number)).get("deliveries").asInt())
                .isEqualTo(1);
    }

    @Test
    void textsNobodyAgainForAnEventOfBefore(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        forget(sandbox, number);

        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void keepsAnOptOutThatStillStopsTexts(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "STOP");

        JsonNode report = sandbox.json(forget(sandbox, number));

        assertThat(report.get("optOutKept").asBoolean()).isTrue();
        var refused = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        assertThat(sandbox.json(refused).get("code").asInt()).isEqualTo(21610);
    }

    @Test
    void refusesWhatIsNoNumber(Sandbox sandbox) {
        assertThat(forget(sandbox, "4711").statusCode()).isEqualTo(400);
    }

    private static HttpResponse<String> forget(Sandbox sandbox, String number) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/people"))
                .header("Content-Type", "application/json")
                .method("DELETE", BodyPublishers.ofString("{\"phone\":\"" + number + "\"}")));
    }

    private static String later(Sandbox sandbox, String id, String number) {
        return sandbox.orderShipped(id, number)
                .replace("}", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(2)) + "\"}");
    }

    /** Every row of every table of ours in which the number, its last digits or its hash can be read. */
    private static java.util.List<String> rowsThatHold(Sandbox sandbox, String number) {
        String hash = HexFormat.of().formatHex(sandbox.phoneHash(number));
        var tables = sandbox.database()
                .queryForList(
                        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'textonce'",
                        String.class);
        return tables.stream()
                // By design the keyed hash for a day: other instances have inboxes too.
                .filter(table -> !table.equals("file_erasures"))
                .flatMap(table -> sandbox
                        .database()
                        .queryForList(
                                "SELECT row::text FROM textonce." + table
                                        + " AS row WHERE row::text LIKE ? OR row::text LIKE ?",
                                String.class,
                                "%" + number + "%",
                                "%" + hash + "%")
                        .stream())
                .toList();
    }

    private static long deadLetters(Sandbox sandbox, String number) {
        return sandbox.deadLetters().stream()
                .filter(letter -> letter.contains(number))
                .count();
    }
}
