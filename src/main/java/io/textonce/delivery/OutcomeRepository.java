package io.textonce.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Repository that records the outcomes of calls in the deliveries and their timelines. */
public final class OutcomeRepository implements AutoCloseable {

    /**
     * Record of outcomes. A response with a SID is certain whenever it arrives. If reconciliation had assigned that SID
     * to another delivery with the same text, that one is unknown again. A rejected text stays stored, since support
     * may resend it. Any other outcome counts only while its attempt holds the reservation: a later owner knows better.
     * A delivery that was canceled meanwhile is final if Twilio does not have it, and is due at once to be canceled
     * there if it has.
     */
    private static final String RECORD = """
            WITH outcomes AS MATERIALIZED (
                SELECT t.*, textonce.status_rank(status) AS rank
                FROM set_config('synchronous_commit', 'off', true),
                    unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    AS t(id, attempt, status, sid, code, detail, wait, called_at, http_status, request_id)
            ),
            unbound AS (
                UPDATE textonce.deliveries AS d
                SET message_sid = NULL, status = 'unknown', unknown_since = now(), due_at = now(), updated_at = now()
                FROM outcomes AS t
                WHERE d.message_sid = t.sid AND d.id <> t.id
                  -- No EXISTS: it would be looked up among all that have no SID, and had none before they were sent.
                  AND (SELECT mine.message_sid IS NULL FROM textonce.deliveries AS mine WHERE mine.id = t.id)
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
                        WHEN d.cancel_requested_at IS NOT NULL AND t.status IN ('held', 'rejected') THEN 'canceled'
                        WHEN d.message_sid IS NULL OR t.rank > textonce.status_rank(d.status) THEN t.status
                        ELSE d.status
                    END,
                    message_sid = coalesce(d.message_sid, t.sid),
                    error_code = CASE
                        WHEN t.sid IS NULL THEN t.code
                        WHEN d.message_sid IS NOT NULL AND t.rank <= textonce.status_rank(d.status) THEN d.error_code
                    END,
                    reason = CASE
                        WHEN t.sid IS NULL THEN t.detail
                        WHEN d.message_sid IS NOT NULL AND t.rank <= textonce.status_rank(d.status) THEN d.reason
                    END,
                    body = CASE
                        WHEN t.status = 'unknown' THEN d.body
                        WHEN t.status IN ('held', 'rejected') AND d.cancel_requested_at IS NULL THEN d.body
                    END,
                    unknown_since = CASE WHEN t.status = 'unknown' THEN now() END,
                    due_at = CASE
                        WHEN d.message_sid IS NOT NULL AND textonce.status_rank(d.status) >= 5 THEN NULL
                        WHEN d.cancel_requested_at IS NULL OR t.status = 'unknown' THEN now() + t.wait
                        WHEN t.sid IS NOT NULL THEN now()
                    END,
                    updated_at = now()
                FROM outcomes AS t
                WHERE d.id = t.id
                  AND (CASE
                        WHEN t.sid IS NULL THEN d.status = 'reserved' AND d.attempt = t.attempt
                        ELSE d.message_sid IS NULL OR d.message_sid = t.sid
                      END)
                RETURNING d.id, d.status,
                    (SELECT before.status FROM textonce.deliveries AS before WHERE before.id = d.id) AS old_status
            )
            """ + Timeline.ANSWER_ENTRY + """
            SELECT t.id, 'answer', CASE WHEN c.status = 'canceled' THEN c.status ELSE t.status END, c.status, t.sid,
                t.code, t.detail, NULL, CASE WHEN t.status = 'held' AND c.status = 'held' THEN now() + t.wait END,
                t.called_at, t.http_status, t.request_id
            FROM outcomes AS t LEFT JOIN changed AS c ON c.id = t.id AND c.status <> c.old_status
            RETURNING delivery_id, new_status
            """;

    private final JdbcTemplate jdbc;
    // By the delivery's id, as callbacks are too.
    private final StatementBatcher<Outcome, Boolean> batches =
            new StatementBatcher<>("outcomes", Outcome::id, Comparator.comparing(Outcome::id), this::record);

    public OutcomeRepository(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Records an outcome; returns whether it changed the delivery's status. */
    public boolean record(Outcome outcome) {
        return batches.with(outcome);
    }

    private List<Boolean> record(List<Outcome> outcomes) {
        var changed = new HashSet<UUID>();
        jdbc.query(
                new Columns<>(outcomes)
                        .add("uuid", Outcome::id)
                        .add("int4", Outcome::attempt)
                        .add("text", Outcome::status)
                        .add("text", Outcome::sid)
                        .add("int4", Outcome::code)
                        .add("text", Outcome::words)
                        .add("interval", Outcome::again)
                        .add("timestamptz", outcome -> outcome.call().at())
                        .add("int4", outcome -> outcome.call().httpStatus())
                        .add("text", outcome -> outcome.call().requestId())
                        .in(RECORD),
                row -> {
                    if (row.getString("new_status") != null) {
                        changed.add(row.getObject("delivery_id", UUID.class));
                    }
                });
        return outcomes.stream().map(outcome -> changed.contains(outcome.id())).toList();
    }

    @Override
    public void close() {
        batches.close();
    }

    /**
     * Outcome of one call.
     *
     * @param id of the delivery
     * @param attempt claim of the call
     * @param status that it has now
     * @param sid Twilio's, if its response has one
     * @param code Twilio's error code, if its response has one
     * @param words for support
     * @param again after which it is checked again, or null
     * @param call that was made to Twilio
     */
    public record Outcome(
            UUID id,
            int attempt,
            DeliveryStatus status,
            @Nullable String sid,
            @Nullable Integer code,
            @Nullable String words,
            @Nullable Duration again,
            Call call) {

        /** Outcome without a call. */
        public Outcome(
                UUID id,
                int attempt,
                DeliveryStatus status,
                @Nullable String sid,
                @Nullable Integer code,
                @Nullable String words,
                @Nullable Duration again) {
            this(id, attempt, status, sid, code, words, again, Call.NONE);
        }
    }

    /**
     * Call to Twilio.
     *
     * @param at when it was made, or null if it was not
     * @param httpStatus of the response, or null without one
     * @param requestId Twilio's id of the request, if its response has one
     */
    public record Call(
            @Nullable Instant at,
            @Nullable Integer httpStatus,
            @Nullable String requestId) {

        public static final Call NONE = new Call(null, null, null);
    }
}
