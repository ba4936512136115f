package io.textonce.delivery;

import io.textonce.event.EventDirectory;
import io.textonce.event.EventOutcome;
import io.textonce.event.EventRejected;
import io.textonce.event.Identifier;
import io.textonce.message.SmsDraft;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Cancellation of an event's message, at any time. A cancellation that overtakes its event claims the event's key, so
 * of the two one wins however close they are; the event then ends as canceled when it is received. A message that may
 * be at Twilio is not sent again, and the background worker cancels it there as long as Twilio can.
 */
@Component
public final class Cancellations {

    private static final Logger LOG = LoggerFactory.getLogger(Cancellations.class);

    /** Source of a row that holds the key of an event that has not come yet. */
    public static final String SOURCE = "cancellation";

    /** Claim of the key. It is a statement of its own: the next one sees the owner of the key. */
    private static final String TAKE_KEY = """
            WITH taken AS (
                INSERT INTO textonce.deliveries
                    (id, event, event_id, attempt, attempted_at, status, cancel_requested_at, reason, source,
                     payload_sha256, sender, purpose, consent_at, phone_masked, phone_hash, on_unknown)
                VALUES (?, ?, ?, 0, now(), 'canceled', now(), ?, '%s', '', '', '', now(), '', '', 'drop')
                ON CONFLICT (event_id, event) DO NOTHING
                RETURNING id, status, reason
            )
            """.formatted(SOURCE) + Timeline.ENTRY + """
            SELECT id, 'decision', status, NULL, NULL, NULL, reason, NULL, NULL FROM taken
            """;

    /**
     * Column with the effect of a cancellation on the rows of a table. A message whose outcome was left to an operator may be
     * at Twilio, whatever became of it here.
     */
    private static final String EFFECT = """
            CASE
                WHEN source = '%s' THEN 'pending'
                WHEN status IN ('held', 'canceled') AND unknown_since IS NOT NULL THEN 'requested'
                WHEN status IN ('held', 'rejected', 'suppressed', 'canceled') THEN 'canceled'
                WHEN status IN ('reserved', 'unknown', 'scheduled', 'accepted', 'queued') THEN 'requested'
                ELSE 'too_late'
            END AS effect
            FROM\s""".formatted(SOURCE);

    private static final String PREVIEW =
            "SELECT id, status, " + EFFECT + "textonce.deliveries WHERE event = ? AND event_id = ?";

    /**
     * Cancellation of an existing delivery, also of one that was dropped and that an operator could resend. A repetition
     * triggers another request to Twilio, and no second entry.
     */
    private static final String CANCEL = """
            WITH target AS (
                SELECT id, status, cancel_requested_at, unknown_since, source FROM textonce.deliveries
                WHERE event = ? AND event_id = ? FOR UPDATE
            ),
            changed AS (
                UPDATE textonce.deliveries AS d
                SET status = CASE WHEN d.status IN ('held', 'rejected', 'suppressed') THEN 'canceled' ELSE d.status END,
                    cancel_requested_at = coalesce(d.cancel_requested_at, now()),
                    reason = ?,
                    body = CASE WHEN d.status NOT IN ('held', 'rejected', 'suppressed', 'canceled') THEN d.body END,
                    due_at = CASE
                        WHEN d.status IN ('reserved', 'unknown') THEN d.due_at
                        WHEN d.status NOT IN ('held', 'rejected', 'suppressed', 'canceled') THEN now()
                    END,
                    updated_at = now()
                FROM target
                WHERE d.id = target.id
                  AND (d.status IN ('held', 'rejected', 'suppressed', 'reserved', 'unknown', 'scheduled', 'accepted', 'queued')
                      OR d.status = 'canceled' AND d.message_sid IS NULL AND d.cancel_requested_at IS NULL)
                RETURNING d.id, d.status, d.reason, target.status AS old_status,
                    target.cancel_requested_at IS NULL OR d.status <> target.status AS is_new
            ),
            recorded AS (
            """ + Timeline.ENTRY + """
                SELECT id, 'decision', status, CASE WHEN status <> old_status THEN status END, NULL, NULL, reason, NULL,
                    NULL
                FROM changed WHERE is_new
            )
            SELECT id,
            """ + EFFECT + "target";

    private static final String EXISTS =
            "SELECT EXISTS (SELECT FROM textonce.deliveries WHERE event = ? AND event_id = ?)";

    private static final String HAS = """
            SELECT EXISTS (
                SELECT FROM textonce.deliveries WHERE event = ? AND event_id = ? AND cancel_requested_at IS NOT NULL)
            """;

    private final JdbcTemplate jdbc;
    private final UrgentDatabase urgent;
    private final ForgottenWrites forgotten;
    private final Clock clock;
    private final EventDirectory events;

    Cancellations(
            JdbcTemplate jdbc, UrgentDatabase urgent, ForgottenWrites forgotten, Clock clock, EventDirectory events) {
        this.events = events;
        this.jdbc = jdbc;
        this.urgent = urgent;
        this.forgotten = forgotten;
        this.clock = clock;
    }

