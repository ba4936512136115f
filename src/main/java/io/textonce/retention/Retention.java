package io.textonce.retention;

import io.textonce.delivery.DeliveryId;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Forgets in small steps: each takes a bounded number of rows that nobody else has taken, and commits, so that no text
 * waits for it. Ids of deliveries rise with time, so the oldest are found without looking at the rest; how old they are
 * the database's clock says, since an instance whose clock was wrong gave wrong ids.
 */
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private static final int BATCH = 500;

    private static final String TO_CLEAR = """
            SELECT id, message_sid FROM textonce.deliveries
            WHERE id < ? AND created_at < now() - CAST(? AS interval) AND phone IS NOT NULL AND due_at IS NULL
            ORDER BY id LIMIT ?
            """;

    private static final String CLEAR = """
            WITH old AS (
                SELECT id, status FROM textonce.deliveries
                WHERE id = ANY (?) AND phone IS NOT NULL AND due_at IS NULL
                ORDER BY id FOR UPDATE SKIP LOCKED
            ),
            given_up AS (
                INSERT INTO textonce.delivery_events (delivery_id, kind, status, detail, new_status)
                SELECT id, 'decision', 'canceled', 'Nobody decided; the text is not kept any longer', 'canceled'
                FROM old WHERE status = 'held'
            )
            UPDATE textonce.deliveries AS d
            SET phone = NULL, body = NULL, status = CASE WHEN d.status = 'held' THEN 'canceled' ELSE d.status END
            FROM old WHERE d.id = old.id
            """;

    /** What subscribers are still to be told of stays; those who are suspended are not waited for. */
    private static final String PURGE = """
            WITH awaited AS (
                SELECT min(published_id) AS published_id FROM textonce.outbox_cursors WHERE name = ANY (?) AND suspended_at IS NULL
            ),
            old AS (
                SELECT id FROM textonce.deliveries AS d
                WHERE id < ? AND created_at < now() - CAST(? AS interval) AND due_at IS NULL
                  AND NOT EXISTS (
                      SELECT FROM textonce.delivery_events AS e, awaited
                      WHERE e.delivery_id = d.id AND e.id > awaited.published_id AND e.new_status IS NOT NULL)
                ORDER BY id LIMIT ? FOR UPDATE OF d SKIP LOCKED
            ),
            told AS (
                DELETE FROM textonce.delivery_events AS e USING old WHERE e.delivery_id = old.id
            )
            DELETE FROM textonce.deliveries AS d USING old WHERE d.id = old.id
            """;

    private static final String PURGE_STRAY = """
            DELETE FROM textonce.delivery_events
            WHERE id IN (
                SELECT id FROM textonce.delivery_events
                WHERE delivery_id IS NULL AND happened_at < now() - CAST(? AS interval)
                ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    private static final String PURGE_INBOUND = """
            DELETE FROM textonce.inbound_messages
            WHERE message_sid IN (
                SELECT message_sid FROM textonce.inbound_messages
                WHERE received_at < now() - CAST(? AS interval)
                ORDER BY received_at LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    private static final String PURGE_LETTERS = """
            DELETE FROM textonce.dead_letters
            WHERE sha256 IN (
                SELECT sha256 FROM textonce.dead_letters
                WHERE created_at < now() - CAST(? AS interval)
                ORDER BY created_at LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    /** Numbers of those whose turn never came. */
    private static final String CLEAR_INCIDENTS = """
            UPDATE textonce.incident_alerts SET phone = NULL
            WHERE (incident_id, step) IN (
                SELECT a.incident_id, a.step
                FROM textonce.incident_alerts AS a JOIN textonce.incidents AS i ON i.event_id = a.incident_id
                WHERE a.phone IS NOT NULL AND i.due_at IS NULL AND i.created_at < now() - CAST(? AS interval)
                LIMIT ? FOR UPDATE OF a SKIP LOCKED)
            """;

    private static final String PURGE_INCIDENTS = """
            DELETE FROM textonce.incidents
            WHERE event_id IN (
                SELECT event_id FROM textonce.incidents
                WHERE due_at IS NULL AND created_at < now() - CAST(? AS interval)
                LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    private static final String PURGE_ALERTS = """
            DELETE FROM textonce.incident_messages
            WHERE event_id IN (
                SELECT t.event_id FROM textonce.incident_messages AS t
                WHERE t.alerted_at < now() - CAST(? AS interval)
                  AND NOT EXISTS (SELECT FROM textonce.incident_alerts AS a WHERE a.message_id = t.event_id)
                LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    private static final String DRIFT = """
            SELECT count(*) FROM textonce.opt_outs WHERE source = 'twilio' AND opted_out_at > now() - interval '1 day'
            """;

    private final JdbcTemplate jdbc;
    private final TwilioMessages messages;
    private final TextOnceProperties.Retention settings;
    private final String[] subscribers;
    private final Clock clock;
    private final AtomicLong drift = new AtomicLong();

    /** @param subscribers who are told of each change of a status */
    Retention(
            JdbcTemplate jdbc,
            TwilioMessages messages,
            TextOnceProperties.Retention settings,
            Set<String> subscribers,
            Clock clock) {
        this.jdbc = jdbc;
        this.messages = messages;
        this.settings = settings;
        this.subscribers = subscribers.toArray(String[]::new);
        this.clock = clock;
    }

    /** Takes one step of clearing. The scheduler comes back at once while there was something. */
    void clear(Exchange exchange) {
        var old = jdbc.query(
                TO_CLEAR,
                (row, n) -> new Old(row.getObject("id", UUID.class), row.getString("message_sid")),
                before(settings.personalData()),
                settings.personalData().toString(),
                BATCH);
        var ids = old.stream()
                .filter(each -> each.sid() == null || redacted(each.sid()))
                .map(Old::id)
                .toArray(UUID[]::new);
        int cleared = ids.length == 0 ? 0 : jdbc.update(CLEAR, (Object) ids);
        String age = settings.personalData().toString();
        int others = jdbc.update(PURGE_INBOUND, age, BATCH)
                + jdbc.update(CLEAR_INCIDENTS, age, BATCH)
                + jdbc.update(PURGE_LETTERS, age, BATCH);
        worked(
                exchange,
                "Cleared the numbers and texts of {} deliveries, {} texts of people, alerts and dead letters",
                cleared,
                others);
    }

    /** Takes one step of purging. */
    void purge(Exchange exchange) {
        String age = settings.deliveries().toString();
        int purged = jdbc.update(PURGE, subscribers, before(settings.deliveries()), age, BATCH);
        int others = jdbc.update(PURGE_STRAY, age, BATCH)
                + jdbc.update(PURGE_INCIDENTS, age, BATCH)
                + jdbc.update(PURGE_ALERTS, age, BATCH);
        worked(exchange, "Purged {} deliveries, {} incidents, alerts and callbacks of nobody", purged, others);
    }

    /** Counts the opt-outs of the last day that we know only because Twilio refused a text. */
    void compare(Exchange exchange) {
        Long count = jdbc.queryForObject(DRIFT, Long.class);
        drift.set(count == null ? 0 : count);
    }

    long drift() {
        return drift.get();
    }

    /** Has Twilio forget the text too, where that is asked for; what it can't be told now is left for the next time. */
    boolean redacted(String sid) {
        try {
            redact(List.of(sid));
            return true;
        } catch (TwilioFailure e) {
            LOG.info("{} could not be redacted yet: {}", sid, e.getMessage());
            return false;
        }
    }

    /**
     * Has Twilio forget the messages of these SIDs, where that is asked for and as far as it lets them go.
     *
     * @return how many it forgot
     * @throws TwilioFailure when Twilio can't be told now
     */
    int redact(List<String> sids) {
        int done = 0;
        for (String sid : settings.redactAtTwilio() ? sids : List.<String>of()) {
            try {
                messages.redact(sid);
                done++;
            } catch (TwilioFailure.Refused e) {
                LOG.warn("Twilio does not redact {}: {}", sid, e.getMessage());
            }
        }
        return done;
    }

    private UUID before(Duration age) {
        return DeliveryId.first(clock.instant().minus(age));
    }

    /** Says whether one of the steps found something; unless it is said, the scheduler takes it that one did. */
    private static void worked(Exchange exchange, String words, int one, int other) {
        boolean before = exchange.getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false, Boolean.class);
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, before || one + other > 0);
        if (one + other > 0) {
            LOG.info(words, one, other);
        }
    }

    private record Old(UUID id, @Nullable String sid) {}
}
