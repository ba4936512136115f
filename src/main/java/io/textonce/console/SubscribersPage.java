package io.textonce.console;

import io.textonce.settings.TextOnceProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Page of the subscribers to status changes: whether each has received all of them. */
@Controller
final class SubscribersPage {

    private static final int MOST_COUNTED = 10_000;

    private static final String STATES = """
            SELECT s.name, s.failing_since, s.failures, s.next_try_at, s.last_error, s.suspended_at, s.decision,
                (SELECT max(e.happened_at) FROM textonce.delivery_events AS e WHERE e.id = s.published_id) AS published_at,
                (SELECT count(*) FROM (
                    SELECT FROM textonce.delivery_events AS e
                    WHERE e.id > s.published_id AND e.new_status IS NOT NULL LIMIT ?) AS later) AS behind
            FROM textonce.outbox_cursors AS s WHERE s.name = ANY (?) ORDER BY s.name
            """;

    private final JdbcTemplate jdbc;
    private final String[] names;

    SubscribersPage(DataSource dataSource, TextOnceProperties settings) {
        this.jdbc = new JdbcTemplate(dataSource);
        jdbc.setQueryTimeout(OpenDeliveries.LONGEST_QUERY_SECONDS);
        this.names = settings.subscribers().toArray(String[]::new);
    }

    @GetMapping("/subscribers")
    String list(Model model) {
        model.addAttribute("subscribers", jdbc.query(STATES, SubscribersPage::subscriber, MOST_COUNTED, names));
        return "support/subscribers";
    }

    private static Subscriber subscriber(ResultSet row, int number) throws SQLException {
        return new Subscriber(
                row.getString("name"),
                row.getLong("behind"),
                instant(row, "published_at"),
                instant(row, "failing_since"),
                row.getInt("failures"),
                instant(row, "next_try_at"),
                row.getString("last_error"),
                instant(row, "suspended_at"),
                row.getString("decision"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }

    /**
     * State of a subscriber.
     *
     * @param behind status changes that it has not received, counted up to a limit
     * @param publishedAt time of the last change that it received, or null
     */
    public record Subscriber(
            String name,
            long behind,
            @Nullable Instant publishedAt,
            @Nullable Instant failingSince,
            int failures,
            @Nullable Instant nextTryAt,
            @Nullable String lastError,
            @Nullable Instant suspendedAt,
            @Nullable String decision) {

        public String title() {
            return suspendedAt != null
                    ? "Suspended"
                    : failingSince != null ? "Failing" : behind > 0 ? "Catching up" : "Complete";
        }

        public String tone() {
            return suspendedAt != null || failingSince != null ? "bad" : behind > 0 ? "way" : "good";
        }

        /** Returns the number of changes as a page shows it. */
        public String backlog() {
            return behind == MOST_COUNTED ? "10,000 or more" : String.valueOf(behind);
        }
    }
}
