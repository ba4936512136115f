package io.textonce.reconcile;

import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Thread pool for one kind of due deliveries, so that slow ones of one kind never delay another. Only as many are
 * leased as can be started at once; the others stay in the table, where another instance can lease them.
 */
public final class WorkerPool extends ThreadPoolExecutor {

    public WorkerPool(String name, int threads) {
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
