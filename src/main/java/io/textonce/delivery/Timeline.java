package io.textonce.delivery;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Timeline of the deliveries and outbox of their status changes. The statement that changes a delivery selects its entry
 * into {@link #ENTRY}, so neither is ever committed without the other.
 */
public final class Timeline {

    /** Head of the statement that adds an entry; its rest selects these columns, in this order. */
    static final String ENTRY = """
            INSERT INTO textonce.delivery_events
                (delivery_id, kind, status, new_status, message_sid, error_code, detail, actor, until)
            """;

    /** Head of the statement that adds an operator's entry; its rest selects these columns, in this order. */
    static final String OPERATOR_ENTRY = """
            INSERT INTO textonce.delivery_events
                (delivery_id, kind, status, new_status, message_sid, detail, actor, action)
            """;

    private static final String DECISION = ENTRY + """
            SELECT CAST(? AS uuid), 'decision', CAST(? AS text), NULL, NULL, NULL, CAST(? AS text), NULL, NULL
            """;

    private final JdbcTemplate jdbc;

    Timeline(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds a decision that leaves the delivery as it is. */
    public void decided(UUID delivery, DeliveryStatus status, String detail) {
        jdbc.update(DECISION, delivery, status.word(), detail);
    }
}
