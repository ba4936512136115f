package io.textonce.delivery;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Restore mode while the database may lack its newest commits: after a point-in-time recovery, and after a failover to a
 * standby that was behind. Messages sent between that point and the start of the mode are not in the tables: their events
 * are new, or their texts still held. Only Twilio's list has them, so while such events may be repeated no message is
 * posted before that list was checked: each begins as unknown. The mode ends a week after its start; an announced one
 * also when the setting is removed.
 *
 * <p>A process that has survived may post what the database has forgotten until its lease ends, so the absence of a
 * message counts from then on.
 */
public final class RestoreMode {

    public static final Duration LASTS = Duration.ofDays(7);

    /** Age at which an instance reads again what the others have begun, or an operator has ended. */
    private static final long MOST_AGE = TimeUnit.SECONDS.toNanos(1);

    private static final String WORDS = "The database was restored; Twilio may already have the message";

    /**
     * Start of the mode, once for all instances. All that was committed before the newest entry of the timelines is
     * there, and all that is missing was sent after it.
     */
    private static final String BEGIN = """
            WITH begun AS (
                INSERT INTO textonce.restores (restored_to, server)
                SELECT coalesce(
                    CAST(? AS timestamptz),
                    (SELECT happened_at FROM textonce.delivery_events ORDER BY id DESC LIMIT 1),
                    (SELECT min(first_seen_at) FROM textonce.database_servers),
                    now()), ?
                ON CONFLICT DO NOTHING
                RETURNING restored_to
            ),
            open AS (
                UPDATE textonce.deliveries
                SET unknown_since = CASE status WHEN 'unknown' THEN now() + CAST(? AS interval) END,
                    due_at = CASE status WHEN 'unknown' THEN due_at ELSE now() + CAST(? AS interval) END
                WHERE stage IN ('unknown', 'reserved') AND due_at IS NOT NULL AND EXISTS (SELECT FROM begun)
            )
            SELECT restored_to FROM begun
            """;

    private static final String READ = """
            SELECT restored_to, started_at FROM textonce.restores
            WHERE (server IS NOT NULL OR restored_to = ?) AND started_at > now() - CAST(? AS interval)
            """;

    /**
     * Doubt about a delivery: Twilio can have its message since the restored point, and its list has shown it since the
     * last process with a lease of before had to stop.
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
    private final JdbcTemplate urgentJdbc;
    private final Clock clock;
    private final @Nullable Timestamp announced;
    private final Duration lease;
    private volatile @Nullable InForce inForce;
    private volatile long readAt;

    RestoreMode(JdbcTemplate jdbc, @Nullable Instant announced, Duration lease, Clock clock) {
        this(jdbc, jdbc, announced, lease, clock);
    }

    /**
     * @param urgentJdbc for urgent messages, and for what every message waits for
     * @param announced the moment restored to, or null where no restore was announced
     */
    RestoreMode(JdbcTemplate jdbc, JdbcTemplate urgentJdbc, @Nullable Instant announced, Duration lease, Clock clock) {
        this.jdbc = jdbc;
        this.urgentJdbc = urgentJdbc;
        this.clock = clock;
        this.announced = announced == null ? null : Timestamp.from(announced.truncatedTo(ChronoUnit.MICROS));
        this.lease = lease;
        readAt = System.nanoTime() - MOST_AGE - 1;
        if (announced != null) {
            begin(jdbc, this.announced, null);
            read(jdbc);
        }
    }

    /**
     * Begins because of a server that may lack the newest commits.
     *
     * @param on a connection to it
     * @return whether no other instance was first
     */
    boolean begin(JdbcTemplate on, String server) {
        return begin(on, null, server);
    }

    private boolean begin(JdbcTemplate on, @Nullable Timestamp to, @Nullable String server) {
        String length = lease.toString();
        return !on.queryForList(BEGIN, to, server, length, length).isEmpty();
    }

    /** Reads what any instance has begun. */
    void read(JdbcTemplate on) {
        readAt = System.nanoTime();
        var restores = on.query(
                READ,
                (row, n) -> new Restore(
                        row.getTimestamp("restored_to").toInstant(),
                        row.getTimestamp("started_at").toInstant()),
                announced,
                LASTS.toString());
        inForce = restores.isEmpty()
                ? null
                : new InForce(
                        restores.stream().map(Restore::to).collect(Collectors.toSet()),
                        restores.stream()
                                .map(Restore::startedAt)
                                .max(Comparator.naturalOrder())
                                .orElseThrow());
    }

    /** Makes a reserved delivery unknown while Twilio may have its message from before; otherwise it may be sent. */
    SendDecision decide(Delivery reserved, boolean isUrgent) {
        var restored = current();
        var on = isUrgent ? urgentJdbc : jdbc;
        if (restored == null || wasDoubted(reserved, restored, on)) {
            return SendDecision.SEND;
        }
        on.update(
                DOUBT,
                Timestamp.from(restored.to()),
                Timestamp.from(restored.startedAt.plus(lease)),
                WORDS,
                reserved.id(),
                reserved.attempt());
        return SendDecision.unknown(WORDS);
    }

    /**
     * Returns whether the delivery was already checked: later messages are in the tables, and an operator's release
     * must not be doubted again.
     */
    private static boolean wasDoubted(Delivery reserved, InForce restored, JdbcTemplate on) {
        return Boolean.TRUE.equals(
                on.queryForObject(DOUBTED, Boolean.class, reserved.id(), WORDS, Timestamp.from(restored.startedAt)));
    }

    /** Returns the time since which Twilio may have a message that was claimed at a time. */
    public Instant earliest(Instant attemptedAt) {
        var restored = current();
        return restored == null || attemptedAt.isBefore(restored.to()) ? attemptedAt : restored.to();
    }

    /**
     * Returns whether an unknown message was not posted since the restore: its absence is then no sign of a failure.
     */
    public boolean isCauseOf(DueDelivery unknown) {
        var restored = inForce;
        return restored != null && restored.points.contains(unknown.attemptedAt());
    }

    /** Returns the end of the mode, or null outside of it. */
    @Nullable
    Instant until() {
        var restored = inForce;
        return restored == null ? null : restored.startedAt.plus(LASTS);
    }

    /** Returns the time since the mode began, or zero outside of it. */
    Duration age() {
        var restored = current();
        return restored == null ? Duration.ZERO : Duration.between(restored.startedAt, clock.instant());
    }

    private @Nullable InForce current() {
        if (System.nanoTime() - readAt > MOST_AGE) {
            read(urgentJdbc);
        }
        var restored = inForce;
        return restored == null || clock.instant().isAfter(restored.startedAt.plus(LASTS)) ? null : restored;
    }

    private record Restore(Instant to, Instant startedAt) {}

    /** Restores in force. Each message may have been sent since the first of them, and is checked since the last. */
    private record InForce(Set<Instant> points, Instant startedAt) {

        Instant to() {
            return points.stream().min(Comparator.naturalOrder()).orElseThrow();
        }
    }
}
