package io.textonce.console;

import io.textonce.event.EventRejected;
import io.textonce.privacy.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Leases of dead letters: of operators who replay or discard the same letter, on whichever instances, one does. The
 * others are rejected before the event of a replay is accepted. No lock could be held for so long: a replay calls Twilio.
 */
@Component
final class DeadLetterLeases {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterLeases.class);

    /** Longer than an event takes to be accepted, and not too long for an operator after a crash. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    private static final String TAKE = """
            INSERT INTO textonce.dead_letter_leases AS l (letter_sha256, holder, leased_until)
            VALUES (?, ?, now() + CAST(? AS interval))
            ON CONFLICT (letter_sha256) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
                WHERE l.leased_until < now()
            """;

    /** Release, also of what instances left that have ended. */
    private static final String RELEASE =
            "DELETE FROM textonce.dead_letter_leases WHERE holder = ? OR leased_until < now() - interval '1 hour'";

    private final JdbcTemplate jdbc;

    DeadLetterLeases(ConsoleDatabase database) {
        this.jdbc = database.jdbc();
    }

    /**
     * Performs an action on a letter, which must be read again by the action: it may be gone.
     *
     * @param id of the letter
     * @throws EventRejected 409 if another operator acts on it
     */
    <T> T hold(String id, Supplier<T> action) {
        var holder = UUID.randomUUID();
        byte[] letter = Sha256.of(id.getBytes(StandardCharsets.UTF_8));
        if (jdbc.update(TAKE, letter, holder, LEASE.toString()) == 0) {
            throw new EventRejected(
                    409,
                    "in_progress",
                    "Nothing was done: another operator is replaying or discarding this dead letter.");
        }
        try {
            return action.get();
        } finally {
            release(holder);
        }
    }

    private void release(UUID holder) {
        try {
            jdbc.update(RELEASE, holder);
        } catch (DataAccessException e) {
            LOG.debug("The lease of a dead letter could not be released; it expires by itself", e);
        }
    }
}
