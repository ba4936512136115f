package io.textonce.console;

import io.textonce.delivery.Rows;
import io.textonce.peer.DueWork;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Repository of the bulk actions. A message is leased by the lock of its row, in the transaction that also acts on it, so
 * of all instances one acts, once; after a crash the row is as before.
 */
@Component
class BulkActions implements DueWork {

    /** Time in which an action can be undone before any message begins. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final int LISTED = 50;

    private static final String CREATE = """
            INSERT INTO textonce.bulk_actions (id, action, actor, reason, filter, messages, starts_at)
            VALUES (?, ?, ?, ?, ?, ?, now() + CAST(? AS interval)) ON CONFLICT (id) DO NOTHING
            """;

    private static final String ADD = """
            INSERT INTO textonce.bulk_items (bulk_id, delivery_id, attempt)
            SELECT CAST(? AS uuid), id, attempt FROM unnest(CAST(? AS uuid[]), CAST(? AS integer[])) AS t(id, attempt)
            """;

    private static final String IS_OPEN = "finished_at IS NULL AND starts_at <= now()";

    private static final String TAKE = """
            SELECT i.bulk_id, i.delivery_id, i.attempt, i.outcome, i.acted_at, b.action, b.actor, b.reason, b.undone_by,
                b.messages
            FROM textonce.bulk_actions AS b JOIN textonce.bulk_items AS i ON i.bulk_id = b.id
            WHERE %s AND (i.outcome IS NULL OR i.outcome = 'undo')
            ORDER BY i.bulk_id, i.delivery_id LIMIT 1 FOR UPDATE OF i SKIP LOCKED
            """.formatted(IS_OPEN);

    private static final String DONE = """
            UPDATE textonce.bulk_items SET outcome = ?, detail = ?, acted_at = coalesce(acted_at, now())
            WHERE bulk_id = ? AND delivery_id = ? AND (outcome IS NULL OR outcome = 'undo')
            """;

    private static final String LOCK_OPEN =
            "SELECT id FROM textonce.bulk_actions WHERE " + IS_OPEN + " FOR UPDATE SKIP LOCKED";

    private static final String FINISH = """
            UPDATE textonce.bulk_actions AS b SET finished_at = now()
            WHERE b.id = ANY (?) AND NOT EXISTS (
                SELECT FROM textonce.bulk_items AS i
                WHERE i.bulk_id = b.id AND (i.outcome IS NULL OR i.outcome = 'undo'))
            """;

    /** Undo of what has not begun; what was acted on is undone by the background work, as far as it is possible. */
    private static final String UNDO = """
            WITH undone AS (
                UPDATE textonce.bulk_actions
                SET undone_at = now(), undone_by = ?, starts_at = least(starts_at, now()), finished_at = NULL
                WHERE id = ? AND undone_at IS NULL
                RETURNING id, action
            )
            UPDATE textonce.bulk_items AS i SET outcome = CASE WHEN outcome IS NULL THEN 'undone' ELSE 'undo' END
            FROM undone AS u
            WHERE i.bulk_id = u.id
              AND (outcome IS NULL OR outcome = 'acted' AND u.action IN ('resend', 'release'))
            """;

    private static final String FIND = """
            SELECT b.*, count(*) FILTER (WHERE i.outcome IS NULL) AS waiting,
                count(*) FILTER (WHERE i.outcome = 'acted') AS acted,
                count(*) FILTER (WHERE i.outcome IN ('skipped', 'failed')) AS skipped,
                count(*) FILTER (WHERE i.outcome = 'undo') AS undoing,
                count(*) FILTER (WHERE i.outcome = 'undone') AS undone
            FROM textonce.bulk_actions AS b JOIN textonce.bulk_items AS i ON i.bulk_id = b.id
            WHERE CAST(? AS uuid) IS NULL OR b.id = ?
            GROUP BY b.id ORDER BY b.id DESC LIMIT ?
            """;

    private static final String REASONS = """
            SELECT detail, count(*) AS many, min(CAST(delivery_id AS text)) AS first FROM textonce.bulk_items
            WHERE bulk_id = ? AND outcome IN ('skipped', 'failed') GROUP BY detail ORDER BY many DESC
            """;

    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;

