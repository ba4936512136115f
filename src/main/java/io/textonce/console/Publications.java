package io.textonce.console;

import io.textonce.settings.TextOnceProperties;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Lookup of what was published to whom about one delivery. */
@Component
final class Publications {

    private static final String FIND = """
            SELECT s.name, s.suspended_at IS NOT NULL AS suspended,
                string_agg(e.new_status, ', ' ORDER BY e.id) FILTER (WHERE e.id <= s.published_id) AS published,
                string_agg(e.new_status, ', ' ORDER BY e.id) FILTER (WHERE e.id > s.published_id) AS waiting
            FROM textonce.outbox_cursors AS s LEFT JOIN textonce.delivery_events AS e
                ON e.delivery_id = ? AND e.new_status IS NOT NULL AND e.happened_at >= s.begun_at
            WHERE s.name = ANY (?) GROUP BY s.name ORDER BY s.name
            """;

    private final JdbcTemplate jdbc;
    private final TextOnceProperties settings;

    Publications(ConsoleDatabase database, TextOnceProperties settings) {
        this.jdbc = database.jdbc();
        this.settings = settings;
    }

    List<Publication> of(UUID delivery, String event, @Nullable String client) {
        return jdbc.query(
                FIND,
                (row, n) -> new Publication(
                        row.getString("name"),
                        row.getBoolean("suspended"),
                        row.getString("published"),
                        row.getString("waiting")),
                delivery,
                settings.subscribers(event, client).toArray(String[]::new));
    }

    /**
     * Status changes of a delivery for one subscriber, in their order.
     *
     * @param published which it received, or null
     * @param waiting which it has not received, or null
     */
    public record Publication(
            String name,
            boolean suspended,
            @Nullable String published,
            @Nullable String waiting) {}
}
