package io.textonce.delivery;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Repetition of the events that this instance has acknowledged and the database has forgotten. Restore mode is on by then,
 * so each is unknown, and reconciliation decides.
 */
final class ForgottenClaims {

    private static final Logger LOG = LoggerFactory.getLogger(ForgottenClaims.class);

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final ClaimMemory memory;
    private final Supplier<IdempotentClaims> claims;
    private final Supplier<JdbcTemplate> jdbc;
    private final AtomicInteger requests = new AtomicInteger();

    /** The suppliers are called only once the database is connected. */
    ForgottenClaims(ClaimMemory memory, Supplier<IdempotentClaims> claims, Supplier<JdbcTemplate> jdbc) {
        this.memory = memory;
        this.claims = claims;
        this.jdbc = jdbc;
    }

    /** Puts them back in the background, as soon as the database accepts them. */
    void putBack() {
        if (requests.getAndIncrement() == 0) {
            var worker = new Thread(this::work, "forgotten-claims");
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
            forgotten.forEach(claim -> claims.get().putBack(claim));
            if (!forgotten.isEmpty()) {
                LOG.warn("{} claims that the database had forgotten were put back", forgotten.size());
            }
            return true;
        } catch (DataAccessException e) {
            LOG.info("Claims that the database has forgotten can't be put back yet: {}", e.getMessage());
            return false;
        }
    }
}
