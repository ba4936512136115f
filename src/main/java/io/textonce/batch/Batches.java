package io.textonce.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;

/**
 * Gathers the items of many threads while a statement is under way, for the next statement. Nothing waits for a batch to
 * fill: one item alone goes at once. Each caller waits until its own item is done, and gets what became of it.
 *
 * @param <T> what a caller wants done
 * @param <R> what became of it
 */
public final class Batches<T, R> implements AutoCloseable {

    /** More than one, so that a statement that hangs does not stop all others. */
    private static final int WORKERS = 3;

    /** How long one worker leaves the database to another: two at once would only make the batches smaller. */
    private static final long PATIENCE_MS = 10;

    private static final int LARGEST = 64;

    private final Function<T, ?> key;
    private final Comparator<Waiting<T, R>> order;
    private final Function<List<T>, List<R>> statement;
    private final LinkedBlockingQueue<Waiting<T, R>> queue = new LinkedBlockingQueue<>();
    private final Semaphore turn = new Semaphore(1, true);
    private final List<Thread> workers = new ArrayList<>();
    private volatile boolean closed;

    /**
     * @param name of the threads
     * @param key of an item; two items with equal ones never share a statement
     * @param order in which a statement gets its items: one that all instances keep to, and all kinds of statements that
     *     lock the same rows, so that none waits for another that waits for it
     * @param statement does some items in one transaction, and returns what became of each in their order; it may be
     *     called for single items again when it failed for several because of one of them
     */
    public Batches(String name, Function<T, ?> key, Comparator<T> order, Function<List<T>, List<R>> statement) {
        this.key = key;
        this.order = Comparator.comparing(Waiting::item, order);
        this.statement = statement;
        for (int i = 1; i <= WORKERS; i++) {
            var worker = new Thread(this::work, name + "-" + i);
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
    }

    /**
     * Does one item, together with others.
     *
     * @throws DataIntegrityViolationException when the database refuses it
     * @throws DataAccessResourceFailureException when nobody knows whether it was done
     */
    public R with(T item) {
        if (closed) {
            throw new DataAccessResourceFailureException("TextOnce is stopping");
        }
        var waiting = new Waiting<T, R>(item, new CompletableFuture<>());
        queue.add(waiting);
        try {
            return waiting.result.join();
        } catch (CompletionException e) {
            throw own(e);
        }
    }

    /** Callers that fail together get an exception each: Camel adds to one what failed before it. */
    private static RuntimeException own(CompletionException failed) {
        if (failed.getCause() instanceof DataIntegrityViolationException refused) {
            return refused;
        }
        return failed.getCause() instanceof DataAccessException cause
                ? new DataAccessResourceFailureException("The database did not take it", cause)
                : failed;
    }

    /** What was given before is done; nothing more is taken. */
    @Override
    public void close() {
        closed = true;
        workers.forEach(Thread::interrupt);
    }

    private void work() {
        var taken = new ArrayDeque<Waiting<T, R>>();
        try {
            while (true) {
                taken.add(queue.take());
                boolean mine = turn.tryAcquire(PATIENCE_MS, TimeUnit.MILLISECONDS);
                try {
                    queue.drainTo(taken, LARGEST - 1);
                    runAll(taken);
                } finally {
                    if (mine) {
                        turn.release();
                    }
                }
            }
        } catch (InterruptedException e) {
            queue.drainTo(taken);
            runAll(taken);
        }
    }

    private void runAll(ArrayDeque<Waiting<T, R>> taken) {
        while (!taken.isEmpty()) {
            run(next(taken));
        }
    }

    /** Takes out one item of each key, the first, and puts them in order. */
    private List<Waiting<T, R>> next(ArrayDeque<Waiting<T, R>> taken) {
        var keys = new HashSet<Object>();
        var batch = new ArrayList<Waiting<T, R>>(taken.size());
        taken.removeIf(waiting -> keys.add(key.apply(waiting.item)) && batch.add(waiting));
        batch.sort(order);
        return batch;
    }

    private void run(List<Waiting<T, R>> batch) {
        try {
            var results = statement.apply(batch.stream().map(Waiting::item).toList());
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).result.complete(results.get(i));
            }
        } catch (DataIntegrityViolationException | ConcurrencyFailureException e) {
            if (batch.size() == 1) {
                fail(batch, e);
            } else {
                // Rolled back because of one of them, or of a deadlock: the others must not suffer.
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
