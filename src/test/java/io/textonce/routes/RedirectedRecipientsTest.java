package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** An environment in which one number gets every message. */
@SandboxTest
@TestPropertySource(properties = "textonce.recipients=redirect:" + RedirectedRecipientsTest.TESTER)
class RedirectedRecipientsTest {

    static final String TESTER = "+15559990001";

    @Test
    void sendsToTheNumberOfTheRedirection(Sandbox sandbox) {
        var order = sandbox.order().post().await(DELIVERED);

        assertThat(sandbox.twilio().sentTo(TESTER))
                .extracting(TwilioMessage::sid)
                .contains((String) order.delivery().get("message_sid"));
        assertThat(order.messages()).isEmpty();
    }

    /** As in a copy of a production database, whose held messages are due. */
    @Test
    void redirectsAMessageThatWasHeldElsewhere(Sandbox sandbox) {
        sandbox.twilio().forNumber(TESTER, 1, Fault.refuses(21611));
        var order = acceptedElsewhere(sandbox, sandbox.order().post().await(HELD));

        order.makeDue().await(DELIVERED);

        assertIsRedirected(sandbox, order);
        assertThat(order.timeline())
                .extracting(entry -> entry.get("detail"))
                .contains("Redirected: textonce.recipients");
    }

    /** Twilio's list of the number that it was sent to elsewhere does not have it. */
    @Test
    void redirectsAMessageThatIsResent(Sandbox sandbox) {
        sandbox.twilio().forNumber(TESTER, 1, Fault.answers(500));
        var order = acceptedElsewhere(sandbox, sandbox.order().post().await(UNKNOWN));

        order.age(Duration.ofMinutes(5)).await(DELIVERED);

        assertIsRedirected(sandbox, order);
    }

    private static Order acceptedElsewhere(Sandbox sandbox, Order order) {
        return order.update("phone = ?, phone_hash = ?", order.number(), sandbox.phoneHash(order.number()));
    }

    private static void assertIsRedirected(Sandbox sandbox, Order order) {
        assertThat(sandbox.twilio().sentTo(TESTER))
                .extracting(TwilioMessage::sid)
                .contains((String) order.delivery().get("message_sid"));
        assertThat(order.messages()).isEmpty();
        assertThat(order.delivery())
                .containsEntry("phone", TESTER)
                .containsEntry("phone_hash", sandbox.phoneHash(TESTER));
    }
}
