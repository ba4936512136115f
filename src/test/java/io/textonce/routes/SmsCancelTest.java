package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.CANCELED;
import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.QUEUED;
import static io.textonce.delivery.DeliveryStatus.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.event.EventRejected;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.tuning.SharedBuffers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

@SandboxTest
class SmsCancelTest {

    @Autowired
    private ProducerTemplate routes;

    @Test
    void cancelsAHeldTextForGood(Sandbox sandbox) {
        var order = sandbox.order()
                .with("sendAt", Instant.now().plus(Duration.ofHours(1)).toString())
                .post();

        assertThat(cancel(order)).isEqualTo("canceled");
        assertThat(cancel(order)).isEqualTo("canceled");

        order.post();
        assertThat(order.answer().statusCode()).isEqualTo(202);
        assertThat(order.answerJson().get("duplicate").asBoolean()).isTrue();
        assertThat(order.delivery())
                .containsEntry("status", "canceled")
                .containsEntry("body", null)
                .containsEntry("due_at", null);
        assertThat(order.timeline())
                .extracting(event -> event.get("detail"))
                .last()
                .isEqualTo("Cancelled: the appointment was called off");
        assertThat(order.messages()).isEmpty();
    }

    @Test
    void doesNotSendAgainWhatWasCalledOffWhileItsOutcomeWasUnclear(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, Fault.answers(500)).post().await(UNKNOWN);

        assertThat(cancel(order)).isEqualTo("requested");
        order.age(Duration.ofMinutes(5));

        order.await(CANCELED);
        assertThat(order.messages()).isEmpty();
    }

    @Test
    void comesTooLateForATextThatTwilioHas(Sandbox sandbox) {
        var order = sandbox.order().post().await(DELIVERED);

        assertThat(cancel(order)).isEqualTo("too_late");
    }

    @Test
    void cancelsATextWhoseEventComesLater(Sandbox sandbox) {
        var order = sandbox.order();

        assertThat(cancel(order)).isEqualTo("pending");
        assertThat(cancel(order)).isEqualTo("pending");
        assertThat(sandbox.json(sandbox.get("/api/deliveries?eventId=" + order.eventId()))
                        .at("/deliveries/0/timeline/0/summary")
                        .asText())
                .isEqualTo("The cancellation came in before its event");

        var late = order.post().answer();
        var again = order.post().answer();

        assertThat(late.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(late).get("status").asText()).isEqualTo("canceled");
        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(cancel(order)).isEqualTo("canceled");
        assertThat(sandbox.json(sandbox.get(
                                "/api/deliveries?phone=" + order.number().substring(1)))
                        .at("/deliveries/0/status")
                        .asText())
                .isEqualTo("canceled");
        assertThat(order.posts()).isZero();
    }

    /** A route of one's own may read the id from anywhere; the event's own is in normal form. */
    @Test
    void cancelsWhateverTheBlanksAroundTheId(Sandbox sandbox) {
        var order = sandbox.order();
        var mapped = SharedBuffers.JSON
                .createObjectNode()
                .put("event", "order-shipped")
                .put("eventId", " " + order.eventId() + "\u200B")
                .put("reason", "canceled by the customer");

        routes.requestBody("direct:sms-cancel", mapped);

        assertThat(order.post().answerJson().get("status").asText()).isEqualTo("canceled");
        assertThat(order.posts()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"event\":\"order-shipped\"}", "{\"eventId\":\"order-1\",\"event\":\" \"}"})
    void rejectsACancellationThatNamesNoEvent(String body) throws Exception {
        var cancellation = SharedBuffers.JSON.readTree(body);

        assertThatThrownBy(() -> routes.requestBody("direct:sms-cancel", cancellation))
                .hasRootCauseInstanceOf(EventRejected.class);
    }

    /** Nothing would ever come of it, and its author would take pending for a success. */
    @Test
    void rejectsTheCancellationOfAnEventThatNoRouteSends(Sandbox sandbox) {
        String id = sandbox.newEventId();

        assertThatThrownBy(
                        () -> routes.requestBody("direct:sms-cancel", Map.of("event", "order-shiped", "eventId", id)))
                .rootCause()
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.details()).containsKey("event"));
        assertThat(sandbox.deliveries(id)).isZero();
    }

    /** The event of a file that was deleted may have messages that wait. */
    @Test
    void cancelsAMessageWhoseEventHasNoRouteAnyMore(Sandbox sandbox) {
        var order = sandbox.order().meeting(Fault.stopsAt("queued")).post().await(QUEUED);
        order.update("event = 'order-shiped'");

        List<?> rows = routes.requestBody(
                "direct:sms-cancel", Map.of("event", "order-shiped", "eventId", order.eventId()), List.class);

        assertThat(((Map<?, ?>) rows.get(0)).get("effect")).isEqualTo("requested");
        order.await(CANCELED);
    }

    @Test
    void cancelsAtTwilioWithinSecondsHoweverTwilioFails(Sandbox sandbox) {
        var order = sandbox.order().meeting(Fault.stopsAt("queued")).post().await(QUEUED);
        sandbox.twilio().nextUpdate(Fault.answers(429)).nextUpdate(Fault.resets());

        assertThat(cancel(order)).isEqualTo("requested");

        await().atMost(Duration.ofSeconds(20))
                .until(() -> order.messages().get(0).status(), "canceled"::equals);
        order.await(CANCELED);
        assertThat(cancel(order)).isEqualTo("canceled");
    }

    @Test
    void saysThatItIsTooLateOnceTwilioHasSentItWhileTheCallWasUnderWay(Sandbox sandbox) {
        var order = sandbox.order().meeting(Fault.stopsAt("queued")).post().await(QUEUED);
        sandbox.twilio().nextUpdate(Fault.refuses(30409));

        assertThat(cancel(order)).isEqualTo("requested");
        await().until(() -> sandbox.database()
                .queryForObject(
                        "SELECT due_at > now() + interval '10 min' FROM textonce.deliveries WHERE event_id = ?",
                        Boolean.class,
                        order.eventId()));
        sandbox.twilio().reports((String) order.delivery().get("message_sid"), "sent", null);

        assertThat(cancel(order)).isEqualTo("too_late");
    }

    @Test
    void sendsNothingForARepetitionOfWhatItsEventDropsAfterAnUnclearOutcome(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, Fault.answers(500)).post().await(UNKNOWN);
        order.update("on_unknown = 'drop'").age(Duration.ofMinutes(5));
        order.await(CANCELED);

        var again = order.post().answer();

        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(order.messages()).isEmpty();

        var resent = order.act("resend", "It is needed");

        assertThat(resent.statusCode()).as(resent.body()).isEqualTo(200);
        order.await(DELIVERED);
        assertThat(order.messages()).hasSize(1);
    }

    private String cancel(Order order) {
        List<?> rows = routes.requestBody(
                "direct:sms-cancel",
                Map.of(
                        "event",
                        "order-shipped",
                        "eventId",
                        order.eventId(),
                        "reason",
                        "Cancelled: the appointment was called off"),
                List.class);
        return (String) ((Map<?, ?>) rows.get(0)).get("effect");
    }
}
