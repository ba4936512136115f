package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@SandboxTest
class RestoreModeTest {

    private static final Delivery RESERVED = Delivery.claimed(UUID.randomUUID(), 1);

    private static final Duration LEASE = Duration.ofSeconds(60);

    private final Instant to = Instant.now().minus(Duration.ofHours(1));

    @Test
    void letsEverythingGoWhereNothingWasRestored(Sandbox sandbox) {
        var restore = new RestoreMode(sandbox.database(), null, LEASE, Clock.systemUTC());

        assertThat(restore.decide(RESERVED, false).isSend()).isTrue();
        assertThat(restore.earliest(Instant.EPOCH)).isEqualTo(Instant.EPOCH);
    }

    @Test
    void looksBackToTheMomentOfTheRestoreAndNoLess(Sandbox sandbox) {
        var restore = new RestoreMode(sandbox.database(), to, LEASE, Clock.systemUTC());

        assertThat(restore.decide(RESERVED, false).status()).isEqualTo(DeliveryStatus.UNKNOWN);
        assertThat(restore.earliest(Instant.now())).isBetween(to.minusMillis(1), to);
        assertThat(restore.earliest(Instant.EPOCH)).isEqualTo(Instant.EPOCH);
    }

    @Test
    void endsAWeekAfterTheFirstStartWithIt(Sandbox sandbox) {
        var first = new RestoreMode(sandbox.database(), to, LEASE, Clock.systemUTC());
        var inAWeek = Clock.offset(Clock.systemUTC(), Duration.ofDays(7).plusMinutes(1));

        var again = new RestoreMode(sandbox.database(), to, LEASE, inAWeek);

        assertThat(again.until()).isEqualTo(first.until());
        assertThat(first.age()).isBetween(Duration.ofMillis(1), Duration.ofDays(1));
        assertThat(again.age()).isZero();
        assertThat(first.decide(RESERVED, false).isSend()).isFalse();
        assertThat(again.decide(RESERVED, false).isSend()).isTrue();
    }

    @Test
    void startsTheLookForWhatIsUnknownAnew(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        sandbox.awaitStatus(id, "delivered");
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET status = 'unknown', message_sid = NULL, due_at = 'infinity',"
                                + " unknown_since = now() - interval '1 h' WHERE event_id = ?",
                        id);

        new RestoreMode(sandbox.database(), to, LEASE, Clock.systemUTC());

        assertThat((Timestamp) sandbox.delivery(id).get("unknown_since")).isAfter(Timestamp.from(Instant.now()));
        sandbox.database().update("DELETE FROM textonce.deliveries WHERE event_id = ?", id);
    }
}
