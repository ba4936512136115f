package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@SandboxTest
class SmsDueTest {

    @Test
    void sendsAHeldTextOnceWhenItIsDue(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 4, answers(429));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "held");

        makeDue(sandbox, id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.timeline(id))
                .filteredOn(event -> event.get("kind").equals("answer"))
                .extracting(event -> event.get("status"))
                .containsExactly("held", "queued");
    }

    @Test
    void rejectsAHeldTextWhoseTimeHasPassed(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 4, answers(429));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "held");

        sandbox.database()
                .update("UPDATE textonce.deliveries SET expires_at = now() - interval '1 s' WHERE event_id = ?", id);
        makeDue(sandbox, id);

        sandbox.awaitStatus(id, "rejected");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void leavesATextAloneThatIsNotDue(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String other = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 4, answers(429));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "held");
        String second = sandbox.newNumber();
        sandbox.twilio().forNumber(second, 4, answers(429));
        sandbox.post("order-shipped", sandbox.orderShipped(other, second));
        sandbox.awaitStatus(other, "held");

        makeDue(sandbox, other);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(sandbox.twilio().sentTo(second)).hasSize(1));
        assertThat(sandbox.delivery(id)).containsEntry("status", "held");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    private static void makeDue(Sandbox sandbox, String id) {
        sandbox.database().update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ?", id);
    }
}
