package io.textonce.reconcile;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Threads for one kind of due deliveries, so that slow ones of one kind never keep another waiting. Only as much is
 * taken from the table as can be begun at once: what waits, waits where another instance can take it.
 */
final class WorkerPool extends ThreadPoolExecutor {

    WorkerPool(String name, int threads) {
        super(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new CustomizableThreadFactory(name),
                new CallerRunsPolicy());
    }

    int idle() {
        return getMaximumPoolSize() - getActiveCount();
    }
}
