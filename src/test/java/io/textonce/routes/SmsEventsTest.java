package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.CANCELED;
import static io.textonce.delivery.DeliveryStatus.QUEUED;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.privacy.Sha256;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.SignedForm;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Twilio's Event Streams as a further source of statuses, and of numbers that have another holder. */
@SandboxTest
class SmsEventsTest {

    private static final String UNKNOWN_SID = "SM000000000000000000000000000000ee";

    @Test
    void recordsTheStatusesOfOurMessagesOnce(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String sid = send(sandbox, id);
        String sent = status(sid, "SENT", "");
        String undelivered = status(sid, "UNDELIVERED", ",\"errorCode\":30005");

        assertThat(post(sandbox, "[" + sent + "," + undelivered + "]")).isEqualTo(204);
        int entries = sandbox.timeline(id).size();
        assertThat(post(sandbox, "[" + undelivered + "]")).isEqualTo(204);

        assertThat(sandbox.delivery(id)).containsEntry("status", "undelivered").containsEntry("error_code", 30005);
        assertThat(sandbox.timeline(id)).hasSize(entries);
    }

    @Test
    void bindsAMessageByTheAddressOfItsCallback(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, Fault.resets().afterRecording().and(Fault.losesCallbacks()));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "unknown");
        String sid = sandbox.twilio().sentTo(number).get(0).sid();
        String url = "https://sms.example.com/twilio/status-callback?delivery="
                + sandbox.delivery(id).get("id") + "#rc=5";

        assertThat(post(sandbox, "[" + status(sid, "DELIVERED", ",\"statusCallBackUrl\":\"" + url + "\"") + "]"))
                .isEqualTo(204);

        assertThat(sandbox.delivery(id)).containsEntry("status", "delivered").containsEntry("message_sid", sid);
    }

    @Test
    void ignoresTheMessagesOfOtherApplications(Sandbox sandbox) {
        assertThat(post(sandbox, "[" + status(UNKNOWN_SID, "DELIVERED", "") + ",{\"type\":\"com.twilio.voice\"}]"))
                .isEqualTo(204);

        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.delivery_events WHERE message_sid = ?",
                                Integer.class,
                                UNKNOWN_SID))
                .isZero();
    }

    @Test
    void optsOutANumberThatAnotherPersonHas(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String held = sandbox.newEventId();
        sandbox.post(
                "order-shipped",
                sandbox.orderShipped(held, number)
                        .replace("}", ",\"sendAt\":\"" + Instant.now().plusSeconds(7200) + "\"}"));

        assertThat(post(
                        sandbox,
                        "[{\"type\":\"com.twilio.messaging.reassigned-number.detected\",\"data\":{\"to_number\":\""
                                + number
                                + "\",\"from_number\":\"+15550001111\",\"is_reassigned\":true,\"timestamp\":\""
                                + Instant.now()
                                + "\"}}]"))
                .isEqualTo(204);

        assertThat(sandbox.delivery(held))
                .containsEntry("status", "rejected")
                .containsEntry("reason", "The number was reassigned to another person");
        assertThat(sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number))
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void cancelsWhatAnEarlierSenderScheduledForANumberThatWasReassigned(Sandbox sandbox) {
        var order = sandbox.order()
                .meeting(Fault.stopsAt("queued"))
                .post()
                .await(QUEUED)
                .update("sender = '+15559990001', status = 'scheduled', due_at = now() + interval '1 day'");

        assertThat(post(
                        sandbox,
                        "[{\"type\":\"com.twilio.messaging.reassigned-number.detected\",\"data\":{\"to_number\":\""
                                + order.number() + "\"}}]"))
                .isEqualTo(204);

        order.await(CANCELED);
    }

    /** Its new holder has consented to nothing, whichever Messaging Service an event has in its policy. */
    @Test
    void optsANumberOutOfTheServicesOfPolicies(Sandbox sandbox, @Autowired CamelContext camel) throws Exception {
        String number = sandbox.newNumber();
        camel.addRoutes(new EventRoute(
                "by-service", "Hello", "purpose=tests&messagingService=MG000000000000000000000000000000a1"));

        assertThat(post(
                        sandbox,
                        "[{\"type\":\"com.twilio.messaging.reassigned-number.detected\",\"data\":{\"to_number\":\""
                                + number + "\"}}]"))
                .isEqualTo(204);

        var refused = sandbox.post("by-service", sandbox.orderShipped(sandbox.newEventId(), number));
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        camel.getRouteController().stopRoute("event-by-service");
        camel.removeRoute("event-by-service");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[", "MessageSid=SM1"})
    void rejectsWhatIsNoArrayOfEvents(String body, Sandbox sandbox) {
        assertThat(post(sandbox, body)).isEqualTo(400);
    }

    @Test
    void rejectsEventsThatTwilioDidNotSign(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String body = "[" + status(send(sandbox, id), "DELIVERED", "") + "]";

        assertThat(post(sandbox, body, "[]")).isEqualTo(403);
        assertThat(sandbox.postJson("/twilio/events", body).statusCode()).isEqualTo(403);

        assertThat(sandbox.delivery(id)).containsEntry("status", "queued");
    }

    private static String send(Sandbox sandbox, String id) {
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, Fault.losesCallbacks());
        return sandbox.json(sandbox.post("order-shipped", sandbox.orderShipped(id, number)))
                .get("sid")
                .asText();
    }

    private static String status(String sid, String status, String more) {
        return "{\"specversion\":\"1.0\",\"type\":\"com.twilio.messaging.message.any\",\"data\":{\"messageSid\":\""
                + sid + "\",\"messageStatus\":\"" + status + "\"" + more + "}}";
    }

    private static int post(Sandbox sandbox, String body) {
        return post(sandbox, body, body);
    }

    /** @param signed the body that the signature is for */
    private static int post(Sandbox sandbox, String body, String signed) {
        String target = "/twilio/events?bodySHA256="
                + HexFormat.of().formatHex(Sha256.of(signed.getBytes(StandardCharsets.UTF_8)));
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri(target))
                        .header("Content-Type", "application/json")
                        .header(
                                "X-Twilio-Signature",
                                SignedForm.signature(Peers.AUTH_TOKEN, SignedForm.PUBLIC_BASE_URL + target, List.of()))
                        .POST(BodyPublishers.ofString(body)))
                .statusCode();
    }
}
