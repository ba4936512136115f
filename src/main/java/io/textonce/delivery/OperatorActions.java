package io.textonce.delivery;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Operator actions on a delivery. Each is one statement with the expected state, so of an operator and the background
 * worker who race for a delivery one wins and the other has no effect; the same statement records action, actor and
 * reason in the timeline.
 */
@Component
public final class OperatorActions {

    private static final String RECORD = Timeline.OPERATOR_ENTRY + """
            SELECT id, 'operator', status, new_status, message_sid, ?, ?, ? FROM changed
            """;

    /** Cancellation; if the message is at Twilio after all, it is canceled there. */
    private static final String CANCEL = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET status = 'canceled', due_at = NULL, body = NULL, reason = 'An operator canceled it',
                    cancel_requested_at = coalesce(
                        cancel_requested_at, CASE WHEN unknown_since IS NOT NULL THEN now() END),
                    updated_at = now()
                WHERE id = ? AND status = 'held'
                RETURNING id, status, message_sid, status AS new_status
            )
            """ + RECORD;

    private static final String DROP = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET status = 'canceled', due_at = NULL, body = NULL, reason = 'An operator discarded it',
                    cancel_requested_at = coalesce(
                        cancel_requested_at, CASE WHEN unknown_since IS NOT NULL THEN now() END),
                    updated_at = now()
                WHERE id = ? AND status = 'held' AND due_at IS NULL
                RETURNING id, status, message_sid, status AS new_status
            )
            """ + RECORD;

    private static final String RELEASE = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET due_at = now(), reason = 'An operator released it', updated_at = now()
                WHERE id = ? AND status = 'held' AND due_at IS NULL AND phone IS NOT NULL AND body IS NOT NULL
                RETURNING id, status, message_sid, CAST(NULL AS text) AS new_status
            )
            """ + RECORD;

    /** Resend, not before the event's sendAt. */
    private static final String RESEND = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET status = 'held',
                    due_at = greatest(
                        now(), CAST(substring(twilio_options FROM 'heldUntil=(\\S+)') AS timestamptz)),
                    error_code = NULL, reason = 'An operator resent it',
                    updated_at = now()
                WHERE id = ? AND status IN ('rejected', 'suppressed', 'canceled') AND message_sid IS NULL
                  AND phone IS NOT NULL AND body IS NOT NULL AND (expires_at IS NULL OR expires_at > now())
                RETURNING id, status, message_sid, status AS new_status
            )
            """ + RECORD;

    /** Request of a cancellation: the background worker cancels the message at Twilio as long as Twilio can. */
    private static final String REQUEST_CANCEL = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET cancel_requested_at = coalesce(cancel_requested_at, now()), due_at = now(), updated_at = now()
                WHERE id = ? AND status IN ('scheduled', 'accepted', 'queued')
                RETURNING id, status, message_sid, CAST(NULL AS text) AS new_status
            )
            """ + RECORD;

    /** Condition of an undo: the message is not at Twilio, and the action is the last one of an operator. */
    private static final String NOT_BEGUN = """
                WHERE id = ? AND status = 'held' AND due_at IS NOT NULL AND NOT EXISTS (
                    SELECT FROM textonce.delivery_events AS e
                    WHERE e.delivery_id = d.id AND e.kind = 'operator' AND e.happened_at > ?)
            """;

    /** Undo of a resend; the body stays, so that the message can be resent later. */
    private static final String UNDO_RESEND = """
            WITH changed AS (
                UPDATE textonce.deliveries AS d
                SET status = 'canceled', due_at = NULL, slot_at = NULL, reason = 'An operator undid the resend',
                    updated_at = now()
            """ + NOT_BEGUN + """
                RETURNING id, status, message_sid, status AS new_status
            )
            """ + RECORD;

    private static final String UNDO_RELEASE = """
            WITH changed AS (
                UPDATE textonce.deliveries AS d
                SET due_at = NULL, slot_at = NULL, reason = 'An operator undid the release', updated_at = now()
            """ + NOT_BEGUN + """
                RETURNING id, status, message_sid, CAST(NULL AS text) AS new_status
            )
            """ + RECORD;

    /**
     * Record of a cancellation at Twilio. Twilio's callback may have recorded the status before; the actor is recorded
     * in any case.
     */
    private static final String CANCELED_AT_TWILIO = """
            WITH raised AS (
                UPDATE textonce.deliveries
                SET status = 'canceled', due_at = NULL, body = NULL, reason = 'An operator canceled it',
                    updated_at = now()
                WHERE id = ? AND message_sid = ? AND textonce.status_rank(status) < 5
                RETURNING status
            )
            """ + Timeline.OPERATOR_ENTRY + """
            SELECT CAST(? AS uuid), 'operator', 'canceled', (SELECT status FROM raised), CAST(? AS text),
                CAST(? AS text), CAST(? AS text), 'cancel'
            """;

    private static final String TRIED = """
            WITH requested AS (
                UPDATE textonce.deliveries SET due_at = now() WHERE id = ? AND due_at IS NOT NULL AND message_sid IS NOT NULL
                RETURNING id
            )
            """ + Timeline.OPERATOR_ENTRY + """
            SELECT id, 'operator', status, NULL, message_sid, ?, ?, 'cancel' FROM textonce.deliveries WHERE id = ?
            """;

    private final JdbcTemplate jdbc;

    OperatorActions(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Cancels a held message for good; false if it is not held any more. */
    public boolean cancel(UUID id, String who, String why) {
        return jdbc.update(CANCEL, id, why, who, "cancel") == 1;
    }

    /** Drops a message that waits for an operator; false if it does not. */
    public boolean drop(UUID id, String who, String why) {
        return jdbc.update(DROP, id, why, who, "drop") == 1;
    }

    /** Releases a message that waits for an operator; false if it does not, or if its text is no longer stored. */
    public boolean release(UUID id, String who, String why) {
        return jdbc.update(RELEASE, id, why, who, "release") == 1;
    }

    /** Resends a message that was rejected, or dropped after an unknown outcome; false if that is not possible. */
    public boolean resend(UUID id, String who, String why) {
        return jdbc.update(RESEND, id, why, who, "resend") == 1;
    }

    /** Requests the cancellation of a message that Twilio has not sent yet; false if Twilio has none to cancel. */
    public boolean requestCancel(UUID id, String who, String why) {
        return jdbc.update(REQUEST_CANCEL, id, why, who, "request-cancel") == 1;
    }

    /** Undoes a resend whose message is not at Twilio; false if it is, or if an operator acted on it since. */
    public boolean undoResend(UUID id, Instant actedAt, String who, String why) {
        return jdbc.update(UNDO_RESEND, id, Timestamp.from(actedAt), why, who, "undo") == 1;
    }

    /** Undoes a release, as {@link #undoResend} does: the message waits for an operator again. */
    public boolean undoRelease(UUID id, Instant actedAt, String who, String why) {
        return jdbc.update(UNDO_RELEASE, id, Timestamp.from(actedAt), why, who, "undo") == 1;
    }

    /** Records that Twilio canceled the message for an operator. */
    public void canceledAtTwilio(UUID id, String sid, String who, String why) {
        jdbc.update(CANCELED_AT_TWILIO, id, sid, id, sid, why, who);
    }

    /** Records an unsuccessful attempt to cancel, and schedules a poll of the status. */
    public void tried(UUID id, String who, String why) {
        jdbc.update(TRIED, id, why, who, id);
    }

    /** Returns the state of a delivery, or null. */
    public @Nullable State state(UUID id) {
        return DataAccessUtils.singleResult(jdbc.query(
                "SELECT status, attempt, phone, message_sid, error_code FROM textonce.deliveries WHERE id = ?",
                (row, n) -> new State(
                        DeliveryStatus.ofColumn(row.getString("status")),
                        row.getInt("attempt"),
                        row.getString("phone"),
                        row.getString("message_sid"),
                        row.getObject("error_code", Integer.class)),
                id));
    }

    /** State of a delivery, as far as an operator's action depends on it. */
    public record State(
            DeliveryStatus status,
            int attempt,
            @Nullable String phone,
            @Nullable String sid,
            @Nullable Integer code) {}
}
