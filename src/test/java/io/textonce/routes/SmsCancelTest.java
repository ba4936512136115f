package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

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
                .extracting(event -> event.get("words"))
                .last()
                .isEqualTo("Cancelled: the appointment was called off");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void doesNotSendAgainWhatWasCalledOffWhileItsOutcomeWasUnclear(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, io.textonce.sandbox.Fault.answers(500));
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
        assertThat(cancel(sandbox.newEventId())).isEqualTo("absent");
    }

    private String cancel(String id) {
        List<?> rows = routes.requestBody(
                "direct:sms-cancel",
                Map.of("event", "order-shipped", "eventId", id, "words", "Cancelled: the appointment was called off"),
                List.class);
        return (String) ((Map<?, ?>) rows.get(0)).get("effect");
    }

    private static String held(String id, String number) {
        return "{\"eventId\":\"" + id + "\",\"phone\":\"" + number + "\",\"orderId\":\"1001\",\"sendAt\":\""
                + Instant.now().plus(Duration.ofHours(1)).toString().substring(0, 13)
                + ":59:59Z\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }
}
