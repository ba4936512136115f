package io.textonce.reconcile;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Thread pool for one kind of due deliveries, so that slow ones of one kind never delay another. Only as many are
 * leased as can be started at once; the others stay in the table, where another instance can lease them.
 */
public final class WorkerPool extends ThreadPoolExecutor {

    /** Part of the threads that is reserved for urgent deliveries. */
    private static final int RESERVED_PART = 8;

    /** Deliveries that were handed over and are not done; the threads at work are counted only once they run. */
    private final AtomicInteger taken = new AtomicInteger();

    public WorkerPool(String name, int threads) {
        super(
                threads,
                threads,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new CustomizableThreadFactory(name),
                new DiscardPolicy());
    }

    @Override
    public void execute(Runnable delivery) {
        taken.incrementAndGet();
        super.execute(() -> {
            try {
                delivery.run();
            } finally {
                taken.decrementAndGet();
            }
        });
    }

    int reserved() {
        return getMaximumPoolSize() / RESERVED_PART;
    }

    int idle() {
        return getMaximumPoolSize() - taken.get();
    }
}
