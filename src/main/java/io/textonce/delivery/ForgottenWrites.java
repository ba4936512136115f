package io.textonce.delivery;

import io.textonce.delivery.OutcomeRepository.Outcome;
import io.textonce.privacy.RepeatedLines;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;

/**
 * Repetition of what this instance has acknowledged and the database has forgotten. Restore mode is on by then, so each
 * event is unknown until its outcome is known or reconciliation decides; what was canceled or opted out meanwhile is not
 * sent any more.
 */
public final class ForgottenWrites {

    private static final Logger LOG = LoggerFactory.getLogger(ForgottenWrites.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final WriteMemory memory;
    private final Supplier<IdempotentClaims> claims;
    private final Supplier<OutcomeRepository> outcomes;
    private final Supplier<JdbcTemplate> jdbc;
    private final AtomicInteger requests = new AtomicInteger();
    private final RepeatedLines delays = new RepeatedLines();

    /** The suppliers are called only once the database is connected. */
    ForgottenWrites(
            WriteMemory memory,
            Supplier<IdempotentClaims> claims,
            Supplier<OutcomeRepository> outcomes,
            Supplier<JdbcTemplate> jdbc) {
        this.memory = memory;
        this.claims = claims;
        this.outcomes = outcomes;
        this.jdbc = jdbc;
    }

    /** Performs a write whose repetition does nothing where the database has it, as {@link #perform(Supplier, Consumer)}. */
    <T> T perform(Supplier<T> write) {
        return perform(write, result -> write.get());
    }

    /**
     * Performs a cancellation or an opt-out, and remembers it once it is written.
     *
     * @param repetition of the write, by its result; does nothing where the database has it
     * @throws DataAccessException when the database doesn't accept it; nothing is remembered then
     */
    public <T> T perform(Supplier<T> write, Consumer<T> repetition) {
        int server = memory.server();
        T result = write.get();
        if (memory.add(() -> repetition.accept(result), server)) {
            putBack();
        }
        return result;
    }

    /**
     * Records an outcome, and remembers it if it has a SID: then it needs no reconciliation when it is forgotten.
     *
     * @return whether it changed the delivery's status
     */
    public boolean record(Outcome outcome) {
        int server = memory.server();
        boolean changed = outcomes.get().record(outcome);
        if (outcome.sid() != null && memory.add(outcome, server)) {
            putBack();
        }
        return changed;
    }

    /** Puts all back in the background, as soon as the database accepts them. */
    void putBack() {
        if (requests.getAndIncrement() == 0) {
            var worker = new Thread(this::work, "forgotten-writes");
            worker.setDaemon(true);
            worker.start();
        }
    }

    /** A request that comes in meanwhile is done by the same thread. */
    private void work() {
        int done;
        do {
            done = requests.get();
            while (!putAllBack()) {
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } while (!requests.compareAndSet(done, 0));
    }

    private boolean putAllBack() {
        try {
            var forgotten = memory.forgottenBy(jdbc.get());
            forgotten.forEach(claim -> repeat(() -> claims.get().putBack(claim)));
            if (!forgotten.isEmpty()) {
                LOG.warn("{} claims that the database had forgotten were put back", forgotten.size());
            }
            memory.outcomesForgottenBy(jdbc.get())
                    .forEach(outcome -> repeat(() -> outcomes.get().record(outcome)));
            memory.repetitions().forEach(ForgottenWrites::repeat);
            return true;
        } catch (DataAccessException | TransactionException e) {
            delays.log(
                    "database",
                    omitted -> LOG.info("What the database has forgotten can't be put back yet: {}", e.getMessage()));
            return false;
        }
    }

    /** Repeats a write. One that will never succeed must not keep back those behind it. */
    private static void repeat(Runnable write) {
        try {
            write.run();
        } catch (RuntimeException e) {
            boolean isOfDatabase = e instanceof TransactionException
                    || e instanceof DataAccessException failed && !DatabaseFault.isOfItem(failed);
            if (isOfDatabase) {
                throw e;
            }
            LOG.error("A write that the database may have forgotten could not be repeated", e);
        }
    }
}
