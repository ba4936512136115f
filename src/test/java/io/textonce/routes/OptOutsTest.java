package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.CANCELED;
import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.QUEUED;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Opt-outs that come from elsewhere, and go there. */
@SandboxTest
class OptOutsTest {

    private static final String SERVICE = "MG000000000000000000000000000000a2";
    private static final String EARLIER = "+15559990001";

    @Test
    void keepTheirSourceAndTimeAndAreObeyed(Sandbox sandbox) {
        var order = sandbox.order();

        var imported = add(sandbox, order.number(), "\"source\":\"crm\",\"optedOutAt\":\"2026-05-01T12:00:00Z\"");
        order.post();

        assertThat(imported.get("added").asInt()).isEqualTo(1);
        assertThat(order.answer().statusCode()).isEqualTo(422);
        assertThat(order.answerJson().get("code").asInt()).isEqualTo(21610);
        assertThat(line(sandbox, order.number())).contains("\"crm\"", "\"2026-05-01T12:00:00Z\"", sender(sandbox));
        assertThat(order.messages()).isEmpty();
    }

    @Test
    void concernTheirSenderAlone(Sandbox sandbox) {
        var order = sandbox.order();
        sandbox.database()
                .update(
                        "INSERT INTO textonce.opt_outs (phone_hash, sender, source) VALUES (?, '+15559990000', 'test')",
                        (Object) sandbox.phoneHash(order.number()));

        order.post();

        assertThat(order.messages()).hasSize(1);
    }

    /** Who said STOP to the former system would be texted by the other senders of this one. */
    @Test
    void concernAllSendersIfTheyNameNone(Sandbox sandbox, @Autowired CamelContext camel) throws Exception {
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();
        camel.addRoutes(byService());
        try {
            var imported = add(sandbox, number, "\"source\":\"crm\"");
            var named = add(sandbox, other, "\"sender\":\"" + sender(sandbox) + "\"");

            assertThat(imported.get("added").asInt()).isEqualTo(1);
            assertThat(imported.get("senders")).extracting(JsonNode::asText).contains(sender(sandbox), SERVICE);
            assertThat(named.get("senders")).extracting(JsonNode::asText).containsExactly(sender(sandbox));
            assertThatProblem(sandbox.post("by-service", sandbox.orderShipped(sandbox.newEventId(), number)))
                    .is(422, "rejected");
            sandbox.post("by-service", sandbox.orderShipped(sandbox.newEventId(), other));
            assertThat(sandbox.twilio().sentTo(number)).isEmpty();
            assertThat(sandbox.twilio().sentTo(other)).hasSize(1);
        } finally {
            camel.getRouteController().stopRoute("event-by-service");
            camel.removeRoute("event-by-service");
        }
    }

    private static RouteBuilder byService() {
        return new EventRoute("by-service", "Hello", "purpose=tests&messagingService=" + SERVICE);
    }

    @Test
    void stopWhatIsHeld(Sandbox sandbox) {
        var order = sandbox.order()
                .with("sendAt", Instant.now().plus(Duration.ofHours(2)).toString())
                .post()
                .await(HELD);

        var imported = add(sandbox, order.number(), "\"source\":\"crm\"");

        assertThat(imported.get("stopped").asInt()).isEqualTo(1);
        order.await(REJECTED);
        assertThat(order.delivery()).containsEntry("reason", "The customer has opted out (imported: crm)");
    }

    /** Twilio keeps what an earlier sender scheduled, and the person would get it. */
    @Test
    void ofAllSendersStopWhatAnEarlierSenderScheduled(Sandbox sandbox) {
        var ofAll = scheduledByAnEarlierSender(sandbox);
        var ofOne = scheduledByAnEarlierSender(sandbox);

        var importedForAll = add(sandbox, ofAll.number(), "\"source\":\"crm\"");
        var importedForOne = add(sandbox, ofOne.number(), "\"sender\":\"" + sender(sandbox) + "\"");

        assertThat(importedForAll.get("stopped").asInt()).isEqualTo(1);
        ofAll.await(CANCELED);
        assertThat(ofAll.messages())
                .singleElement()
                .satisfies(message -> assertThat(message.status()).isEqualTo("canceled"));
        assertThat(importedForOne.get("stopped").asInt()).isZero();
        assertThat(ofOne.delivery()).containsEntry("cancel_requested_at", null);
    }

