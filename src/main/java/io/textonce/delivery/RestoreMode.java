package io.textonce.delivery;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The database was set back to a moment. What was sent between that moment and the first start with it is not in the
 * tables: its events are new to them, or their texts still held. Twilio's list alone knows better, so for as long as
 * such events may come again no text is posted before that list was looked at: each begins as unknown. It ends a week
 * after that first start, or when the setting is taken away.
 */
public final class RestoreMode {

    public static final Duration LASTS = Duration.ofDays(7);

    private static final String WORDS = "The database was restored; Twilio may already have the message";

    /** What was unknown may have been sent again meanwhile, so its absence counts from now on. */
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

    /** Twilio can have the text since the moment of the restore, and its list has shown it since the start. */
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

    /** Makes a reserved text unknown while Twilio may have it from before; else it may be sent. */
    SendDecision verdict(Delivery reserved) {
        if (to == null || isOver() || wasDoubted(reserved)) {
            return SendDecision.SEND;
        }
        jdbc.update(DOUBT, Timestamp.from(to), Timestamp.from(startedAt), WORDS, reserved.id(), reserved.attempt());
        return SendDecision.unknown(WORDS);
    }

    /** What was sent since the start is in the tables; else a person's release would be doubted once more. */
    private boolean wasDoubted(Delivery reserved) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject(DOUBTED, Boolean.class, reserved.id(), WORDS, Timestamp.from(startedAt)));
    }

    /** Since when Twilio may have a text that was claimed at a time. */
    public Instant earliest(Instant attemptedAt) {
        return to == null || isOver() || attemptedAt.isBefore(to) ? attemptedAt : to;
    }

    /** Whether an unknown text was not posted since the restore: that it is absent then tells nothing of a failure. */
    public boolean isCauseOf(DueDelivery unknown) {
        return unknown.attemptedAt().equals(to);
    }

    /** Until when it goes on by itself. */
    Instant until() {
        return startedAt.plus(LASTS);
    }

    private boolean isOver() {
        return clock.instant().isAfter(until());
    }
}
