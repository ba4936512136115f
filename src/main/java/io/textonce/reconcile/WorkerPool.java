package io.textonce.reconcile;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Thread pool for one kind of due deliveries, so that slow ones of one kind never delay another. Only as many are
 * leased as can be started at once; the others stay in the table, where another instance can lease them.
 */
public final class WorkerPool extends ThreadPoolExecutor {

    /** Part of the threads that is reserved for urgent deliveries. */
    private static final int RESERVED_PART = 8;

    /** Deliveries that were handed over and are not done; the threads at work are counted only once they run. */
    private int taken;

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
        synchronized (this) {
            taken++;
        }
        super.execute(() -> {
            try {
                delivery.run();
            } finally {
                synchronized (this) {
                    taken--;
                    notifyAll();
                }
            }
        });
    }

    int reserved() {
        return getMaximumPoolSize() / RESERVED_PART;
    }

    synchronized int idle() {
        return getMaximumPoolSize() - taken;
    }

    /**
     * Waits until more threads than the reserved ones are idle. A poll that found none would leave them idle until the next
     * one, however quickly the deliveries are done.
     *
     * @param most limit of the wait
     */
    synchronized void awaitIdle(Duration most) {
        long end = System.nanoTime() + most.toNanos();
        try {
            for (long left = most.toMillis(); left > 0 && idle() <= reserved(); ) {
                wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
