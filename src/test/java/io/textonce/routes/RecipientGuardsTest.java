package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.SUPPRESSED;
import static io.textonce.delivery.DeliveryStatus.UNKNOWN;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.RecipientMode;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.test.context.TestPropertySource;

/** An environment with all guards, which also redacts at Twilio; the caps of {@code routes/console/caps.camel.yaml}. */
@SandboxTest
@TestPropertySource(
        properties = {
            "textonce.recipients=only:+1555*,+49*",
            "textonce.countries.denied=DE,premium",
            "textonce.verify.countries=US",
            "textonce.caps.delays.events=order-delayed",
            "textonce.caps.delays.unit=messages",
            "textonce.caps.delays.limit=5",
            "textonce.retention.redact-at-twilio=true",
        })
class RecipientGuardsTest {

    @Test
    void sendsToThoseWhoAreListed(Sandbox sandbox) {
        var order = sandbox.order().post();

        assertThat(order.messages()).extracting(TwilioMessage::to).containsExactly(order.number());
    }

    @Test
    void suppressesTheOthersForGood(Sandbox sandbox) {
        String id = sandbox.newEventId();
        double before = barred(sandbox, "suppressed");

        var first = sandbox.post("order-shipped", sandbox.orderShipped(id, "+14155552671"));
        var second = sandbox.post("order-shipped", sandbox.orderShipped(id, "+14155552671"));

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(sandbox.json(first).get("status").asText()).isEqualTo("suppressed");
        assertThat(sandbox.json(second).get("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.twilio().sentTo("+14155552671")).isEmpty();
        assertThat(sandbox.timeline(id))
                .singleElement()
                .satisfies(entry -> assertThat(entry)
                        .containsEntry("new_status", "suppressed")
                        .containsEntry("detail", "Not sent: textonce.recipients excludes this number"));
        assertThat(barred(sandbox, "suppressed")).isEqualTo(before + 1);
        assertThat(sandbox.get("/deliveries?eventId=" + id).body()).contains("Suppressed");
    }

    /** As in a copy of a production database, whose held messages are due. */
    @Test
    void suppressesWhatWasAcceptedElsewhere(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, Fault.refuses(21611)).post().await(HELD);
        sandbox.database()
                .update("UPDATE textonce.deliveries SET phone = '+14155552672' WHERE event_id = ?", order.eventId());

        double before = barred(sandbox, "suppressed");

        order.makeDue().await(SUPPRESSED);

        assertThat(sandbox.twilio().sentTo("+14155552672")).isEmpty();
        await().untilAsserted(() -> assertThat(barred(sandbox, "suppressed")).isEqualTo(before + 1));
    }

    @Test
    void rejectsACountryThatIsDenied(Sandbox sandbox) {
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), "+4915112345678"));

        assertThatProblem(answer).is(422, "country_not_allowed");
        assertThat(sandbox.twilio().sentTo("+4915112345678")).isEmpty();
    }

    @Test
    void sendsCodesOnlyWhereTheyAreAllowed(Sandbox sandbox) {
        var abroad = sandbox.postJson("/api/verify/start", "{\"phone\":\"+33612345678\"}");
        var spared = sandbox.postJson("/api/verify/start", "{\"phone\":\"+14155552671\"}");
        var listed = sandbox.postJson("/api/verify/start", "{\"phone\":\"" + sandbox.newNumber() + "\"}");

        assertThatProblem(abroad).is(422, "country_not_allowed");
        assertThatProblem(spared).is(422, "recipient_not_allowed");
        assertThat(listed.statusCode()).as(listed.body()).isEqualTo(202);
    }

    @Test
    void holdsWhatIsOverACapUntilAnOperatorRaisesIt(Sandbox sandbox) {
        // Not over midnight, when the day of the cap ends.
        await().atMost(Duration.ofMinutes(2))
                .until(() -> LocalTime.now(ZoneOffset.UTC).isBefore(LocalTime.of(23, 59)));
        IntStream.range(0, 5)
                .forEach(i -> assertThat(delayed(sandbox, sandbox.newEventId()).statusCode())
                        .isEqualTo(202));
        String over = sandbox.newEventId();

        var preview = sandbox.json(sandbox.postJson("/api/order-delayed-sms?preview=true", delay(sandbox, over)));
        delayed(sandbox, over);
        var later = sandbox.json(sandbox.postJson(
                "/api/order-delayed-sms?preview=true",
                delay(sandbox, sandbox.newEventId())
                        .replaceFirst("}\\s*$", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofDays(2)) + "\"}")));

        assertThat(later.get("verdict").asText()).as(later.toString()).isEqualTo("hold");
        assertThat(later.get("checks").toString()).contains("{\"check\":\"caps\",\"verdict\":\"pass\"}");
        assertThat(preview.get("verdict").asText()).isEqualTo("hold");
        assertThat(preview.at("/caps/0/cap").asText()).isEqualTo("delays");
        assertThat(preview.at("/caps/0/used").asInt()).isEqualTo(5);
        assertThat(sandbox.delivery(over)).containsEntry("status", "held");
        assertThat(sandbox.json(sandbox.get("/api/caps")).at("/caps/0/used").asInt())
                .isEqualTo(5);
        assertThat(sandbox.get("/caps").body()).contains("delays", "100% used", "5 of 5 messages");
        await().untilAsserted(() -> assertThat(sandbox.peers().statuses().calls())
                .extracting(call -> call.event().get("type").asText())
                .contains("io.textonce.cap.warned", "io.textonce.cap.reached"));
        await().untilAsserted(() -> assertThat(sandbox.context()
                        .getBean(MeterRegistry.class)
                        .get("textonce.caps.used")
                        .gauge()
                        .value())
                .isEqualTo(1));

        assertThat(sandbox.context()
                        .getBean(MeterRegistry.class)
                        .counter("textonce.caps.barred", "cap", "delays")
                        .count())
                .isEqualTo(1);

        var withoutReason = sandbox.postJson("/api/caps/delays/raise", "{\"by\":1}");
        var unknown = sandbox.postJson("/api/caps/none/raise", "{\"by\":1,\"reason\":\"more\"}");
        sandbox.database()
                .execute("ALTER TABLE textonce.audit_entries ADD CONSTRAINT busy CHECK (verb <> 'raised') NOT VALID");
        var unrecorded = sandbox.postJson("/api/caps/delays/raise", "{\"by\":1,\"reason\":\"a storm\"}");
        sandbox.database().execute("ALTER TABLE textonce.audit_entries DROP CONSTRAINT busy");
        var raised = sandbox.postJson("/api/caps/delays/raise", "{\"by\":1,\"reason\":\"a storm\"}");

        assertThatProblem(withoutReason).is(400, "invalid_request");
        assertThatProblem(unknown).is(404, "not_found");
        assertThat(unrecorded.statusCode()).isNotEqualTo(200);
        assertThat(sandbox.json(raised).at("/caps/0/limit").asInt())
                .as(raised.body())
                .isEqualTo(6);
        sandbox.awaitStatus(over, "delivered");
        var seen = sandbox.json(sandbox.get("/api/caps")).at("/caps/0");
        assertThat(seen.get("used").asInt()).isEqualTo(6);
        String reset =
                "{\"reason\":\"a loop\",\"version\":\"" + seen.get("version").asText() + "\"}";
        assertThat(sandbox.postJson("/api/caps/delays/reset", reset).statusCode())
                .isEqualTo(200);
        assertThatProblem(sandbox.postJson("/api/caps/delays/reset", reset)).is(409, "not_possible");
        assertThat(sandbox.database()
                        .queryForList("SELECT detail FROM textonce.audit_entries WHERE verb = 'raised'", String.class))
                .containsExactly("cap delays by 1: a storm");
    }

    @ParameterizedTest
    @CsvSource({"queued, canceled", "delivered, delivered"})
    void redactsAnErasedMessageThatTurnsUpAfterItWasGivenUp(String reported, String last, Sandbox sandbox) {
        var order = sandbox.order()
                .meeting(Fault.resets()
                        .afterRecording()
                        .and(Fault.losesCallbacks())
                        .and(Fault.stopsAt(reported)))
                .post()
                .await(UNKNOWN)
                .update("status = 'held', due_at = NULL");
        await().until(() -> order.messages().get(0).status().equals(reported));
        String sid = order.messages().get(0).sid();
        assertThat(sandbox.request("DELETE", "/api/people", "{\"phone\":\"" + order.number() + "\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(order.delivery()).containsEntry("status", "canceled").containsEntry("phone", null);

        sandbox.twilio().reports(sid, reported, null);

        sandbox.awaitStatus(order.eventId(), last);
        await().untilAsserted(() -> assertThat(order.messages())
                .singleElement()
                .satisfies(message -> assertThat(message.body()).isEmpty()));
        await().untilAsserted(() -> assertThat(sandbox.database()
                        .queryForList(
                                "SELECT * FROM textonce.erasures WHERE delivery_id = ?",
                                order.delivery().get("id")))
                .isEmpty());
    }

    private static double barred(Sandbox sandbox, String status) {
        return sandbox.context()
                .getBean(MeterRegistry.class)
                .counter("textonce.messages.barred", "event", "order-shipped", "status", status)
                .count();
    }

    private static HttpResponse<String> delayed(Sandbox sandbox, String id) {
        return sandbox.post("order-delayed", delay(sandbox, id));
    }

    private static String delay(Sandbox sandbox, String id) {
        return "{\"eventId\":\"" + id + "\",\"phone\":\"" + sandbox.newNumber()
                + "\",\"orderId\":\"1001\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    @Test
    void showsOnEachPageAndInHealthWhoGetsMessages(Sandbox sandbox) {
        String words = "Messages go only to listed numbers (2)";
        for (String page : new String[] {"/", "/deliveries"}) {
            assertThat(sandbox.get(page).body()).as(page).contains(words).doesNotContain("Every number");
        }
        assertThat(sandbox.send(HttpRequest.newBuilder(sandbox.management("/camel")))
                        .body())
                .contains(words);
        assertThat(sandbox.context().getBean(RecipientMode.class).health().getDetails())
                .containsEntry("mode", words);
    }
}
