package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@SandboxTest
class SmsCancelTest {

    @Autowired
    private ProducerTemplate routes;

    @Test
    void cancelsAHeldTextForGood(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", held(id, number));

        assertThat(cancel(id)).isEqualTo("canceled");
        assertThat(cancel(id)).isEqualTo("canceled");

        var again = sandbox.post("order-shipped", held(id, number));
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.delivery(id))
                .containsEntry("status", "canceled")
                .containsEntry("body", null)
                .containsEntry("due_at", null);
        assertThat(sandbox.timeline(id))
                .extracting(event -> event.get("detail"))
                .last()
                .isEqualTo("Cancelled: the appointment was called off");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void doesNotSendAgainWhatWasCalledOffWhileItsOutcomeWasUnclear(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, Fault.answers(500));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "unknown");

        assertThat(cancel(id)).isEqualTo("asked");
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET due_at = now(), attempted_at = now() - interval '5 min',"
                                + " unknown_since = now() - interval '5 min' WHERE event_id = ?",
                        id);

        sandbox.awaitStatus(id, "canceled");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void comesTooLateForATextThatTwilioHas(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        sandbox.awaitStatus(id, "delivered");

        assertThat(cancel(id)).isEqualTo("too_late");
    }

    @Test
    void cancelsATextWhoseEventComesLater(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        assertThat(cancel(id)).isEqualTo("pending");
        assertThat(cancel(id)).isEqualTo("pending");
        assertThat(sandbox.json(sandbox.get("/api/deliveries?eventId=" + id))
                        .at("/deliveries/0/timeline/0/summary")
                        .asText())
                .isEqualTo("The cancellation came in before its event");

        var late = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(late.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(late).get("status").asText()).isEqualTo("canceled");
        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(cancel(id)).isEqualTo("canceled");
        assertThat(sandbox.json(sandbox.get("/api/deliveries?phone=" + number.substring(1)))
                        .at("/deliveries/0/status")
                        .asText())
                .isEqualTo("canceled");
        assertThat(sandbox.twilio().posts()).noneMatch(post -> number.equals(post.parameter("To")));
    }

    @Test
    void cancelsAtTwilioWithinSecondsHoweverTwilioFails(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, Fault.stopsAt("queued"));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "queued");
        sandbox.twilio().nextUpdate(Fault.answers(429)).nextUpdate(Fault.resets());

        assertThat(cancel(id)).isEqualTo("asked");

        await().atMost(Duration.ofSeconds(20))
                .until(() -> sandbox.twilio().sentTo(number).get(0).status(), "canceled"::equals);
        sandbox.awaitStatus(id, "canceled");
        assertThat(cancel(id)).isEqualTo("canceled");
    }

    @Test
    void saysThatItIsTooLateOnceTwilioHasSentItWhileTheCallWasUnderWay(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, Fault.stopsAt("queued"));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "queued");
        sandbox.twilio().nextUpdate(Fault.refuses(30409));

        assertThat(cancel(id)).isEqualTo("asked");
        await().until(() -> sandbox.database()
                .queryForObject(
                        "SELECT due_at > now() + interval '10 min' FROM textonce.deliveries WHERE event_id = ?",
                        Boolean.class,
                        id));
        sandbox.twilio().reports((String) sandbox.delivery(id).get("message_sid"), "sent", null);

        assertThat(cancel(id)).isEqualTo("too_late");
    }

    @Test
    void sendsNothingForARepetitionOfWhatItsEventDropsAfterAnUnclearOutcome(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, Fault.answers(500));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "unknown");
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET on_unknown = 'drop', due_at = now(),"
                                + " attempted_at = now() - interval '5 min', unknown_since = now() - interval '5 min'"
                                + " WHERE event_id = ?",
                        id);
        sandbox.awaitStatus(id, "canceled");

        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();

        var resent = sandbox.postJson(
                "/api/deliveries/" + sandbox.delivery(id).get("id") + "/resend", "{\"reason\":\"It is needed\"}");

        assertThat(resent.statusCode()).as(resent.body()).isEqualTo(200);
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    private String cancel(String id) {
        List<?> rows = routes.requestBody(
                "direct:sms-cancel",
                Map.of("event", "order-shipped", "eventId", id, "reason", "Cancelled: the appointment was called off"),
                List.class);
        return (String) ((Map<?, ?>) rows.get(0)).get("effect");
    }

    private static String held(String id, String number) {
        return "{\"eventId\":\"" + id + "\",\"phone\":\"" + number + "\",\"orderId\":\"1001\",\"sendAt\":\""
                + Instant.now().plus(Duration.ofHours(1)).toString().substring(0, 13)
                + ":59:59Z\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }
}
