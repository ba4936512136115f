package io.textonce.publish;

import io.textonce.settings.TextOnceProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Outbox cursor per subscriber, leased by one instance at a time. The holder of the lease moves the cursor; its update
 * is void once another instance has the lease or an operator has intervened.
 *
 * <p>No entry is skipped, though entries become visible out of order: a batch ends where a transaction that is still
 * open may have an entry. Events are published only once durable: outcomes are committed asynchronously, but the lease
 * commits synchronously, which flushes every earlier commit.
 */
@Component
class OutboxCursors {

    /** For what happens before and after a batch is published. */
    private static final Duration SPARE = Duration.ofSeconds(5);

    /** Maximum events of a batch; one while the first of them fails, so that the others aren't repeated. */
    private static final int BATCH = 200;

    /** Maximum entries scanned for a batch, so that a long range without a match is passed in steps. */
    private static final int REACH = 20_000;

    private static final String NEWEST =
            "SELECT coalesce(pg_sequence_last_value('textonce.delivery_events_id_seq'), 0)";

    private static final String BEGIN = """
            INSERT INTO textonce.outbox_cursors (name, published_id, safe_id, safe_xid)
            VALUES (?, ?, ?, pg_current_xact_id())
            ON CONFLICT (name) DO NOTHING
            """;

    /**
     * Mark of the newest entry, and a transaction that begins after it: a transaction with an entry up to that one in a
     * changed delivery's timeline began to write before, and is older.
     */
    private static final String MARK = """
            WITH newest AS MATERIALIZED (
                SELECT coalesce(pg_sequence_last_value('textonce.delivery_events_id_seq'), 0) AS id
            )
            SELECT id, CAST(pg_current_xact_id() AS text) AS xid FROM newest
            """;

    private static final String WAITS = """
            name = ANY (?) AND published_id < %s AND suspended_at IS NULL AND next_try_at <= now()
              AND (leased_until IS NULL OR leased_until < now())
            """;

    private static final String WAITING = "SELECT name FROM textonce.outbox_cursors WHERE " + WAITS.formatted("?");

    /** Condition that a subscriber has unpublished events and is due. */
    static final String IS_WAITING =
            "EXISTS (SELECT FROM textonce.outbox_cursors WHERE " + WAITS.formatted("(" + NEWEST + ")") + ")";

    /**
     * Lease of the next batch. All transactions before the oldest open one have ended. A mark that is not settled
     * stays, so that it will be.
     */
    private static final String TAKE = """
            WITH mark AS (
                SELECT CAST(? AS bigint) AS id, CAST(? AS xid8) AS xid, pg_snapshot_xmin(pg_current_snapshot()) AS oldest
            ),
            mine AS (
                SELECT name, published_id, safe_id, failures, mark.id, mark.xid,
                    mark.xid <= mark.oldest AS all_settled, safe_xid <= mark.oldest AS safe_settled
                FROM mark, textonce.outbox_cursors
                WHERE name = ? AND published_id < mark.id AND suspended_at IS NULL AND next_try_at <= now()
                  AND (leased_until IS NULL OR leased_until < now())
                FOR UPDATE OF outbox_cursors SKIP LOCKED
            )
            UPDATE textonce.outbox_cursors AS s
            SET holder = ?, leased_until = now() + CAST(? AS interval),
                safe_id = CASE WHEN safe_settled THEN mine.id ELSE s.safe_id END,
                safe_xid = CASE WHEN safe_settled THEN mine.xid ELSE s.safe_xid END
            FROM mine WHERE s.name = mine.name
            RETURNING mine.published_id, mine.failures,
                CASE WHEN all_settled THEN mine.id WHEN safe_settled THEN mine.safe_id ELSE mine.published_id END AS settled_id
            """;

