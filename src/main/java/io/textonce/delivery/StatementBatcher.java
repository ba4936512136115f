package io.textonce.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * Statement batcher (group commit): the items of many threads are collected while a statement runs, for the next
 * statement. No item waits for a batch to fill: a single item goes at once, unless another went just before it. Each
 * caller waits until its own item is done, and gets its result.
 *
 * <p>One worker does all of it, so that one connection and one process of the database have the data at hand; two at
 * once would also make the batches smaller. Only if it takes too long, a helper takes over.
 *
 * @param <T> item of a caller
 * @param <R> its result
 */
public final class StatementBatcher<T, R> implements AutoCloseable {

    /** Number of helpers, so that a hanging statement does not block all others. */
    private static final int HELPERS = 2;

    /** Time after which waiting items get another statement. */
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(10);

    /** Minimum interval between statements: few items cost hardly less than some more. */
    private static final long PACE = TimeUnit.MICROSECONDS.toNanos(1500);

    /** Number of items for which a statement begins at once. */
    private static final int ENOUGH = 16;

    private static final int LARGEST = 64;

    private final Function<T, ?> key;
    private final Comparator<Waiting<T, R>> order;
    private final Function<List<T>, List<R>> statement;
    private final LongSupplier nanoTime;

    /** Guard of all fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    /** Signal to the idle worker that there are items, or enough of them. */
    private final Condition work = lock.newCondition();

    /** Signal to a helper that there is a statement to watch. */
    private final Condition watch = lock.newCondition();

    private final ArrayDeque<Waiting<T, R>> queue = new ArrayDeque<>();
    private boolean idle;
    private boolean watched;
    private boolean closed;
    private long started;

    /**
     * @param name of the threads
     * @param key of an item; two items with equal ones never share a statement
     * @param order in which a statement gets its items: one that all instances keep to, and all kinds of statements that
     *     lock the same rows, so that none waits for another that waits for it
     * @param statement does some items in one transaction, and returns what became of each in their order; it may be
     *     called for single items again when it failed for several, unless the connection was at fault
     */
    public StatementBatcher(
            String name, Function<T, ?> key, Comparator<T> order, Function<List<T>, List<R>> statement) {
        this(name, key, order, statement, System::nanoTime);
    }

    /** @param nanoTime for a test that chooses which waits are over */
    StatementBatcher(
            String name,
            Function<T, ?> key,
            Comparator<T> order,
            Function<List<T>, List<R>> statement,
            LongSupplier nanoTime) {
        this.key = key;
        this.order = Comparator.comparing(Waiting::item, order);
        this.statement = statement;
        this.nanoTime = nanoTime;
        started = nanoTime.getAsLong();
        start(name, this::work);
        for (int i = 1; i <= HELPERS; i++) {
            start(name + "-helper-" + i, this::help);
        }
    }

    private static void start(String name, Runnable task) {
        var thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Processes one item, together with others.
     *
     * @throws DataIntegrityViolationException if the database rejects it
     * @throws DataAccessResourceFailureException if it is unknown whether it was done
     */
    public R with(T item) {
        var waiting = new Waiting<T, R>(item, new CompletableFuture<>());
        lock.lock();
        try {
            if (closed) {
                throw new DataAccessResourceFailureException("TextOnce is stopping");
            }
            queue.add(waiting);
            if (!idle) {
                askToWatch();
            } else if (queue.size() == 1 || queue.size() == ENOUGH) {
                work.signal();
            }
        } finally {
            lock.unlock();
        }
        try {
            return waiting.result.join();
        } catch (CompletionException e) {
            throw own(e);
        }
    }

    /** Creates an exception for each caller of a failed statement: Camel adds to one what failed before it. */
    private static RuntimeException own(CompletionException failed) {
        if (!(failed.getCause() instanceof DataAccessException cause)) {
            return failed;
        }
        return DatabaseFault.isOfItem(cause)
                ? new DataIntegrityViolationException("The database rejected the statement", cause)
                : new DataAccessResourceFailureException("The statement was not confirmed by the database", cause);
    }

    /** Completes the accepted items; no more are accepted. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            work.signalAll();
            watch.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        lock.lock();
        try {
            while (true) {
                idle = true;
                while (queue.isEmpty()) {
                    if (closed) {
                        return;
                    }
                    work.awaitUninterruptibly();
                }
                for (long rest = rest(PACE); rest > 0 && queue.size() < ENOUGH; rest = rest(PACE)) {
                    await(work, rest);
                }
                idle = false;
                runNext();
            }
        } finally {
            lock.unlock();
        }
    }

    private void help() {
        lock.lock();
        try {
            while (true) {
                if (!queue.isEmpty() && !idle && !watched) {
                    watchOver();
                } else if (closed) {
                    return;
                } else {
                    watch.awaitUninterruptibly();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Watches the newest statement: waiting items go with the next, but wait only for so long. */
    private void watchOver() {
        watched = true;
        try {
            for (long rest = rest(PATIENCE); rest > 0; rest = rest(PATIENCE)) {
                await(watch, rest);
                if (queue.isEmpty() || idle) {
                    return;
                }
            }
        } finally {
            watched = false;
        }
        runNext();
    }

    /** Returns the rest of a time that began with the newest statement, in nanoseconds. */
    private long rest(long time) {
        return started + time - nanoTime.getAsLong();
    }

    private static void await(Condition condition, long nanos) {
        try {
            condition.awaitNanos(nanos);
        } catch (InterruptedException e) {
            // No thread sends one, and it would do no harm: the waiting thread checks its condition again.
        }
    }

    private void askToWatch() {
        if (!watched) {
            watch.signal();
        }
    }

    private void runNext() {
        var batch = next();
        started = nanoTime.getAsLong();
        if (!queue.isEmpty()) {
            askToWatch();
        }
        lock.unlock();
        try {
            run(batch);
        } finally {
            lock.lock();
        }
    }

    /** Removes the first item of each key, in order. */
    private List<Waiting<T, R>> next() {
        var keys = new HashSet<Object>();
        var batch = new ArrayList<Waiting<T, R>>(Math.min(queue.size(), LARGEST));
        for (var each = queue.iterator(); each.hasNext() && batch.size() < LARGEST; ) {
            var waiting = each.next();
            if (keys.add(key.apply(waiting.item))) {
                batch.add(waiting);
                each.remove();
            }
        }
        batch.sort(order);
        return batch;
    }

    private void run(List<Waiting<T, R>> batch) {
        try {
            var results = statement.apply(batch.stream().map(Waiting::item).toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).result.complete(results.get(i));
            }
        } catch (DataAccessException e) {
            if (batch.size() == 1 || DatabaseFault.isOfConnection(e)) {
                fail(batch, e);
            } else {
                // Rolled back because of one of them, which is locked or rejected: the others must not suffer.
                batch.forEach(waiting -> run(List.of(waiting)));
            }
        } catch (RuntimeException | Error e) {
            fail(batch, e);
        }
    }

    private void fail(List<Waiting<T, R>> batch, Throwable cause) {
        batch.forEach(waiting -> waiting.result.completeExceptionally(cause));
    }

    private record Waiting<T, R>(T item, CompletableFuture<R> result) {}
}
