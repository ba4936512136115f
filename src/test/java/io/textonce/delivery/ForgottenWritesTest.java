package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.CannotCreateTransactionException;

/** A failover seldom comes alone: what is to be repeated outlives the next outage too. */
class ForgottenWritesTest {

    private final ForgottenWrites forgotten = new ForgottenWrites(
            new WriteMemory(Duration.ofMinutes(5)), () -> null, () -> null, () -> new JdbcTemplate());

    private final AtomicInteger repeated = new AtomicInteger();

    @Test
    void isRepeatedOnceTheDatabaseIsBackThatWentAwayMeanwhile() {
        var tries = new AtomicInteger();
        forgotten.perform(() -> null, nothing -> {
            if (tries.incrementAndGet() == 1) {
                throw new CannotCreateTransactionException("the database is away");
            }
            repeated.incrementAndGet();
        });

        forgotten.putBack();

        await().untilAsserted(() -> assertThat(repeated).hasValue(1));
    }

    /** Its row may have been purged by then, or its person erased. */
    @Test
    void isNotRepeatedAfterHalfADay() {
        var now = new AtomicLong();
        var memory = new WriteMemory(Duration.ofMinutes(5), now::get);
        memory.add(() -> {}, memory.server());

        now.addAndGet(Duration.ofMinutes(30).toNanos());
        assertThat(memory.repetitions()).hasSize(1);
        now.addAndGet(Duration.ofHours(12).toNanos());
        assertThat(memory.repetitions()).isEmpty();
    }

    @Test
    void isRepeatedThoughAnotherOneFailsForGood() {
        forgotten.perform(() -> null, nothing -> {
            throw new IllegalStateException("unexpected");
        });
        forgotten.perform(() -> null, nothing -> repeated.incrementAndGet());

        forgotten.putBack();
        await().untilAsserted(() -> assertThat(repeated).hasValue(1));
        forgotten.putBack();
        await().untilAsserted(() -> assertThat(repeated).hasValue(2));
    }
}