    private static final String EVENTS = """
            SELECT e.id, e.delivery_id, e.happened_at, d.event, d.event_id, coalesce(e.new_status, e.status) AS new_status,
                e.message_sid, e.error_code, CASE WHEN e.kind <> 'operator' THEN e.detail END AS detail, d.phone_masked
            FROM textonce.delivery_events AS e
                CROSS JOIN (SELECT CAST(? AS boolean) AS all, CAST(? AS text) AS client, CAST(? AS text[]) AS events) AS s
                LEFT JOIN textonce.deliveries AS d ON d.id = e.delivery_id
            WHERE e.id > ? AND e.id <= ?
              AND (e.new_status IS NOT NULL AND d.id IS NOT NULL AND (s.all OR d.client = s.client OR d.event = ANY (s.events))
                OR e.kind = 'cap' AND (s.all OR e.actor = s.client))
            ORDER BY e.id LIMIT ?
            """;

    /** The last answers, the newest first. */
    private static final String ANSWERS = """
                answers = CASE
                    WHEN a.events IS NULL THEN answers
                    ELSE jsonb_path_query_array(
                        jsonb_build_object('at', now(), 'events', a.events, 'millis', a.millis, 'error', a.error) || answers,
                        '$[0 to 9]')
                END
            """;

    private static final String PUBLISHED = """
            WITH a AS (
                SELECT CAST(? AS integer) AS events, CAST(? AS bigint) AS millis, CAST(NULL AS text) AS error
            )
            UPDATE textonce.outbox_cursors AS s
            SET published_id = ?, holder = NULL, leased_until = NULL, failed_id = NULL, failing_since = NULL, failures = 0,
                last_error = NULL,
            """ + ANSWERS + """
            FROM a WHERE s.name = ? AND s.holder = ?
            """;

    private static final String RELEASE = """
            UPDATE textonce.outbox_cursors SET holder = NULL, leased_until = NULL WHERE name = ? AND holder = ?
            """;

    private static final String FAILED = """
            WITH f AS (SELECT CAST(? AS bigint) AS id, CAST(? AS interval) AS wait, CAST(? AS boolean) AS gone),
            a AS (SELECT CAST(? AS integer) AS events, CAST(? AS bigint) AS millis, CAST(? AS text) AS error)
            UPDATE textonce.outbox_cursors AS s
            SET published_id = ?, holder = NULL, leased_until = NULL, failed_id = f.id,
                failures = CASE WHEN s.failed_id = f.id THEN s.failures ELSE 0 END + 1,
                failing_since = CASE WHEN s.failed_id = f.id THEN s.failing_since ELSE now() END,
                next_try_at = now() + f.wait, last_error = ?,
                suspended_at = CASE
                    WHEN f.gone OR s.failed_id = f.id AND s.failing_since < now() - CAST(? AS interval) THEN now()
                END,
            """ + ANSWERS + """
            FROM f, a WHERE s.name = ? AND s.holder = ?
            RETURNING s.suspended_at IS NOT NULL AS suspended
            """;

    private final JdbcTemplate jdbc;
    private final Duration lease;

    @Autowired
    OutboxCursors(JdbcTemplate jdbc, TextOnceProperties settings) {
        this(jdbc, Receiver.LONGEST.plus(settings.status().timeout()).plus(SPARE));
    }

    /** @param lease longer than a batch takes, so that only an instance that died loses it */
    OutboxCursors(JdbcTemplate jdbc, Duration lease) {
        this.jdbc = jdbc;
        this.lease = lease;
    }

    /** Creates the cursors of new subscribers at the current end of the outbox. */
    void begin(Collection<String> names) {
        for (String name : names) {
            long newest = newest();
            jdbc.update(BEGIN, name, newest, newest);
        }
    }

    /** Returns the subscribers that may have unpublished events and are due. */
    List<String> waiting(Collection<String> names) {
        return jdbc.queryForList(WAITING, String.class, names.toArray(String[]::new), newest());
    }

