package io.textonce.publish;

import io.textonce.delivery.Lookups;
import io.textonce.delivery.Rows;
import io.textonce.delivery.Timeline;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** State of the outbox cursors, and the operators' actions on them. An action ends the lease of the instance at work. */
@Component
class CursorStates {

    private static final String STATES = """
            SELECT s.name, s.failed_id, s.failing_since, s.failures, s.next_try_at, s.last_error, s.suspended_at, s.decision,
                (SELECT e.happened_at FROM textonce.delivery_events AS e
                 WHERE e.id > s.published_id AND e.new_status IS NOT NULL ORDER BY e.id LIMIT 1) AS behind_since
            FROM textonce.outbox_cursors AS s WHERE s.name = ANY (?) ORDER BY s.name
            """;

    /** Condition that no operator has acted since another one looked: the second writer loses. */
    private static final String SEEN = " AND (CAST(? AS text) IS NULL OR coalesce(decision, '') = ?)";

    /** Move of a cursor by an operator; the current holder of the lease writes nothing more. */
    private static final String MOVE = """
            UPDATE textonce.outbox_cursors
            SET published_id = coalesce(?, published_id), holder = NULL, leased_until = NULL, failed_id = NULL,
                failing_since = NULL, failures = 0, next_try_at = now(), last_error = NULL, suspended_at = NULL,
                decision = ?
            WHERE name = ?
            """ + SEEN;

    private static final String SUSPEND = """
            UPDATE textonce.outbox_cursors
            SET suspended_at = coalesce(suspended_at, now()), holder = NULL, leased_until = NULL, decision = ?
            WHERE name = ?
            """ + SEEN;

    private static final String SKIP = """
            UPDATE textonce.outbox_cursors
            SET published_id = failed_id, holder = NULL, leased_until = NULL, failed_id = NULL, failing_since = NULL,
                failures = 0, next_try_at = now(), last_error = NULL, suspended_at = NULL, decision = ?
            WHERE name = ? AND failed_id IS NOT NULL AND failed_id = coalesce(?, failed_id)
            """ + SEEN;

    private final JdbcTemplate jdbc;
    private final JdbcTemplate lookups;

    CursorStates(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
        this.lookups = Lookups.jdbc(jdbc.getDataSource());
    }

    List<State> states(Collection<String> names) {
        return lookups.query(STATES, CursorStates::state, (Object) names.toArray(String[]::new));
    }

    /**
     * Continues at once, also after a suspension; false if another operator has acted.
     *
     * @param seen last decision that the operator saw, empty if there was none; null for any
     */
    boolean resume(String name, @Nullable String seen, String decision) {
        return jdbc.update(MOVE, null, decision, name, seen, seen) == 1;
    }

    /** Continues with the entries since a time, published or not, under the condition of {@link #resume}. */
    boolean replay(String name, Instant from, @Nullable String seen, String decision) {
        return jdbc.update(MOVE, Timeline.firstSince(from, jdbc) - 1, decision, name, seen, seen) == 1;
    }

    boolean suspend(String name, @Nullable String seen, String decision) {
        return jdbc.update(SUSPEND, decision, name, seen, seen) == 1;
    }

    /** Records the answer to a test event. */
    void tested(String name, String decision) {
        jdbc.update("UPDATE textonce.outbox_cursors SET decision = ? WHERE name = ?", decision, name);
    }

    /** Skips the failing event; false if there is none, or if it is not the one that was seen. */
    boolean skip(String name, @Nullable Long failing, @Nullable String seen, String decision) {
        return jdbc.update(SKIP, decision, name, failing, seen, seen) == 1;
    }

    private static State state(ResultSet row, int number) throws SQLException {
        return new State(
                row.getString("name"),
                Rows.instant(row, "behind_since"),
                row.getObject("failed_id", Long.class),
                Rows.instant(row, "failing_since"),
                row.getInt("failures"),
                Rows.instant(row, "next_try_at"),
                row.getString("last_error"),
                Rows.instant(row, "suspended_at"),
                row.getString("decision"));
    }

    /**
     * State of a subscriber.
     *
     * @param behindSince when the oldest change that may be unpublished was recorded
     * @param failing event that was not accepted, or null
     */
    record State(
            String name,
            @Nullable Instant behindSince,
            @Nullable Long failing,
            @Nullable Instant failingSince,
            int failures,
            @Nullable Instant nextTryAt,
            @Nullable String lastError,
            @Nullable Instant suspendedAt,
            @Nullable String decision) {}
}
