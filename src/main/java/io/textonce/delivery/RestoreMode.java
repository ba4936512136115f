package io.textonce.delivery;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Restore mode after a point-in-time recovery of the database. Messages sent between that point and the first start in
 * this mode are not in the tables: their events are new, or their texts still held. Only Twilio's list has them, so
 * while such events may be repeated no message is posted before that list was checked: each begins as unknown. The mode
 * ends a week after its first start, or when the setting is removed.
 */
public final class RestoreMode {

    public static final Duration LASTS = Duration.ofDays(7);

    private static final String WORDS = "The database was restored; Twilio may already have the message";

    /** Start of the mode. An unknown message may have been sent meanwhile, so its absence counts from now on. */
    private static final String RECORD = """
            WITH recorded AS (
                INSERT INTO textonce.restores (restored_to) VALUES (?)
                ON CONFLICT (restored_to) DO UPDATE SET restored_to = excluded.restored_to
                RETURNING started_at, xmax = 0 AS is_new
            ),
            unknown AS (
                UPDATE textonce.deliveries SET unknown_since = now()
                WHERE status = 'unknown' AND (SELECT is_new FROM recorded)
            )
            SELECT started_at FROM recorded
            """;

    /**
     * Doubt about a delivery: Twilio can have its message since the restored point, and its list has shown it since the
     * start.
     */
    private static final String DOUBT = """
            WITH doubted AS (
                UPDATE textonce.deliveries
                SET status = 'unknown', attempted_at = ?, unknown_since = ?, due_at = now(), reason = ?, updated_at = now()
                WHERE id = ? AND attempt = ? AND status = 'reserved'
                RETURNING id, status, reason
            )
            """ + Timeline.ENTRY + """
            SELECT id, 'decision', status, status, NULL, NULL, reason, NULL, NULL FROM doubted
            """;

    private static final String DOUBTED = """
            SELECT EXISTS (
                SELECT FROM textonce.delivery_events WHERE delivery_id = ? AND detail = ? AND happened_at >= ?)
            """;

    private final JdbcTemplate jdbc;
    private final Clock clock;
    private final @Nullable Instant to;
    private final Instant startedAt;

    /** @param to the moment, or null where nothing was restored */
    RestoreMode(JdbcTemplate jdbc, @Nullable Instant to, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.to = to == null ? null : to.truncatedTo(ChronoUnit.MICROS);
        startedAt = this.to == null ? Instant.MIN : record(this.to);
    }

    private Instant record(Instant moment) {
        return jdbc.queryForObject(RECORD, Timestamp.class, Timestamp.from(moment))
                .toInstant();
    }

    /** Makes a reserved delivery unknown while Twilio may have its message from before; otherwise it may be sent. */
    SendDecision verdict(Delivery reserved) {
        if (to == null || isOver() || wasDoubted(reserved)) {
            return SendDecision.SEND;
        }
        jdbc.update(DOUBT, Timestamp.from(to), Timestamp.from(startedAt), WORDS, reserved.id(), reserved.attempt());
        return SendDecision.unknown(WORDS);
    }

    /**
     * Returns whether the delivery was already checked: later messages are in the tables, and an operator's release
     * must not be doubted again.
     */
    private boolean wasDoubted(Delivery reserved) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject(DOUBTED, Boolean.class, reserved.id(), WORDS, Timestamp.from(startedAt)));
    }

    /** Returns the time since which Twilio may have a message that was claimed at a time. */
    public Instant earliest(Instant attemptedAt) {
        return to == null || isOver() || attemptedAt.isBefore(to) ? attemptedAt : to;
    }

    /**
     * Returns whether an unknown message was not posted since the restore: its absence is then no sign of a failure.
     */
    public boolean isCauseOf(DueDelivery unknown) {
        return unknown.attemptedAt().equals(to);
    }

    /** Returns the end of the mode. */
    Instant until() {
        return startedAt.plus(LASTS);
    }

    private boolean isOver() {
        return clock.instant().isAfter(until());
    }
}
