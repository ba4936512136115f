package io.textonce.delivery;

import io.textonce.delivery.CapCounters.Use;
import io.textonce.tuning.SharedBuffers;
import java.sql.Timestamp;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Notices of caps to subscribers, entries of the outbox that belong to no delivery: one when a cap is nearly used up, and
 * one when its limit is reached. Each is written once in a period, by the transaction that reached the threshold.
 */
final class CapNotices {

    private static final String NOTICE = """
            WITH noticed AS (
                UPDATE textonce.caps
                SET warned_at = coalesce(warned_at, now()), reached_at = CASE WHEN ? THEN now() ELSE reached_at END
                WHERE name = ? AND starts_at = ?
                RETURNING name
            )
            """ + Timeline.ENTRY + """
            SELECT CAST(NULL AS uuid), 'cap', ?, NULL, NULL, NULL, ?, ?, NULL FROM noticed
            """;

    private final JdbcTemplate jdbc;

    CapNotices(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Writes what subscribers do not know yet.
     *
     * @param isOver whether a message was over the limit
     */
    void write(Cap cap, Use use, boolean isOver) {
        boolean reached = isOver || use.isAtLimit();
        if (reached && !use.reached() || use.isNearLimit() && !use.warned()) {
            jdbc.update(
                    NOTICE,
                    reached,
                    cap.name(),
                    Timestamp.from(use.key().startsAt()),
                    reached ? "reached" : "warned",
                    data(cap, use),
                    client(cap));
        }
    }

    private static String data(Cap cap, Use use) {
        return SharedBuffers.JSON
                .createObjectNode()
                .put("cap", cap.name())
                .put("used", use.used())
                .put("limit", use.limit())
                .put("unit", cap.unit())
                .put("since", use.key().startsAt().toString())
                .put("until", cap.endsAt(use.key().startsAt()).toString())
                .toString();
    }

    /** Returns the client whose cap it is, a subscriber beside those of all events. */
    private static @Nullable String client(Cap cap) {
        var clients = cap.settings().clients();
        return clients.size() == 1 ? clients.iterator().next() : null;
    }
}
