package io.textonce.delivery;

import io.textonce.message.Sms;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Decisions about deliveries that the background worker has leased. Each names the attempt of its lease, and has no effect
 * if the row has changed since.
 */
public final class DueRepository {

    private static final String BIND = """
            WITH bound AS (
                UPDATE textonce.deliveries
                SET message_sid = ?, status = CASE WHEN textonce.status_rank(?) >= 0 THEN ? ELSE 'accepted' END,
                    error_code = ?, reason = NULL, unknown_since = NULL,
                    due_at = CASE
                        WHEN textonce.status_rank(?) >= 5 THEN NULL
                        WHEN cancel_requested_at IS NOT NULL THEN now()
                        ELSE now() + CAST(? AS interval)
                    END,
                    updated_at = now()
                WHERE id = ? AND attempt = ? AND unknown_since = ? AND status = 'unknown'
                RETURNING id, status, message_sid, error_code
            )
            """ + Timeline.ENTRY + """
            SELECT id, 'reconciliation', status, status, message_sid, error_code, 'Found in Twilio''s list of messages',
                NULL, NULL
            FROM bound
            """;

    private static final String AGAIN = """
            WITH again AS (
                UPDATE textonce.deliveries AS d
                SET %2$s, status = 'reserved', attempt = attempt + 1, attempted_at = now(), unknown_since = NULL, sender = ?,
                    due_at = now() + CAST(? AS interval), updated_at = now()
                FROM (SELECT *, CAST(? AS text) <> to_phone AS is_redirected FROM (%1$s) AS redirection) AS due
                WHERE id = ? AND attempt = ? AND unknown_since = ? AND status = 'unknown' AND cancel_requested_at IS NULL
                RETURNING id
            )
            """.formatted(Redirection.COLUMNS, Redirection.APPLIED) + Timeline.ENTRY + """
            SELECT id, 'reconciliation', 'reserved', 'reserved', NULL, NULL,
                'Twilio provably never took the text; sending it again', NULL, NULL
            FROM again
            """;

    /** Decision over a leased row; one that was canceled meanwhile is not held any more. */
    private static final String DECIDE = """
            WITH decided AS (
                UPDATE textonce.deliveries
                SET status = CASE WHEN cancel_requested_at IS NULL THEN ? ELSE 'canceled' END,
                    due_at = CASE WHEN cancel_requested_at IS NULL THEN CAST(? AS timestamptz) END,
                    body = CASE WHEN cancel_requested_at IS NULL THEN body END,
                    error_code = CAST(? AS integer), reason = ?,
                    unknown_since = CASE WHEN ? THEN unknown_since END, updated_at = now()
                WHERE id = ? AND attempt = ? AND unknown_since IS NOT DISTINCT FROM CAST(? AS timestamptz)
                  AND status IN ('reserved', 'unknown')
                RETURNING id, status, error_code, reason, due_at
            )
            """ + Timeline.ENTRY + """
            SELECT id, 'decision', status, status, NULL, error_code, reason, NULL, due_at FROM decided
            """;

    private static final String SCHEDULE_CHECK = """
            UPDATE textonce.deliveries SET due_at = now() + CAST(? AS interval)
            WHERE id = ? AND attempt = ? AND unknown_since = ? AND status = 'unknown'
            """;

    private static final String SCHEDULE_POLL = """
            UPDATE textonce.deliveries SET due_at = now() + CAST(? AS interval)
            WHERE id = ? AND message_sid = ? AND textonce.status_rank(status) < 5
            """;

    private final JdbcTemplate jdbc;
    private final Function<Sms, String> senders;
    private final Duration lease;
    private final Redirection redirection;
    private final BarredMessages barred;

    /** @param senders the sender that a stored message has now: it may have changed since the claim */
    DueRepository(
            JdbcTemplate jdbc,
            Function<Sms, String> senders,
            Duration lease,
            Redirection redirection,
            BarredMessages barred) {
        this.jdbc = jdbc;
        this.senders = senders;
        this.lease = lease;
        this.redirection = redirection;
        this.barred = barred;
    }

    /** Correlates a listed message with the delivery; false if either changed meanwhile. */
    public boolean bind(DueDelivery due, String sid, String status, @Nullable Integer errorCode, Duration pollAfter) {
        try {
            return jdbc.update(
                            BIND,
                            sid,
                            status,
                            status,
                            errorCode,
                            status,
                            pollAfter.toString(),
                            due.id(),
                            due.attempt(),
                            timestamp(due.unknownSince()))
                    == 1;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    /** Returns its message, by the sender that it has now. */
    public Sms current(DueDelivery due) {
        return due.sms().by(senders.apply(due.sms()));
    }

    /**
     * Reserves it for another attempt; null if it was resolved meanwhile.
     *
     * @param sms {@link #current} message
     */
    public @Nullable Delivery again(DueDelivery due, Sms sms) {
        return jdbc.update(
                                AGAIN,
                                sms.sender(),
                                lease.toString(),
                                due.phone(),
                                redirection.phone(),
                                redirection.masked(),
                                redirection.hash(),
                                due.id(),
                                due.attempt(),
                                timestamp(due.unknownSince()))
                        == 1
                ? Delivery.claimed(due.id(), due.attempt() + 1)
                : null;
    }

    /** Ends it as held for an operator, or as rejected, with the reason. */
    public void end(DueDelivery due, DeliveryStatus status, String reason) {
        decide(due, status, null, null, reason, false);
    }

    /** Applies a decision: holds it until a time, or ends it. */
    public void end(DueDelivery due, SendDecision decision) {
        boolean isDecided = decide(due, decision.status(), decision.until(), decision.code(), decision.words(), false);
        if (isDecided
                && (decision.status() == DeliveryStatus.SUPPRESSED || decision.status() == DeliveryStatus.REJECTED)) {
            barred.count(due.sms().event(), decision.status());
        }
    }

    /** Leaves an outcome that stays unknown to an operator, unless it was canceled. */
    public void giveUp(DueDelivery due, String reason) {
        decide(due, DeliveryStatus.HELD, null, null, reason, true);
    }

    private boolean decide(
            DueDelivery due,
            DeliveryStatus status,
            @Nullable Instant until,
            @Nullable Integer code,
            @Nullable String reason,
            boolean isStillUnknown) {
        return jdbc.update(
                        DECIDE,
                        status.word(),
                        timestamp(until),
                        code,
                        reason,
                        isStillUnknown,
                        due.id(),
                        due.attempt(),
                        timestamp(due.unknownSince()))
                == 1;
    }

    /** Schedules the next check of an unknown outcome. */
    public void scheduleCheck(DueDelivery due, Duration wait) {
        jdbc.update(SCHEDULE_CHECK, wait.toString(), due.id(), due.attempt(), timestamp(due.unknownSince()));
    }

    /** Schedules the next poll of its status, or none if {@code wait} is null. */
    public void schedulePoll(DueDelivery due, @Nullable Duration wait) {
        jdbc.update(SCHEDULE_POLL, wait == null ? null : wait.toString(), due.id(), due.sid());
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant time) {
        return time == null ? null : Timestamp.from(time);
    }
}
