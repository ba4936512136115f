package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.message.Senders;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.dataformat.JsonLibrary;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** A message whose sender stands in the user's table: its claim, its opt-outs, its reconciliation, its next attempt. */
@SandboxTest
class SendersTest {

    private static final String OTHER = "+15557770001";

    @Autowired
    private CamelContext camel;

    @Autowired
    private Senders senders;

    @BeforeEach
    void setTheSender(Sandbox sandbox) throws Exception {
        write(sandbox, OTHER);
        if (camel.getRoute("event-by-sender") == null) {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:event-by-sender")
                            .routeId("event-by-sender")
                            .errorHandler(noErrorHandler())
                            .unmarshal()
                            .json(JsonLibrary.Jackson, Map.class)
                            .setVariable("text", simple("${body[text]}"))
                            .setVariable("language", constant("de"))
                            .to("kamelet:sms-send-sink?event=by-sender&purpose=news");
                }
            });
        }
    }

    @AfterEach
    void unsetTheSender(Sandbox sandbox) throws IOException {
        Files.deleteIfExists(sandbox.routes().resolve(Senders.FILE));
        senders.reload();
    }

    @Test
    void sendsByTheSenderOfTheTable(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        var preview = sandbox.json(post(sandbox, "by-sender-sms?preview=true", id, number));
        post(sandbox, "by-sender-sms", id, number);

        sandbox.awaitStatus(id, "delivered");
        assertThat(preview.get("sender").asText()).isEqualTo(OTHER);
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::from)
                .containsExactly(OTHER);
        assertThat(sandbox.delivery(id)).containsEntry("sender", OTHER).containsEntry("language", "de");
    }

    @Test
    void findsAMessageWhoseResponseWasLostByItsSender(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, resets().afterRecording().and(losesCallbacks()));

        post(sandbox, "by-sender-sms", id, number);
        sandbox.awaitStatus(id, "unknown");
        await().until(() -> sandbox.twilio().sentTo(number).get(0).status(), "delivered"::equals);
        sandbox.makeDue(id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void obeysAStopToTheSenderThatWasUsedAndToNoOther(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.twilio().receives(number, OTHER, "STOP");

        var stopped = post(sandbox, "by-sender-sms", sandbox.newEventId(), number);
        var other = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));

        assertThat(stopped.statusCode()).isEqualTo(422);
        assertThat(sandbox.json(stopped).get("code").asInt()).isEqualTo(21610);
        assertThat(other.statusCode()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::from)
                .containsExactly(Peers.FROM_NUMBER);
    }

    @Test
    void sendsAHeldMessageByTheSenderThatTheTableHasThen(Sandbox sandbox) throws IOException {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 4, answers(429).withRetryAfter(0));
        post(sandbox, "by-sender-sms", id, number);
        sandbox.awaitStatus(id, "held");

        write(sandbox, "+15557770002");
        sandbox.makeDue(id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::from)
                .containsExactly("+15557770002");
        assertThat(sandbox.delivery(id)).containsEntry("sender", "+15557770002");
    }

    /** What is recorded as its sender is what Twilio's list is searched for. */
    @Test
    void resendsByTheSenderThatTheTableHasThen(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String id = unknown(sandbox, number);

        write(sandbox, "+15557770003");
        makeAbsent(sandbox, id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::from)
                .containsExactly("+15557770003");
        assertThat(sandbox.delivery(id)).containsEntry("sender", "+15557770003");
    }

    @Test
    void looksForAnOptOutFromTheSenderThatResends(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String id = unknown(sandbox, number);
        sandbox.twilio().receives(number, "+15557770004", "STOP");

        write(sandbox, "+15557770004");
        makeAbsent(sandbox, id);

        sandbox.awaitStatus(id, "rejected");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void sendsByTheDefaultSenderWhatFitsNoRow(Sandbox sandbox) {
        var order = sandbox.order().post();

        sandbox.awaitStatus(order.eventId(), "delivered");
        assertThat(order.messages()).extracting(TwilioMessage::from).containsExactly(Peers.FROM_NUMBER);
    }

    private void write(Sandbox sandbox, String sender) throws IOException {
        Files.writeString(
                sandbox.routes().resolve(Senders.FILE),
                "- sender: \"" + sender + "\"\n  events: by-sender\n  countries: US\n  languages: de\n");
        senders.reload();
    }

    private static HttpResponse<String> post(Sandbox sandbox, String path, String id, String number) {
        return sandbox.postJson(
                "/api/" + path,
                "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                        + "\",\"text\":\"Hallo\",\"consentAt\":\"2026-06-02T09:00:00Z\"}");
    }

    /** Returns an event of which it is not known whether Twilio has the message. */
    private static String unknown(Sandbox sandbox, String number) {
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, answers(500));
        post(sandbox, "by-sender-sms", id, number);
        sandbox.awaitStatus(id, "unknown");
        return id;
    }

    /** Makes it due, at a time at which its absence is proven. */
    private static void makeAbsent(Sandbox sandbox, String id) {
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET unknown_since = unknown_since - interval '4 minutes',"
                                + " attempted_at = attempted_at - interval '4 minutes', due_at = now() WHERE event_id = ?",
                        id);
    }
}