    BulkActions(JdbcTemplate jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /** Creates an action; false if it exists already. */
    boolean create(UUID id, BulkAction action, String actor, String reason, String filter, List<Item> items) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            if (jdbc.update(CREATE, id, action.word(), actor, reason, filter, items.size(), GRACE.toString()) == 0) {
                return false;
            }
            jdbc.update(
                    ADD,
                    id,
                    items.stream().map(Item::delivery).toArray(UUID[]::new),
                    items.stream().map(Item::attempt).toArray(Integer[]::new));
            return true;
        }));
    }

    @Override
    public String condition() {
        return "EXISTS (SELECT FROM textonce.bulk_actions WHERE " + IS_OPEN + ")";
    }

    /** Leases the next message of a started action until the transaction ends; null if there is none. */
    @Nullable
    Task take() {
        return DataAccessUtils.singleResult(jdbc.query(TAKE, BulkActions::task));
    }

    void done(Task task, String outcome, @Nullable String detail) {
        jdbc.update(DONE, outcome, detail, task.bulk(), task.delivery());
    }

    /** Ends actions of which nothing is left. Each is locked by a statement before, so an undo is seen or comes later. */
    void finish() {
        transactions.executeWithoutResult(status -> {
            var open = jdbc.queryForList(LOCK_OPEN, UUID.class);
            jdbc.update(FINISH, (Object) open.toArray(UUID[]::new));
        });
    }

    /** Undoes an action as far as its messages have not begun; false if nothing is left to undo. */
    boolean undo(UUID id, String actor) {
        return jdbc.update(UNDO, actor, id) > 0;
    }

    @Nullable
    Progress progress(UUID id) {
        return DataAccessUtils.singleResult(jdbc.query(FIND, BulkActions::progress, id, id, 1));
    }

    List<Progress> newest() {
        return jdbc.query(FIND, BulkActions::progress, null, null, LISTED);
    }

    /** Returns why messages were left as they are, with an example of each. */
    List<Reason> reasons(UUID id) {
        return jdbc.query(
                REASONS,
                (row, n) -> new Reason(row.getString("detail"), row.getLong("many"), row.getString("first")),
                id);
    }

    private static Task task(ResultSet row, int number) throws SQLException {
        return new Task(
                row.getObject("bulk_id", UUID.class),
                row.getObject("delivery_id", UUID.class),
                row.getInt("attempt"),
                BulkAction.of(row.getString("action")).orElseThrow(),
                row.getString("outcome") == null ? row.getString("actor") : row.getString("undone_by"),
                row.getString("reason") + " (one of " + row.getInt("messages") + ")",
                row.getString("outcome") == null ? null : Rows.instant(row, "acted_at"));
    }

    private static Progress progress(ResultSet row, int number) throws SQLException {
        return new Progress(
                row.getObject("id", UUID.class),
                BulkAction.of(row.getString("action")).orElseThrow(),
                row.getString("actor"),
                row.getString("reason"),
                row.getString("filter"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("starts_at").toInstant(),
                row.getString("undone_by"),
                row.getTimestamp("finished_at") != null,
                row.getLong("messages"),
                row.getLong("waiting"),
                row.getLong("acted"),
                row.getLong("skipped"),
                row.getLong("undoing"),
                row.getLong("undone"));
    }

    /** Message of a bulk action, with its attempt at the confirmation. */
    record Item(UUID delivery, int attempt) {}

    /** @param undoes when the message was acted on, if that is to be undone */
    record Task(
            UUID bulk,
            UUID delivery,
            int attempt,
            BulkAction action,
            String actor,
            String reason,
            @Nullable Instant undoes) {}

    /** Messages that were left as they are, for one reason. */
    public record Reason(String words, long many, String example) {}

    /** Progress of a bulk action, in messages. */
    public record Progress(
            UUID id,
            BulkAction action,
            String actor,
            String reason,
            String filter,
            Instant createdAt,
            Instant startsAt,
            @Nullable String undoneBy,
            boolean finished,
            long many,
            long waiting,
            long acted,
            long skipped,
            long undoing,
            long undone) {

        public boolean canBeUndone() {
            return undoneBy == null && (waiting > 0 || action.isSend() && acted > 0);
        }

        public String title() {
            return undoneBy != null ? undoing > 0 ? "Undoing" : "Undone" : finished ? "Done" : "In progress";
        }

        public String tone() {
            return undoneBy != null ? "off" : finished ? "good" : "way";
        }
    }
}
