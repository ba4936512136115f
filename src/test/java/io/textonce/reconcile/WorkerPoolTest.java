package io.textonce.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool of eight, of which one is reserved and seven are busy. */
class WorkerPoolTest {

    private final WorkerPool workers = new WorkerPool("worker-", 8);
    private final CountDownLatch one = new CountDownLatch(1);
    private final CountDownLatch others = new CountDownLatch(1);

    @BeforeEach
    void occupy() {
        occupy(one);
        for (int i = 0; i < 6; i++) {
            occupy(others);
        }
    }

    private void occupy(CountDownLatch until) {
        workers.execute(() -> {
            try {
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @AfterEach
    void release() {
        one.countDown();
        others.countDown();
        workers.shutdown();
    }

    @Test
    void waitsForAWorkerThatIsNotReserved() throws Exception {
        var waiting = CompletableFuture.supplyAsync(() -> {
            workers.awaitIdle(Duration.ofMinutes(1));
            return workers.idle();
        });
        assertThat(waiting).isNotDone();

        one.countDown();

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(2);
    }

    @Test
    void waitsNoLongerThanItsLimit() {
        workers.awaitIdle(Duration.ofMillis(1));

        assertThat(workers.idle()).isEqualTo(workers.reserved());
    }

    @Test
    void doesNotWaitWhileOneIsIdle() {
        one.countDown();
        workers.awaitIdle(Duration.ofMinutes(1));

        workers.awaitIdle(Duration.ofDays(1));

        assertThat(workers.idle()).isEqualTo(2);
    }
}
