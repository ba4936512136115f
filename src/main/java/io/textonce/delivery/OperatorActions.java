package io.textonce.delivery;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What a person decides over a delivery. Each is one statement that names the state it is decided in, so of a person
 * and the background worker who race for a delivery one wins and the other does nothing; what was decided is told in
 * the timeline in the same statement, with who and why.
 */
public final class OperatorActions {

    private static final String RECORD = Timeline.ENTRY + """
            SELECT id, 'operator', status, new_status, message_sid, NULL, ?, ?, NULL FROM changed
            """;

    private static final String CANCEL = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET status = 'canceled', due_at = NULL, body = NULL, reason = ?, updated_at = now()
                WHERE id = ? AND status = 'held'
                RETURNING id, status, message_sid, status AS new_status
            )
            """ + RECORD;

    private static final String DROP = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET status = 'canceled', due_at = NULL, body = NULL, reason = ?, updated_at = now()
                WHERE id = ? AND status = 'held' AND due_at IS NULL
                RETURNING id, status, message_sid, status AS new_status
            )
            """ + RECORD;

    private static final String RELEASE = """
            WITH changed AS (
                UPDATE textonce.deliveries SET due_at = now(), reason = ?, updated_at = now()
                WHERE id = ? AND status = 'held' AND due_at IS NULL AND phone IS NOT NULL AND body IS NOT NULL
                RETURNING id, status, message_sid, CAST(NULL AS text) AS new_status
            )
            """ + RECORD;

    private static final String RESEND = """
            WITH changed AS (
                UPDATE textonce.deliveries
                SET status = 'held', due_at = now(), error_code = NULL, reason = ?, updated_at = now()
                WHERE id = ? AND status IN ('rejected', 'canceled') AND message_sid IS NULL
                  AND phone IS NOT NULL AND body IS NOT NULL AND (expires_at IS NULL OR expires_at > now())
                RETURNING id, status, message_sid, status AS new_status
            )
            """ + RECORD;

    /** Twilio's own callback may have told it before; who asked for it is told in any case. */
    private static final String CANCELED_AT_TWILIO = """
            WITH raised AS (
                UPDATE textonce.deliveries
                SET status = 'canceled', due_at = NULL, body = NULL, reason = ?, updated_at = now()
                WHERE id = ? AND message_sid = ? AND textonce.status_rank(status) < 5
                RETURNING status
            )
            """ + Timeline.ENTRY + """
            SELECT CAST(? AS uuid), 'operator', 'canceled', (SELECT status FROM raised), CAST(? AS text), NULL,
                CAST(? AS text), CAST(? AS text), NULL
            """;

    private static final String TRIED = """
            WITH asked AS (
                UPDATE textonce.deliveries SET due_at = now() WHERE id = ? AND due_at IS NOT NULL AND message_sid IS NOT NULL
                RETURNING id
            )
            """ + Timeline.ENTRY + """
            SELECT id, 'operator', status, NULL, message_sid, NULL, ?, ?, NULL FROM textonce.deliveries WHERE id = ?
            """;

    private final JdbcTemplate jdbc;

    OperatorActions(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Takes a text that is held out for good; false when it is not held any more. */
    public boolean cancel(UUID id, String who, String why) {
        return decide(CANCEL, id, who, why);
    }

    /** The same, only of a text that waits for a person. */
    public boolean drop(UUID id, String who, String why) {
        return decide(DROP, id, who, why);
    }

    /** Lets a text go out that waits for a person; false when it does not, or when its text is not kept any more. */
    public boolean release(UUID id, String who, String why) {
        return decide(RELEASE, id, who, why);
    }

    /** Sends a text again that was rejected, or dropped after an unclear outcome; false when that can't be. */
    public boolean resend(UUID id, String who, String why) {
        return decide(RESEND, id, who, why);
    }

    /** Writes down that Twilio canceled the message for somebody. */
    public void canceledAtTwilio(UUID id, String sid, String who, String why) {
        jdbc.update(CANCELED_AT_TWILIO, why, id, sid, id, sid, why, who);
    }

    /** Writes down what somebody tried in vain, and has Twilio asked how the message stands. */
    public void tried(UUID id, String who, String why) {
        jdbc.update(TRIED, id, why, who, id);
    }

    /** The state of a delivery, or null when there is none. */
    public @Nullable State state(UUID id) {
        return jdbc
                .query(
                        "SELECT status, message_sid FROM textonce.deliveries WHERE id = ?",
                        (row, n) -> new State(
                                DeliveryStatus.ofColumn(row.getString("status")), row.getString("message_sid")),
                        id)
                .stream()
                .findFirst()
                .orElse(null);
    }

    private boolean decide(String statement, UUID id, String who, String why) {
        return jdbc.update(statement, why, id, why, who) == 1;
    }

    /** State of a delivery, as far as an operator's action depends on it. */
    public record State(DeliveryStatus status, @Nullable String sid) {}
}
