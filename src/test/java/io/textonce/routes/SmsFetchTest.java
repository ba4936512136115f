package io.textonce.routes;

import static io.textonce.sandbox.Fault.losesCallbacks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import org.junit.jupiter.api.Test;

@SandboxTest
class SmsFetchTest {

    @Test
    void asksTwilioAboutATextWhoseCallbacksStayAway(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, losesCallbacks());
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        await().until(() -> sandbox.twilio().sentTo(number).get(0).status().equals("delivered"));
        assertThat(sandbox.delivery(id)).containsEntry("status", "queued");

        sandbox.database().update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ?", id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("due_at", null);
    }
}
