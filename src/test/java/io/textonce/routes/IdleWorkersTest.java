package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Background workers poll again at once while there is something to do, and must not when there is nothing. */
@SandboxTest
class IdleWorkersTest {

    private static final Duration WATCHED = Duration.ofSeconds(4);

    /** Each of the pollers has a few transactions a second; one that never rests has a thousand. */
    private static final long MOST = 400;

    @Test
    void restForTheirPollIntervalWhenThereIsNothingToDo(Sandbox sandbox) {
        var before = new AtomicLong(transactions(sandbox));

        // PostgreSQL counts the last transactions of other tests some seconds late.
        await().pollDelay(WATCHED).pollInterval(WATCHED).untilAsserted(() -> {
            long now = transactions(sandbox);
            assertThat(now - before.getAndSet(now)).isBetween(5L, MOST);
        });
    }

    private static long transactions(Sandbox sandbox) {
        return sandbox.database()
                .queryForObject(
                        "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()", Long.class);
    }
}
