package io.textonce.retention;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.ErasureRepository;
import io.textonce.intake.file.InboxErasure;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Retention job: clears personal data and purges old rows in small steps. Each takes a bounded number of rows that no
 * other transaction has locked, and commits, so that no message waits for it.
 */
@Component
final class Retention {

    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    private static final int BATCH = 500;

    /** Purge of inbound messages. A START is kept, without its text: an import of older opt-outs must not undo it. */
    private static final String PURGE_INBOUND = """
            DELETE FROM textonce.inbound_messages
            WHERE message_sid IN (
                SELECT message_sid FROM textonce.inbound_messages
                WHERE received_at < now() - CAST(? AS interval)
                  AND (kind <> 'start' OR phone IS NOT NULL OR received_at < now() - CAST(? AS interval))
                ORDER BY received_at LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    private static final String PURGE_LETTERS = """
            DELETE FROM textonce.dead_letters
            WHERE sha256 IN (
                SELECT sha256 FROM textonce.dead_letters
                WHERE created_at < now() - CAST(? AS interval)
                ORDER BY created_at LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    /** Purge of approvals that were never published, as while the jms intake does not run. */
    private static final String PURGE_APPROVALS = """
            DELETE FROM textonce.verify_approvals
            WHERE id IN (
                SELECT id FROM textonce.verify_approvals
                WHERE approved_at < now() - CAST(? AS interval)
                LIMIT ? FOR UPDATE SKIP LOCKED)
            """;

    /** Erasure of numbers that were never alerted. */
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

    private static final String PURGE_REJECTED = purgeOf("rejected_events", "rejected_at");
    private static final String PURGE_AUDIT = purgeOf("audit_entries", "happened_at");

    private static final String PURGE_FILES = purgeOf("file_runs", "started_at");

    /** Purge of bulk actions and, by cascade, of their messages. */
    private static final String PURGE_BULK = purgeOf("bulk_actions", "finished_at");

    private static final String BEFORE = "SELECT now() - CAST(? AS interval)";

    private static final String PURGE_FILE_ERASURES =
            "DELETE FROM textonce.file_erasures WHERE requested_at <= now() - interval '1 day'";

    private static final String DRIFT = """
            SELECT count(*) FROM textonce.opt_outs WHERE source = 'twilio' AND opted_out_at > now() - interval '1 day'
            """;

    private final JdbcTemplate jdbc;
    private final ErasureRepository deliveries;
    private final TwilioMessages messages;
    private final InboxErasure inbox;
    private final TextOnceProperties.Retention settings;
    private final String[] subscribers;
    private final Clock clock;
    private final AtomicLong drift = new AtomicLong();
    private final RepeatedLines failures = new RepeatedLines();

    @Autowired
    Retention(
            JdbcTemplate jdbc,
            ErasureRepository deliveries,
            TwilioMessages messages,
            InboxErasure inbox,
            TextOnceProperties settings,
            Clock clock,
            MeterRegistry meters) {
        this(jdbc, deliveries, messages, inbox, settings.retention(), settings.subscribers(), clock);
        Gauge.builder("textonce.opt_outs.drift", this::drift)
                .description("Opt-outs of the last day known only from a rejection by Twilio")
                .register(meters);
    }

    /** @param subscribers to which each status change is published */
    Retention(
            JdbcTemplate jdbc,
            ErasureRepository deliveries,
            TwilioMessages messages,
            InboxErasure inbox,
            TextOnceProperties.Retention settings,
            Set<String> subscribers,
            Clock clock) {
        this.jdbc = jdbc;
        this.deliveries = deliveries;
        this.messages = messages;
        this.inbox = inbox;
        this.settings = settings;
        this.subscribers = subscribers.toArray(String[]::new);
        this.clock = clock;
    }

    /** Returns the purge of a table whose ids rise with time, by one of its columns. */
    private static String purgeOf(String table, String column) {
        return """
                DELETE FROM textonce.%1$s
                WHERE id IN (
                    SELECT id FROM textonce.%1$s
                    WHERE id < ? AND %2$s < now() - CAST(? AS interval)
                    ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED)
                """.formatted(table, column);
    }

    /** Runs one step of clearing. The scheduler repeats it at once while there was something to do. */
    void clear(Exchange exchange) {
        var old = deliveries.toClear(before(settings.personalData()), settings.personalData(), BATCH);
        int cleared = deliveries.clear(old.stream()
                .filter(each -> each.sid() == null || redacted(each.sid()))
                .toList());
        String age = settings.personalData().toString();
        jdbc.update(PURGE_FILE_ERASURES);
        int others = jdbc.update(PURGE_INBOUND, age, settings.deliveries().toString(), BATCH)
                + jdbc.update(CLEAR_INCIDENTS, age, BATCH)
                + jdbc.update(PURGE_LETTERS, age, BATCH)
                + jdbc.update(PURGE_APPROVALS, age, BATCH)
                + jdbc.update(
                        PURGE_REJECTED,
                        before(settings.rejectedEvents()),
                        settings.rejectedEvents().toString(),
                        BATCH)
                + jdbc.update(PURGE_FILES, before(settings.personalData()), age, BATCH)
                + purgeFiles();
        worked(
                exchange,
                "Cleared the numbers and texts of {} deliveries and {} inbound messages, alerts, approvals, dead letters, rejected events, files and runs of files",
                cleared,
                others);
    }

    private int purgeFiles() {
        try {
            // Rejected lines are in no table: an instance whose clock is wrong must not delete them.
            return inbox.purge(Objects.requireNonNull(jdbc.queryForObject(
                            BEFORE, Timestamp.class, settings.files().toString()))
                    .toInstant());
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("Old files of the inbox could not be deleted; this is retried: {}", e.toString());
            return 0;
        }
    }

    /** Runs one step of purging. */
    void purge(Exchange exchange) {
        String age = settings.deliveries().toString();
        int purged = deliveries.purge(subscribers, before(settings.deliveries()), settings.deliveries(), BATCH);
        int others = deliveries.purgeUnknown(settings.deliveries(), BATCH)
                + jdbc.update(PURGE_AUDIT, before(settings.deliveries()), age, BATCH)
                + jdbc.update(PURGE_BULK, before(settings.deliveries()), age, BATCH)
                + jdbc.update(PURGE_INCIDENTS, age, BATCH)
                + jdbc.update(PURGE_ALERTS, age, BATCH);
        worked(
                exchange,
                "Purged {} deliveries and {} incidents, alerts, audit entries and unmatched callbacks",
                purged,
                others);
    }

    /** Counts the opt-outs of the last day that are known only from a rejection by Twilio. */
    void compare() {
        Long count = jdbc.queryForObject(DRIFT, Long.class);
        drift.set(count == null ? 0 : count);
    }

    long drift() {
        return drift.get();
    }

    /** Redacts a message at Twilio, if configured; a transient failure is retried later. */
    boolean redacted(String sid) {
        try {
            redact(List.of(sid));
            return true;
        } catch (TwilioFailure e) {
            failures.log(
                    String.valueOf(e.getMessage()),
                    omitted -> LOG.info(
                            "{} could not be redacted yet; it is retried: {} ({} more since the last line)",
                            sid,
                            e.getMessage(),
                            omitted));
            return false;
        }
    }

    /**
     * Redacts messages at Twilio, if configured and as far as Twilio allows it.
     *
     * @return number of redacted messages
     * @throws TwilioFailure on a transient failure
     */
    int redact(List<String> sids) {
        int done = 0;
        for (String sid : settings.redactAtTwilio() ? sids : List.<String>of()) {
            try {
                messages.redact(sid);
                done++;
            } catch (TwilioFailure.Rejected e) {
                LOG.warn("Twilio rejected the redaction of {}: {}", sid, e.getMessage());
            }
        }
        return done;
    }

    private UUID before(Duration age) {
        return DeliveryId.first(clock.instant().minus(age));
    }

    /** Records whether one of the steps found something; without that, the scheduler assumes so. */
    private static void worked(Exchange exchange, String words, int one, int other) {
        boolean before = exchange.getProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false, Boolean.class);
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, before || one + other > 0);
        if (one + other > 0) {
            LOG.info(words, one, other);
        }
    }
}
