package io.textonce.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Repository that records the statuses of Twilio's messages, from callbacks and polls. */
public final class StatusRepository implements AutoCloseable {

    /**
     * Record of a status. The delivery is the one in the callback's URL, else the one with the SID. Its status rises or
     * stays. A delivery without a SID is correlated with this one; if reconciliation had assigned the SID to another
     * delivery with the same text, that one is unknown again. An earlier error is cleared once the status rises. A
     * canceled delivery is due at once while Twilio may cancel it; any other poll stays where it is unless it is too far
     * off, so that the update is HOT. Each report is recorded, a repeated one only if it had an effect. An unknown status
     * changes nothing.
     */
    private static final String RECORD = """
            WITH reports AS MATERIALIZED (
                SELECT *, textonce.status_rank(status) AS rank
                FROM unnest(?, ?, ?, ?, ?, ?, ?) AS t(kind, delivery, sid, status, code, detail, wait)
            ),
            target AS MATERIALIZED (
                SELECT t.sid AS reported_sid, d.id, d.event, d.event_id, d.created_at, d.message_sid, d.status
                FROM reports AS t
                    -- The limit keeps a plan from joining them with all of the table while it is new.
                    CROSS JOIN LATERAL (
                        SELECT * FROM textonce.deliveries
                        WHERE id = coalesce(
                            (SELECT id FROM textonce.deliveries WHERE id = t.delivery),
                            (SELECT id FROM textonce.deliveries WHERE message_sid = t.sid))
                        LIMIT 1) AS d
            ),
            unbound AS (
                UPDATE textonce.deliveries AS d
                SET message_sid = NULL, status = 'unknown', unknown_since = now(), due_at = now(), updated_at = now()
                FROM target
                WHERE d.message_sid = target.reported_sid AND d.id <> target.id AND target.message_sid IS NULL
                RETURNING d.id, d.status
            ),
            unbound_entries AS (
            """ + Timeline.ENTRY + """
                SELECT id, 'decision', status, status, NULL, NULL,
                    'The message that was found for it is another text''s', NULL, NULL
                FROM unbound
            ),
            changed AS (
                UPDATE textonce.deliveries AS d
                SET status = CASE
                        WHEN t.rank >= 0 THEN t.status
                        WHEN d.message_sid IS NULL THEN 'accepted'
                        ELSE d.status
                    END,
                    message_sid = t.sid,
                    error_code = CASE
                        WHEN t.code IS NULL AND t.status IN ('undelivered', 'failed') THEN d.error_code
                        ELSE t.code
                    END,
                    reason = t.detail,
                    body = NULL,
                    unknown_since = NULL,
                    due_at = CASE
                        WHEN t.rank >= 5 THEN NULL
                        WHEN d.cancel_requested_at IS NOT NULL AND coalesce(t.rank, -1) <= 2 THEN now()
                        WHEN d.message_sid IS NULL THEN now() + t.wait
                        ELSE least(d.due_at, now() + t.wait)
                    END,
                    updated_at = now()
                FROM reports AS t JOIN target ON target.reported_sid = t.sid
                WHERE d.id = target.id
                  AND (d.message_sid IS NULL
                      OR d.message_sid = t.sid AND t.rank > textonce.status_rank(d.status))
                RETURNING t.sid, d.id, d.status
            ),
            entries AS (
            """ + Timeline.ENTRY + """
                SELECT target.id, t.kind, t.status, changed.status, t.sid, t.code, t.detail, NULL, NULL
                FROM reports AS t
                    LEFT JOIN target ON target.reported_sid = t.sid
                    LEFT JOIN changed ON changed.sid = t.sid
                ON CONFLICT (message_sid, status) WHERE kind = 'callback' DO NOTHING
                RETURNING message_sid
            ),
            repeated AS (
            """ + Timeline.ENTRY + """
                SELECT changed.id, 'poll', t.status, changed.status, t.sid, t.code, t.detail, NULL, NULL
                FROM reports AS t JOIN changed ON changed.sid = t.sid
                WHERE t.sid NOT IN (SELECT message_sid FROM entries)
            )
            SELECT t.sid, target.id AS delivery, target.event, target.event_id,
                CAST(extract(epoch FROM now() - target.created_at) * 1000 AS bigint) AS age,
                CASE
                    WHEN target.id IS NULL THEN 'unknown'
                    WHEN target.message_sid <> t.sid THEN 'other_sid'
                    WHEN coalesce(t.rank, -1) < 0 THEN 'unranked'
                    WHEN t.sid IN (SELECT sid FROM changed)
                        THEN CASE target.status WHEN 'unknown' THEN 'resolved' ELSE 'raised' END
                    WHEN t.sid NOT IN (SELECT message_sid FROM entries) THEN 'repeated'
                    ELSE 'late'
                END AS effect
            FROM reports AS t LEFT JOIN target ON target.reported_sid = t.sid
            """;

    private final JdbcTemplate jdbc;
    // By the delivery's id, as outcomes are too.
    private final StatementBatcher<Report, Effect> batches = new StatementBatcher<>(
            "reports",
            Report::sid,
            Comparator.comparing(Report::delivery, Comparator.nullsLast(Comparator.naturalOrder())),
            this::recordAll);

    public StatusRepository(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    public Effect record(Report report) {
        return batches.with(report);
    }

    private List<Effect> recordAll(List<Report> reports) {
        var effects = new HashMap<String, Effect>();
        jdbc.query(
                new Columns<>(reports)
                        .add("text", Report::kind)
                        .add("uuid", Report::delivery)
                        .add("text", Report::sid)
                        .add("text", Report::status)
                        .add("int4", Report::code)
                        .add("text", Report::words)
                        .add("interval", Report::again)
                        .in(RECORD),
                row -> {
                    effects.put(row.getString("sid"), effect(row));
                });
        return reports.stream().map(report -> effects.get(report.sid())).toList();
    }

    private static Effect effect(ResultSet row) throws SQLException {
        return new Effect(
                row.getString("effect"),
                row.getObject("delivery", UUID.class),
                row.getString("event"),
                row.getString("event_id"),
                Duration.ofMillis(row.getLong("age")));
    }

    @Override
    public void close() {
        batches.close();
    }

    /**
     * Status report of one message.
     *
     * @param kind callback, or fetch for a poll
     * @param delivery in the callback's URL, or null
     * @param sid Twilio's Message SID
     * @param status Twilio's status
     * @param code Twilio's error code, or null
     * @param words meaning of the code, for support
     * @param again time after which the status is polled without a further report
     */
    public record Report(
            String kind,
            @Nullable UUID delivery,
            String sid,
            String status,
            @Nullable Integer code,
            @Nullable String words,
            Duration again) {}

    /**
     * Effect of a report.
     *
     * @param name raised or resolved if the delivery changed; late, repeated, other_sid, unranked or unknown if nothing
     *     did
     * @param delivery that it is about, or null if unknown
     * @param event of that delivery
     * @param eventId of that delivery
     * @param age of that delivery
     */
    public record Effect(
            String name,
            @Nullable UUID delivery,
            @Nullable String event,
            @Nullable String eventId,
            Duration age) {}
}
