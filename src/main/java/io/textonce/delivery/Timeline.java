package io.textonce.delivery;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Timeline of the deliveries and outbox of their status changes. The statement that changes a delivery selects its entry
 * into {@link #ENTRY}, so neither is ever committed without the other.
 */
@Component
public final class Timeline {

    /** Head of the statement that adds an entry; its rest selects these columns, in this order. */
    static final String ENTRY = """
            INSERT INTO textonce.delivery_events
                (delivery_id, kind, status, new_status, message_sid, error_code, detail, actor, until)
            """;

    /** Head of the statement that adds an answer of Twilio; its rest selects these columns, in this order. */
    static final String ANSWER_ENTRY = """
            INSERT INTO textonce.delivery_events
                (delivery_id, kind, status, new_status, message_sid, error_code, detail, actor, until, called_at,
                 http_status, request_id)
            """;

    /** Head of the statement that adds an operator's entry; its rest selects these columns, in this order. */
    static final String OPERATOR_ENTRY = """
            INSERT INTO textonce.delivery_events
                (delivery_id, kind, status, new_status, message_sid, detail, actor, action)
            """;

    private static final String DECISION = ENTRY + """
            SELECT CAST(? AS uuid), 'decision', CAST(? AS text), NULL, NULL, NULL, CAST(? AS text), NULL, NULL
            """;

    private static final String NEWEST = "SELECT coalesce(max(id), 0) FROM textonce.delivery_events";

    private static final String IS_BEFORE =
            "SELECT happened_at < ? FROM textonce.delivery_events WHERE id >= ? AND id < ? ORDER BY id LIMIT 1";

    /** Time by which an entry may be older than one with a lower id. */
    private static final Duration DISORDER = Duration.ofMinutes(1);

    private final JdbcTemplate jdbc;

    public Timeline(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds a decision that leaves the delivery as it is. */
    public void decided(UUID delivery, DeliveryStatus status, String detail) {
        jdbc.update(DECISION, delivery, status.word(), detail);
    }

    /**
     * Returns an id that no entry since a time is below, by binary search: ids rise with time, except within a
     * transaction.
     */
    public static long firstSince(Instant time, JdbcTemplate jdbc) {
        var from = Timestamp.from(time.minus(DISORDER));
        long low = 1;
        long high = jdbc.queryForObject(NEWEST, Long.class) + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            var before = jdbc.queryForList(IS_BEFORE, Boolean.class, from, middle, high);
            if (before.isEmpty() || !before.get(0)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