    /** Leases the next batch of a subscriber; null if there is none or another instance has the lease. */
    @Nullable
    Batch take(Subscriber subscriber) {
        var mark = jdbc.queryForObject(MARK, (row, n) -> new Mark(row.getLong("id"), row.getString("xid")));
        var holder = UUID.randomUUID();
        var taken = jdbc.query(
                TAKE,
                (row, n) -> new Taken(row.getLong("published_id"), row.getLong("settled_id"), row.getInt("failures")),
                mark.newest(),
                mark.xid(),
                subscriber.name(),
                holder,
                lease.toString());
        if (taken.isEmpty()) {
            return null;
        }
        var cursor = taken.get(0);
        if (cursor.settledId() <= cursor.publishedId()) {
            jdbc.update(RELEASE, subscriber.name(), holder);
            return null;
        }
        int most = cursor.failures() > 0 ? 1 : BATCH;
        long until = Math.min(cursor.settledId(), cursor.publishedId() + REACH);
        var events = jdbc.query(
                EVENTS,
                OutboxCursors::event,
                subscriber.all(),
                subscriber.client(),
                subscriber.events().toArray(String[]::new),
                cursor.publishedId(),
                until,
                most);
        long end = events.size() < most ? until : events.get(most - 1).entry();
        return new Batch(subscriber.name(), holder, cursor.publishedId(), end, cursor.failures(), events);
    }

    /** Records that there is nothing for the subscriber up to an entry. */
    void advance(Batch batch, long upTo) {
        jdbc.update(PUBLISHED, null, null, upTo, batch.name(), batch.holder());
    }

    /** Records that everything up to an entry is published. */
    void published(Batch batch, long upTo, int events, Duration took) {
        jdbc.update(PUBLISHED, events, took.toMillis(), upTo, batch.name(), batch.holder());
    }

    /**
     * Records that some events are published and the next one failed.
     *
     * @return whether the subscriber is suspended now
     */
    boolean failed(
            Batch batch, int published, Receiver.Failure failure, Duration took, Duration wait, Duration suspendAfter) {
        long upTo = published == 0
                ? batch.publishedId()
                : batch.events().get(published - 1).entry();
        return jdbc.query(
                        FAILED,
                        (row, n) -> row.getBoolean("suspended"),
                        batch.events().get(published).entry(),
                        wait.toString(),
                        failure.gone(),
                        published,
                        took.toMillis(),
                        failure.words(),
                        upTo,
                        failure.words(),
                        suspendAfter.toString(),
                        batch.name(),
                        batch.holder())
                .contains(true);
    }

    /** Returns the newest entry of all timelines, or 0. */
    long newest() {
        Long newest = jdbc.queryForObject(NEWEST, Long.class);
        return newest == null ? 0 : newest;
    }

    private static StatusEvent event(ResultSet row, int number) throws SQLException {
        if (row.getObject("delivery_id") == null) {
            return StatusEvent.ofCap(
                    row.getLong("id"),
                    row.getTimestamp("happened_at").toInstant(),
                    row.getString("new_status"),
                    row.getString("detail"));
        }
        return new StatusEvent(
                row.getLong("id"),
                row.getObject("delivery_id", UUID.class),
                row.getTimestamp("happened_at").toInstant(),
                row.getString("event"),
                row.getString("event_id"),
                row.getString("new_status"),
                row.getString("message_sid"),
                row.getObject("error_code", Integer.class),
                row.getString("detail"),
                row.getString("phone_masked"),
                null);
    }

    private record Mark(long newest, String xid) {}

    private record Taken(long publishedId, long settledId, int failures) {}

    /**
     * Batch of events for a subscriber.
     *
     * @param publishedId the last entry before
     * @param end the last entry that it covers; those between the events are not for the subscriber
     * @param failures consecutive failures of the first event
     */
    record Batch(String name, UUID holder, long publishedId, long end, int failures, List<StatusEvent> events) {}
}
