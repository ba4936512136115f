package io.textonce.delivery;

import java.util.ArrayDeque;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a class uses of the JDK's threads and locks, by the names of the JDK, with turns that a {@link Schedule} chooses. */
public final class Scheduled {

    private Scheduled() {}

    /** Thread that ends with its schedule. */
    public static final class Thread {

        private final Runnable task;

        public Thread(Runnable task, String name) {
            this.task = task;
        }

        public void setDaemon(boolean on) {
            // No thread outlives its schedule.
        }

        public void start() {
            Schedule.current().start(task);
        }
    }

    /** Lock that no thread takes twice. */
    public static final class ReentrantLock {

        private final Schedule schedule = Schedule.current();
        private boolean isHeld;

        public void lock() {
            schedule.waitFor(() -> !isHeld, Schedule.NEVER, 0);
            isHeld = true;
        }

        public void unlock() {
            isHeld = false;
        }

        public Condition newCondition() {
            return new Condition(this);
        }
    }

    /** Condition that wakes the longest waiting thread. */
    public static final class Condition {

        private final ReentrantLock lock;
        private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

        private Condition(ReentrantLock lock) {
            this.lock = lock;
        }

        public void awaitUninterruptibly() {
            await(Schedule.NEVER, 0);
        }

        /** @throws InterruptedException never */
        public long awaitNanos(long nanos) throws InterruptedException {
            await(() -> !lock.isHeld, nanos);
            return 0;
        }

        private void await(BooleanSupplier mayTimeOut, long nanos) {
            var mine = new Waiting();
            waiting.add(mine);
            lock.isHeld = false;
            lock.schedule.waitFor(() -> mine.isSignaled && !lock.isHeld, mayTimeOut, nanos);
            waiting.remove(mine);
            lock.isHeld = true;
        }

        public void signal() {
            var first = waiting.poll();
            if (first != null) {
                first.isSignaled = true;
            }
        }

        public void signalAll() {
            while (!waiting.isEmpty()) {
                signal();
            }
        }

        private static final class Waiting {

            private boolean isSignaled;
        }
    }

    /** Future that is completed once. */
    public static final class CompletableFuture<T> {

        private final Schedule schedule = Schedule.current();
        private boolean isDone;
        private @Nullable T value;
        private @Nullable Throwable cause;

        public void complete(T result) {
            isDone = true;
            value = result;
        }

        public void completeExceptionally(Throwable failure) {
            isDone = true;
            cause = failure;
        }

        public @Nullable T join() {
            schedule.waitFor(() -> isDone, Schedule.NEVER, 0);
            if (cause != null) {
                throw new CompletionException(cause);
            }
            return value;
        }
    }
}