    /**
     * Cancels the message that the body names by event and eventId, and sets a list with one row of the effect, which is
     * the outcome. A preview changes nothing, and its row has the effect alone.
     *
     * @throws EventRejected when a name is missing, or is none that an event can have, or is that of no event
     */
    void cancelEvent(Exchange exchange) {
        Map<?, ?> body = Objects.requireNonNullElse(exchange.getMessage().getBody(Map.class), Map.of());
        String event = text(body, "event");
        String eventId = Identifier.of("eventId", text(body, "eventId"), SmsDraft.LONGEST_EVENT_ID);
        var preview = EventPreview.of(exchange);
        requireEvent(event, eventId, preview != null && preview.isOffline());
        if (preview != null) {
            var effect = preview.isOffline() ? CancelPreview.offline(event, eventId) : preview(event, eventId);
            preview.add(effect);
            exchange.getMessage().setBody(List.of(Map.of("effect", String.valueOf(effect.status()))));
            return;
        }
        var canceled = cancel(event, eventId, (String) body.get("reason"));
        exchange.setVariable("outcome", new EventOutcome(canceled.effect(), false));
        exchange.getMessage().setBody(List.of(Map.of("delivery", canceled.delivery(), "effect", canceled.effect())));
    }

    /** The key of an event that can never come would be claimed for nothing; that of a deleted event may have a message. */
    private void requireEvent(String event, String eventId, boolean isOffline) {
        if (!events.hasEvent(event)
                && (isOffline || !Boolean.TRUE.equals(jdbc.queryForObject(EXISTS, Boolean.class, event, eventId)))) {
            throw EventRejected.ofField("event", "is not the name of an event, in the cancellation");
        }
    }

    private static String text(Map<?, ?> body, String field) {
        if (body.get(field) instanceof String text && !text.isBlank()) {
            return text;
        }
        throw EventRejected.ofField(field, "is missing in the cancellation");
    }

    private EventPreview.Effect preview(String event, String eventId) {
        return jdbc
                .query(
                        PREVIEW,
                        (row, n) -> CancelPreview.of(
                                event,
                                eventId,
                                row.getObject("id", UUID.class),
                                DeliveryStatus.ofColumn(row.getString("status")),
                                row.getString("effect")),
                        event,
                        eventId)
                .stream()
                .findFirst()
                .orElseGet(() -> CancelPreview.pending(event, eventId));
    }

    /**
     * Cancels an event's message. If the database loses that within minutes, it is canceled once more.
     *
     * @param reason for the timeline
     */
    public Canceled cancel(String event, String eventId, String reason) {
        return forgotten.perform(
                () -> cancel(DeliveryId.next(clock.millis()), event, eventId, reason),
                canceled -> repeat(canceled, event, eventId, reason));
    }

    /**
     * Cancels messages of an event in one transaction of urgent work with what they are canceled for, so that no crash
     * comes between.
     *
     * @param eventIds writes that, and returns the ids of the messages
     */
    public void cancelAll(String event, Supplier<List<String>> eventIds, String reason) {
        forgotten.perform(
                () -> urgent.transaction().execute(status -> {
                    var canceled = new HashMap<String, Canceled>();
                    for (String eventId : eventIds.get()) {
                        var id = DeliveryId.next(clock.millis());
                        canceled.put(eventId, cancel(urgent.jdbc(), id, event, eventId, reason));
                    }
                    return canceled;
                }),
                canceled -> canceled.forEach((eventId, effect) -> repeat(effect, event, eventId, reason)));
    }

    private Canceled cancel(UUID id, String event, String eventId, String reason) {
        return cancel(jdbc, id, event, eventId, reason);
    }

    private static Canceled cancel(JdbcTemplate jdbc, UUID id, String event, String eventId, String reason) {
        jdbc.update(TAKE_KEY, id, event, eventId, reason);
        return jdbc.queryForObject(
                CANCEL,
                (row, n) -> new Canceled(row.getObject("id", UUID.class), row.getString("effect")),
                event,
                eventId,
                reason);
    }

    /** A delivery that is missing keeps its id: Twilio's callbacks name it. */
    private void repeat(Canceled canceled, String event, String eventId, String reason) {
        if (!canceled.effect().equals("too_late")
                && !Boolean.TRUE.equals(jdbc.queryForObject(HAS, Boolean.class, event, eventId))) {
            cancel(canceled.delivery(), event, eventId, reason);
            LOG.warn("{}: canceled once more, since the database had forgotten it", canceled.delivery());
        }
    }

    /**
     * Effect of a cancellation.
     *
     * @param effect canceled: never sent; requested: may be at Twilio, and is canceled there if still possible; pending:
     *     its event has not been received yet; too_late: it was sent or is final
     */
    public record Canceled(UUID delivery, String effect) {}
}
