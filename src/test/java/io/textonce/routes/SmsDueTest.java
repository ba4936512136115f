package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.sandbox.Fault.answers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import org.junit.jupiter.api.Test;

@SandboxTest
class SmsDueTest {

    @Test
    void sendsAHeldTextOnceWhenItIsDue(Sandbox sandbox) {
        var order = sandbox.order().meeting(4, answers(429)).post().await(HELD);

        order.makeDue().await(DELIVERED);

        assertThat(order.messages()).hasSize(1);
        // A callback may overtake the answer of the second call.
        await().untilAsserted(() -> assertThat(order.timeline())
                .filteredOn(event -> event.get("kind").equals("answer"))
                .extracting(event -> event.get("status"))
                .containsExactly("held", "queued"));
    }

    @Test
    void rejectsAHeldTextWhoseTimeHasPassed(Sandbox sandbox) {
        var order = sandbox.order().meeting(4, answers(429)).post().await(HELD);

        order.update("expires_at = now() - interval '1 s', due_at = now()").await(REJECTED);

        assertThat(order.messages()).isEmpty();
    }

    @Test
    void leavesATextAloneThatIsNotDue(Sandbox sandbox) {
        var later = sandbox.order().meeting(4, answers(429)).post().await(HELD);
        var due = sandbox.order().meeting(4, answers(429)).post().await(HELD);

        due.makeDue().await(DELIVERED);

        assertThat(due.messages()).hasSize(1);
        assertThat(later.delivery()).containsEntry("status", "held");
        assertThat(later.messages()).isEmpty();
    }
}
