package io.textonce.delivery;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Erasure of deliveries: of personal data by age or at a person's request, and of whole rows by age. By age it works in
 * batches of rows that no other transaction has locked. Ids rise with time, so the oldest are found without reading the
 * rest; their age is measured by the database's clock, since an instance whose clock was wrong gave wrong ids.
 */
@Component
public final class ErasureRepository {

    /** Query by age, for which the last attempt counts too: what was held for months may have just been left to an operator. */
    private static final String TO_CLEAR = """
            SELECT id, message_sid, true AS is_ended FROM textonce.deliveries
            WHERE id < ? AND greatest(created_at, attempted_at) < now() - CAST(? AS interval)
              AND phone IS NOT NULL AND due_at IS NULL
            ORDER BY id LIMIT ?
            """;

    private static final String CLEAR = """
            WITH old AS (
                SELECT id, status FROM textonce.deliveries
                WHERE id = ANY (?) AND phone IS NOT NULL AND due_at IS NULL
                ORDER BY id FOR UPDATE SKIP LOCKED
            ),
            expired AS (
            """ + Timeline.ENTRY + """
                SELECT id, 'decision', 'canceled', 'canceled', NULL, NULL,
                    'Nobody decided; the text is not kept any longer', NULL, NULL
                FROM old WHERE status = 'held'
            )
            UPDATE textonce.deliveries AS d
            SET phone = NULL, body = NULL, status = CASE WHEN d.status = 'held' THEN 'canceled' ELSE d.status END
            FROM old WHERE d.id = old.id
            """;

    /**
     * Purge by age, for which the last attempt counts too, so that a message held for long keeps its delivery for as long as
     * any other. Deliveries with unpublished status changes stay, except for suspended subscribers.
     */
    private static final String PURGE = """
            WITH limits AS (
                SELECT now() - CAST(? AS interval) AS before,
                    (SELECT min(published_id) FROM textonce.outbox_cursors
                     WHERE name = ANY (?) AND suspended_at IS NULL) AS published_id
            ),
            old AS (
                SELECT id FROM textonce.deliveries AS d, limits
                WHERE id < ? AND created_at < before AND attempted_at < before AND due_at IS NULL
                  AND NOT EXISTS (
                      SELECT FROM textonce.delivery_events AS e
                      WHERE e.delivery_id = d.id AND e.id > limits.published_id AND e.new_status IS NOT NULL)
                ORDER BY id LIMIT ? FOR UPDATE OF d SKIP LOCKED
            ),
            entries AS (
                DELETE FROM textonce.delivery_events AS e USING old WHERE e.delivery_id = old.id
            )
            DELETE FROM textonce.deliveries AS d USING old WHERE d.id = old.id
            """;