    @Test
    void ofAllSendersSpareAnEarlierSenderThatThePersonHasOptedInTo(Sandbox sandbox) {
        var order = scheduledByAnEarlierSender(sandbox);
        sandbox.database().update("""
                        INSERT INTO textonce.inbound_messages (message_sid, kind, phone_hash, recipient)
                        VALUES (?, 'start', ?, ?)
                        """, TwilioMessage.newSid(), sandbox.phoneHash(order.number()), EARLIER);

        var imported = add(sandbox, order.number(), "\"optedOutAt\":\"2026-05-01T12:00:00Z\"");

        assertThat(imported.get("added").asInt()).isEqualTo(1);
        assertThat(imported.get("stopped").asInt()).isZero();
        assertThat(order.delivery()).containsEntry("cancel_requested_at", null);
    }

    private static Order scheduledByAnEarlierSender(Sandbox sandbox) {
        return sandbox.order()
                .meeting(stopsAt("queued"))
                .post()
                .await(QUEUED)
                .update("sender = ?, status = 'scheduled', due_at = now() + interval '1 day'", EARLIER);
    }

    @Test
    void stopWhatIsHeldOfTheirSenderOnAnyChannel(Sandbox sandbox) {
        var order = sandbox.order()
                .with("sendAt", Instant.now().plus(Duration.ofHours(2)).toString())
                .post()
                .await(HELD)
                .update("sender = 'whatsapp:' || sender");

        assertThat(add(sandbox, order.number(), "\"source\":\"crm\"")
                        .get("stopped")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void changeNothingThatIsKnown(Sandbox sandbox) {
        String number = sandbox.newNumber();
        add(sandbox, number, "\"source\":\"crm\",\"optedOutAt\":\"2026-05-01T12:00:00Z\"");

        var again = add(sandbox, number, "\"source\":\"other\"");

        assertThat(again.get("known").asInt()).isEqualTo(1);
        assertThat(line(sandbox, number)).contains("\"crm\"", "\"2026-05-01T12:00:00Z\"");
    }

    @Test
    void areIgnoredIfThePersonHasOptedInSinceThen(Sandbox sandbox) {
        var order = sandbox.order();
        sandbox.database()
                .update(
                        "INSERT INTO textonce.inbound_messages (message_sid, received_at, kind, phone_hash, recipient)"
                                + " VALUES (?, ?, 'start', ?, ?)",
                        order.eventId(),
                        Timestamp.from(Instant.parse("2026-05-02T12:00:00Z")),
                        sandbox.phoneHash(order.number()),
                        sender(sandbox));

        var before = add(sandbox, order.number(), ofSender(sandbox, "2026-05-01T12:00:00Z"));
        var after = add(sandbox, order.number(), ofSender(sandbox, "2026-05-03T12:00:00Z"));

        assertThat(before.get("ignored").asInt()).isEqualTo(1);
        assertThat(after.get("added").asInt()).isEqualTo(1);
    }

    @Test
    void areImportedAsTheyWereExported(Sandbox sandbox) {
        var order = sandbox.order().post();
        add(sandbox, order.number(), "\"source\":\"c,r\\\"m\",\"optedOutAt\":\"2026-05-01T12:00:00Z\"");
        String header = export(sandbox).lines().findFirst().orElseThrow();
        String line = line(sandbox, order.number());
        sandbox.database().update("DELETE FROM textonce.opt_outs WHERE phone_hash = ?", (Object)
                sandbox.phoneHash(order.number()));

        var imported = csv(sandbox, header + "\r\n" + line + "\r\n");

        assertThat(line).contains(order.number());
        assertThat(sandbox.json(imported).get("added").asInt())
                .as(imported.body())
                .isEqualTo(1);
        assertThat(line(sandbox, order.number())).isEqualTo(line);
    }

    /** The sender of RCS is an agent, whose name has other characters than a number or a name of SMS. */
    @Test
    void areImportedForAnAgentOfRcsAsTheyWereExported(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var imported = csv(sandbox, "phone,sender\r\n" + number + ",rcs:brand_agent.x-1\r\n");
        String header = export(sandbox).lines().findFirst().orElseThrow();
        var again = csv(sandbox, header + "\r\n" + line(sandbox, number) + "\r\n");

        assertThat(sandbox.json(imported).path("added").asInt())
                .as(imported.body())
                .isEqualTo(1);
        assertThat(sandbox.json(again).path("known").asInt()).as(again.body()).isEqualTo(1);
    }

    @Test
    void areAllImportedOrNone(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = csv(
                sandbox,
                "phone,source,opted_out_at\n" + number + ",crm,\n0170 1234,crm,\n" + number
                        + ",crm,2099-01-01T00:00:00Z\n");
        var header = csv(sandbox, "number\n" + number + "\n");

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(sandbox.json(answer).get("details").fieldNames())
                .toIterable()
                .containsExactly("row 2", "row 3");
        assertThat(answer.body()).doesNotContain("0170");
        assertThatProblem(header).is(400, "invalid_request");
        assertThat(export(sandbox)).doesNotContain(HexFormat.of().formatHex(sandbox.phoneHash(number)));
    }

    /** A time or a sender in a member that is none would be ignored, and the import be another one. */
    @Test
    void areNotImportedWithAMemberThatIsNone(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.postJson(
                "/api/opt-outs",
                "{\"optOuts\":[{\"phone\":\"" + number + "\",\"opted_out_at\":\"2026-05-01T12:00:00Z\"}]}");
        var marked = sandbox.postJson("/api/opt-outs", "\uFEFF{\"optOuts\":[{\"phone\":\"" + number + "\"}]}");

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(answer.body()).contains("row 1", "optedOutAt").doesNotContain("opted_out_at");
        assertThat(marked.statusCode()).as(marked.body()).isEqualTo(200);
    }

    /** In the names of the form in which it was sent. */
    @ParameterizedTest
    @ValueSource(strings = {"\"optedOutAt\":\"soon\"", "\"optedOutAt\":\"2199-01-01T00:00:00Z\""})
    void areNotImportedWithAWrongTime(String member, Sandbox sandbox) {
        var answer = sandbox.postJson(
                "/api/opt-outs", "{\"optOuts\":[{\"phone\":\"" + sandbox.newNumber() + "\"," + member + "}]}");

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(answer.body()).contains("row 1", "optedOutAt: must").doesNotContain("opted_out_at");
    }

    /** Ignored, it would seem to narrow the list. */
    @Test
    void areNotListedByAnotherParameter(Sandbox sandbox) {
        var answer = sandbox.get("/api/opt-outs?sender=x");

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(answer.body()).contains("has a parameter other than after");
    }

    /** A list of senders would be none, and the person be opted out of all. */
    @ParameterizedTest
    @ValueSource(strings = {"\"sender\":[\"+15551230000\"]", "\"optedOutAt\":{\"at\":\"2026-05-01T12:00:00Z\"}"})
    void areNotImportedWithAMemberThatIsAListOrAnObject(String member, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.postJson("/api/opt-outs", "{\"optOuts\":[{\"phone\":\"" + number + "\"," + member + "}]}");

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(answer.body()).contains("row 1", "must be a string");
        assertThat(export(sandbox)).doesNotContain(HexFormat.of().formatHex(sandbox.phoneHash(number)));
    }

    @Test
    void areReadAsASpreadsheetWritesThemAndNeverInPart(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();

        var imported = csv(sandbox, "\uFEFFphone,source\r\n" + number + ",\"shop, main\"\r\n");
        var quote = csv(sandbox, "phone,source,opted_out_at\n" + other + ",the \"old\" crm,2026-05-01T12:00:00Z\n");
        var many = csv(sandbox, "phone,source\n" + other + ",crm,2026-05-01T12:00:00Z\n");

        assertThat(sandbox.json(imported).get("added").asInt())
                .as(imported.body())
                .isEqualTo(1);
        assertThat(line(sandbox, number)).contains("\"shop, main\"");
        for (var answer : List.of(quote, many)) {
            assertThatProblem(answer).is(400, "invalid_request");
            assertThat(sandbox.json(answer).at("/details/row 1/0").asText()).startsWith("line: has ");
        }
        assertThat(export(sandbox)).doesNotContain(HexFormat.of().formatHex(sandbox.phoneHash(other)));
    }

    /** Of two columns of a name one would not be read, and its people would get messages on. */
    @Test
    void areNotImportedFromTwoColumnsOfAName(Sandbox sandbox) {
        String first = sandbox.newNumber();
        String second = sandbox.newNumber();

        var answer = csv(sandbox, "phone,source,phone\n" + first + ",crm," + second + "\n");

        assertThatProblem(answer).is(400, "invalid_request").names("header");
        assertThat(export(sandbox)).doesNotContain(HexFormat.of().formatHex(sandbox.phoneHash(first)));
    }

    @Test
    void areListedAPageAtATime(Sandbox sandbox) {
        String number = sandbox.newNumber();
        add(sandbox, number, "\"source\":\"crm\"");
        String hash = HexFormat.of().formatHex(sandbox.phoneHash(number));

        var page = sandbox.json(sandbox.get("/api/opt-outs?after=" + hash + ":"));
        var wrong = sandbox.get("/api/opt-outs?after=x");

        assertThat(page.at("/optOuts/0/phoneHash").asText()).isEqualTo(hash);
        assertThat(page.at("/optOuts/0/source").asText()).isEqualTo("crm");
        assertThatProblem(wrong).is(400, "invalid_request");
    }

    @Test
    void areRejectedWithALongValue(Sandbox sandbox) {
        var answer = csv(sandbox, "phone,source\n" + sandbox.newNumber() + ",\"" + "a".repeat(50_000) + "\"\n");

        assertThatProblem(answer).is(400, "invalid_request");
    }

    @Test
    void areInTheAuditLogWhenTheyMove(Sandbox sandbox) {
        long imports = entries(sandbox, "imported");
        long exports = entries(sandbox, "exported");

        add(sandbox, sandbox.newNumber(), "\"source\":\"crm\"");
        export(sandbox);

        assertThat(entries(sandbox, "imported")).isEqualTo(imports + 1);
        assertThat(entries(sandbox, "exported")).isGreaterThan(exports);
    }

    private static long entries(Sandbox sandbox, String verb) {
        return sandbox.database()
                .queryForObject(
                        "SELECT count(*) FROM textonce.audit_entries WHERE verb = ? AND detail LIKE '%opt-outs%'",
                        Long.class, verb);
    }

    private static JsonNode add(Sandbox sandbox, String number, String more) {
        var answer = sandbox.postJson("/api/opt-outs", "{\"optOuts\":[{\"phone\":\"" + number + "\"," + more + "}]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return sandbox.json(answer);
    }

    private static HttpResponse<String> csv(Sandbox sandbox, String csv) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/opt-outs"))
                .header("Content-Type", "text/csv; charset=utf-8")
                .POST(BodyPublishers.ofString(csv)));
    }

    private static String export(Sandbox sandbox) {
        var answer = sandbox.get("/api/opt-outs/export.csv");
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/csv");
        return answer.body();
    }

    private static String line(Sandbox sandbox, String number) {
        String hash = HexFormat.of().formatHex(sandbox.phoneHash(number));
        return export(sandbox)
                .lines()
                .filter(line -> line.contains(hash))
                .findFirst()
                .orElseThrow();
    }

    private static String ofSender(Sandbox sandbox, String at) {
        return "\"sender\":\"" + sender(sandbox) + "\",\"optedOutAt\":\"" + at + "\"";
    }

    private static String sender(Sandbox sandbox) {
        return sandbox.context().getEnvironment().getProperty("textonce.twilio.from-number");
    }
}
