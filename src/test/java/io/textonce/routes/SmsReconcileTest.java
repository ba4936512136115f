package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.UNKNOWN;
import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Timestamp;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@SandboxTest
class SmsReconcileTest {

    @Test
    void bindsATextWhoseAnswerWasLostByTwiliosList(Sandbox sandbox) {
        var order = sandbox.order()
                .meeting(resets().afterRecording().and(losesCallbacks()))
                .post()
                .await(UNKNOWN);
        await().until(() -> order.messages().get(0).status(), "delivered"::equals);

        order.makeDue().await(DELIVERED);

        assertThat(order.messages())
                .singleElement()
                .satisfies(text -> assertThat(order.delivery()).containsEntry("message_sid", text.sid()));
    }

    @Test
    void sendsATextAgainThatIsAbsentAfterTheHorizon(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, answers(500)).post().await(UNKNOWN);

        order.age(Duration.ofMinutes(5)).await(DELIVERED);

        assertThat(order.messages()).hasSize(1);
        assertThat(order.delivery()).containsEntry("attempt", 2);
    }

    /** As after a response that turned out to be of another delivery's message. */
    @Test
    void holdsAMessageThatIsAbsentAndWhoseTextIsNoLongerStored(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, answers(500)).post().await(UNKNOWN);

        order.update("body = NULL").age(Duration.ofMinutes(5)).await(HELD);

        assertThat(order.delivery())
                .containsEntry("reason", "Twilio has no record of the message, and its text is no longer stored");
    }

    @Test
    void sendsNothingAgainBeforeTheHorizon(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, answers(500)).post().await(UNKNOWN);

        order.makeDue();

        await().until(() -> ((Timestamp) order.delivery().get("due_at")).getTime() > System.currentTimeMillis());
        assertThat(order.delivery()).containsEntry("status", "unknown").containsEntry("attempt", 1);
        assertThat(order.messages()).isEmpty();
    }
}
