package io.textonce.console;

import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Forms that are rejected: the operator does not type the reason again. */
@SandboxTest
class TypedTextTest {

    private static final String WORDS = "Many words. ".repeat(30).strip();

    @Test
    void keepsTheReasonOfARejectedForm(Sandbox sandbox) {
        var order = sandbox.order().meeting(2, refuses(21611)).post().await(HELD);
        var pages = new PageClient(sandbox);
        String message = "/deliveries/" + order.delivery().get("id");

        var rejected = List.of(
                pages.post(message + "/cancel", "reason=" + WORDS),
                pages.post(
                        "/bulk",
                        "action=cancel&ids=" + order.eventId() + "&many=1&id=7fffffff-ffff-7000-8000-000000000000&why="
                                + WORDS),
                pages.post("/subscribers/sandbox/suspend", "reason=" + WORDS),
                pages.post("/subscribers/sandbox/replay", "from=2026-01-02T03:04&reason=" + WORDS));

        assertThat(rejected).allSatisfy(page -> {
            assertThat(page.statusCode()).isEqualTo(400);
            assertThat(page.body()).containsOnlyOnce(">" + WORDS + "</textarea>");
        });
        assertThat(rejected.get(3).body()).contains("value=\"2026-01-02T03:04\"");
        assertThat(pages.get(message).body()).doesNotContain(WORDS);
        order.act("cancel", "The test is over");
    }
}
