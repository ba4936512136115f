package io.textonce.retention;

import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The second half of a data erasure: deliveries that were under way when their person was erased. Number and text go as
 * soon as the outcome is known, and Twilio is told to forget the message, where that is set, when it has come to its end.
 */
final class Erasures {

    private static final int BATCH = 500;

    private static final String KNOWN = """
            SELECT e.delivery_id AS id, d.message_sid, d.due_at IS NULL AS is_ended
            FROM textonce.erasures AS e LEFT JOIN textonce.deliveries AS d ON d.id = e.delivery_id
            WHERE d.id IS NULL
               OR d.status NOT IN ('reserved', 'unknown', 'held')
                   AND (d.due_at IS NULL OR d.phone IS NOT NULL OR NOT CAST(? AS boolean))
            ORDER BY e.requested_at LIMIT ?
            """;

    private static final String ERASE = """
            UPDATE textonce.deliveries
            SET phone = NULL, body = NULL, phone_masked = '', phone_hash = '', updated_at = now()
            WHERE id = ANY (?) AND phone IS NOT NULL AND status NOT IN ('reserved', 'unknown', 'held')
            """;

    private final JdbcTemplate jdbc;
    private final Retention retention;
    private final boolean redactAtTwilio;

    Erasures(JdbcTemplate jdbc, Retention retention, boolean redactAtTwilio) {
        this.jdbc = jdbc;
        this.retention = retention;
        this.redactAtTwilio = redactAtTwilio;
    }

    void finish(Exchange exchange) {
        var known = jdbc.query(
                KNOWN,
                (row, n) -> new Known(
                        row.getObject("id", UUID.class), row.getString("message_sid"), row.getBoolean("is_ended")),
                redactAtTwilio,
                BATCH);
        if (known.isEmpty()) {
            return;
        }
        jdbc.update(ERASE, (Object) ids(known));
        var done = known.stream().filter(this::isDone).toList();
        jdbc.update("DELETE FROM textonce.erasures WHERE delivery_id = ANY (?)", (Object) ids(done));
    }

    private boolean isDone(Known known) {
        return known.sid() == null || !redactAtTwilio || known.isEnded() && retention.redacted(known.sid());
    }

    private static UUID[] ids(List<Known> known) {
        return known.stream().map(Known::id).toArray(UUID[]::new);
    }

    private record Known(UUID id, @Nullable String sid, boolean isEnded) {}
}
