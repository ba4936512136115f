package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Timestamp;
import org.junit.jupiter.api.Test;

@SandboxTest
class SmsReconcileTest {

    @Test
    void bindsATextWhoseAnswerWasLostByTwiliosList(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, resets().afterRecording().and(losesCallbacks()));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "unknown");
        await().until(() -> sandbox.twilio().sentTo(number).get(0).status(), "delivered"::equals);

        lookNow(sandbox, id, "0 s");

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .satisfies(text -> assertThat(sandbox.delivery(id)).containsEntry("message_sid", text.sid()));
    }

    @Test
    void sendsATextAgainThatIsAbsentAfterTheHorizon(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(500));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "unknown");

        lookNow(sandbox, id, "5 min");

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("attempt", 2);
    }

    @Test
    void sendsNothingAgainBeforeTheHorizon(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(500));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "unknown");

        lookNow(sandbox, id, "0 s");

        await().until(() -> ((Timestamp) sandbox.delivery(id).get("due_at")).getTime() > System.currentTimeMillis());
        assertThat(sandbox.delivery(id)).containsEntry("status", "unknown").containsEntry("attempt", 1);
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    /** As if the unclear answer had come that long ago. */
    private static void lookNow(Sandbox sandbox, String id, String ago) {
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET due_at = now(),"
                                + " attempted_at = attempted_at - CAST(? AS interval),"
                                + " unknown_since = unknown_since - CAST(? AS interval) WHERE event_id = ?",
                        ago,
                        ago,
                        id);
    }
}