    private static final String PURGE_UNKNOWN = """
            DELETE FROM textonce.delivery_events
            WHERE id IN (
                SELECT id FROM textonce.delivery_events
                WHERE delivery_id IS NULL AND happened_at < now() - CAST(? AS interval)
                ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    /**
     * Erasure of a person's deliveries. A message that was not sent yet is canceled. One that may be at Twilio is not
     * sent again, and the background worker cancels it there as long as Twilio can; number and text of an unknown
     * outcome stay until it is known, since reconciliation needs them. The event's id stays, so that a repeated event
     * sends no message to the person.
     */
    private static final String ERASE = """
            WITH target AS (
                SELECT id, status, status IN ('reserved', 'unknown') AS is_open FROM textonce.deliveries
                WHERE phone_hash = ANY (CAST(? AS bytea[])) FOR UPDATE
            ),
            changed AS (
                UPDATE textonce.deliveries AS d
                SET status = CASE WHEN d.status IN ('held', 'rejected', 'suppressed') THEN 'canceled' ELSE d.status END,
                    cancel_requested_at = coalesce(d.cancel_requested_at,
                        CASE WHEN is_open OR d.status IN ('scheduled', 'accepted', 'queued')
                            OR d.unknown_since IS NOT NULL THEN now() END),
                    due_at = CASE
                        WHEN d.status IN ('scheduled', 'accepted', 'queued') THEN now()
                        WHEN is_open OR d.message_sid IS NOT NULL THEN d.due_at
                    END,
                    phone = CASE WHEN is_open THEN d.phone END,
                    body = CASE WHEN is_open THEN d.body END,
                    phone_masked = CASE WHEN is_open THEN d.phone_masked ELSE '' END,
                    phone_hash = CASE WHEN is_open THEN d.phone_hash ELSE '' END,
                    payload_sha256 = '', consent_source = NULL, updated_at = now()
                FROM target WHERE d.id = target.id
                RETURNING d.id, d.status, target.status AS old_status, is_open, d.due_at,
                    d.message_sid IS NULL AND d.unknown_since IS NOT NULL AS may_turn_up
            ),
            entries AS (
            """ + Timeline.ENTRY + """
                SELECT id, 'decision', status, CASE WHEN status <> old_status THEN status END, NULL, NULL,
                    CASE
                        WHEN is_open
                        THEN 'Number and text are erased at the person''s request as soon as the outcome is known'
                        ELSE 'Number and text were erased at the person''s request'
                    END,
                    NULL, NULL
                FROM changed
            ),
            under_way AS (
                INSERT INTO textonce.erasures (delivery_id)
                SELECT id FROM changed WHERE due_at IS NOT NULL OR may_turn_up
                ON CONFLICT (delivery_id) DO NOTHING
            )
            SELECT count(*) AS deliveries, count(*) FILTER (WHERE old_status = 'held') AS canceled,
                count(*) FILTER (WHERE is_open OR status IN ('scheduled', 'accepted', 'queued')) AS pending
            FROM changed
            """;

    /** Condition that nothing more comes. A message whose outcome stayed unknown may still turn up at Twilio. */
    private static final String IS_ENDED =
            "(d.due_at IS NULL AND (d.message_sid IS NOT NULL OR d.unknown_since IS NULL))";

    private static final String KNOWN = """
            SELECT e.delivery_id AS id, d.message_sid, %1$s AS is_ended
            FROM textonce.erasures AS e LEFT JOIN textonce.deliveries AS d ON d.id = e.delivery_id
            WHERE d.id IS NULL
               OR d.status NOT IN ('reserved', 'unknown', 'held')
                   AND (%1$s OR d.phone IS NOT NULL OR NOT CAST(? AS boolean))
            """.formatted(IS_ENDED);

    /** Condition that {@link #underWay} returns a delivery, with its first parameter. */
    public static final String IS_KNOWN = "EXISTS (" + KNOWN + ")";

    private static final String ERASE_KNOWN = """
            UPDATE textonce.deliveries
            SET phone = NULL, body = NULL, phone_masked = '', phone_hash = '', updated_at = now()
            WHERE id = ANY (?) AND phone IS NOT NULL AND status NOT IN ('reserved', 'unknown', 'held')
            """;

    private final JdbcTemplate jdbc;

    ErasureRepository(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Returns final deliveries from before an id that are older than an age and still have a number. */
    public List<Ended> toClear(UUID before, Duration age, int most) {
        return ended(TO_CLEAR, before, age.toString(), most);
    }

    /** Clears number and text of deliveries that have ended; what is held without a decision is canceled. */
    public int clear(List<Ended> ended) {
        return ended.isEmpty() ? 0 : jdbc.update(CLEAR, (Object) ids(ended));
    }

    /** Deletes deliveries that have ended, with their timelines, once their status changes are published. */
    public int purge(String[] subscribers, UUID before, Duration age, int most) {
        return jdbc.update(PURGE, age.toString(), subscribers, before, most);
    }

    /** Deletes callbacks of unknown deliveries. */
    public int purgeUnknown(Duration age, int most) {
        return jdbc.update(PURGE_UNKNOWN, age.toString(), most);
    }

    /** Erases a person's data by the hashes of the number; deliveries in progress follow with {@link #underWay}. */
    public Erased erase(byte[][] hashes) {
        return jdbc.queryForObject(
                ERASE,
                (row, n) -> new Erased(row.getLong("deliveries"), row.getLong("canceled"), row.getLong("pending")),
                (Object) hashes);
    }

    /**
     * Returns the deliveries of erased persons whose outcome is known by now.
     *
     * @param untilEnd whether the data erased from a row is not all: then it comes once more when the message has ended
     */
    public List<Ended> underWay(boolean untilEnd, int most) {
        return ended(KNOWN + "ORDER BY e.requested_at LIMIT ?", untilEnd, most);
    }

    /** Erases number and text of deliveries whose outcome is known. */
    public void eraseKnown(List<Ended> known) {
        jdbc.update(ERASE_KNOWN, (Object) ids(known));
    }

    /** Marks deliveries of which nothing is left to erase. */
    public void finish(List<Ended> erased) {
        jdbc.update("DELETE FROM textonce.erasures WHERE delivery_id = ANY (?)", (Object) ids(erased));
    }

    private List<Ended> ended(String sql, Object... parameters) {
        return jdbc.query(
                sql,
                (row, n) -> new Ended(
                        row.getObject("id", UUID.class), row.getString("message_sid"), row.getBoolean("is_ended")),
                parameters);
    }

    private static UUID[] ids(List<Ended> deliveries) {
        return deliveries.stream().map(Ended::id).toArray(UUID[]::new);
    }

    /**
     * Delivery whose data can be erased.
     *
     * @param isEnded whether Twilio has nothing more to report
     */
    public record Ended(UUID id, @Nullable String sid, boolean isEnded) {}

    /**
     * Counts of a person's deliveries.
     *
     * @param canceled that were on hold
     * @param pending that may be with Twilio, and are canceled there if it still can
     */
    public record Erased(long deliveries, long canceled, long pending) {}
}
