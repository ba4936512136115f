package io.textonce.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.ErasureRepository;
import io.textonce.intake.file.InboxErasure;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

@SandboxTest
class RedactionTest {

    @Test
    void hasTwilioForgetATextThatIsClearedHere(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET id = ?, created_at = now() - interval '31 days',"
                                + " attempted_at = now() - interval '31 days' WHERE event_id = ?",
                        old(Duration.ofDays(31)),
                        id);

        retention(sandbox).clear(new DefaultExchange(sandbox.context().getBean(CamelContext.class)));

        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .satisfies(text -> assertThat(text.body()).isEmpty());
        assertThat(sandbox.delivery(id)).containsEntry("phone", null);
    }

    @Test
    void keepsTheFilesOfTheInboxHoweverWrongAnInstancesClockIs(Sandbox sandbox) throws IOException {
        Path failed = Files.createDirectories(sandbox.peers().inbox().resolve("order-shipped/failed"));
        Path lines = Files.writeString(failed.resolve(sandbox.newEventId() + ".jsonl"), "# line 1: is wrong\n{}\n");

        retention(sandbox, Clock.offset(Clock.systemUTC(), Duration.ofDays(40)))
                .clear(new DefaultExchange(sandbox.context().getBean(CamelContext.class)));

        assertThat(lines).exists();
    }

    private static Retention retention(Sandbox sandbox) {
        return retention(sandbox, Clock.systemUTC());
    }

    private static Retention retention(Sandbox sandbox, Clock clock) {
        return new Retention(
                sandbox.database(),
                sandbox.context().getBean(ErasureRepository.class),
                sandbox.context().getBean(TwilioMessages.class),
                sandbox.context().getBean(InboxErasure.class),
                new TextOnceProperties.Retention(
                        Duration.ofDays(30),
                        Duration.ofDays(400),
                        Duration.ofDays(7),
                        Duration.ofDays(30),
                        Duration.ofHours(1),
                        true),
                Set.of(),
                clock);
    }

    private static UUID old(Duration age) {
        return new UUID(
                DeliveryId.first(Instant.now().minus(age)).getMostSignificantBits(),
                UUID.randomUUID().getLeastSignificantBits());
    }
}
