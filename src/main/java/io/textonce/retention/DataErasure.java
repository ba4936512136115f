package io.textonce.retention;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.delivery.ErasureRepository;
import io.textonce.event.EventRejected;
import io.textonce.http.ApiJson;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.WrittenNumbers;
import io.textonce.security.OperatorAct;
import io.textonce.tuning.SharedBuffers;
import io.textonce.twilio.TwilioFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jms.JmsException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Erasure of a person's data: the number, its hashes and all texts, wherever they are ours. The keyed hash of a number
 * that has opted out stays, since without it the person would get messages again.
 */
@Component
final class DataErasure {

    private static final Logger LOG = LoggerFactory.getLogger(DataErasure.class);

    /** Everything but the deliveries. An opt-out stays, as a keyed hash. */
    private static final String ERASE = """
            WITH inbound AS (
                DELETE FROM textonce.inbound_messages WHERE phone_hash = ANY (CAST(:hashes AS bytea[]))
                RETURNING message_sid
            ),
            incidents AS (
                UPDATE textonce.incident_alerts SET phone = NULL, phone_hash = ''
                WHERE phone_hash = ANY (CAST(:hashes AS bytea[]))
            ),
            alerts AS (
                UPDATE textonce.incident_messages SET phone = NULL, phone_hash = '', due_at = NULL
                WHERE phone_hash = ANY (CAST(:hashes AS bytea[]))
            ),
            replies AS (
                DELETE FROM textonce.incident_replies WHERE phone_hashes && CAST(:hashes AS bytea[])
            ),
            approvals AS (
                DELETE FROM textonce.verify_approvals WHERE phone = ANY (CAST(:spellings AS text[])) RETURNING id
            ),
            counts AS (
                DELETE FROM textonce.verify_counts
                WHERE kind IN ('number', 'check') AND key = ANY (CAST(:keys AS text[]))
                RETURNING key
            ),
            rejected AS (
                DELETE FROM textonce.rejected_events WHERE phone_hash = ANY (CAST(:hashes AS bytea[]))
            ),
            audit AS (
                UPDATE textonce.audit_entries SET phone_hash = NULL
                WHERE phone_hash = ANY (CAST(:hashes AS bytea[]))
            ),
            files AS (
                INSERT INTO textonce.file_erasures (id, phone_hashes, last_digits)
                VALUES (gen_random_uuid(), CAST(:hashes AS bytea[]), :lastDigits)
            )
            SELECT (SELECT count(*) FROM inbound) AS inbound,
                (SELECT count(*) FROM approvals) + (SELECT count(*) FROM counts) AS verifications,
                EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (CAST(:hashes AS bytea[]))) AS opted_out
            """;

    private final NamedParameterJdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final ErasureRepository deliveries;
    private final PhoneNumbers phones;
    private final PhoneHash phoneHash;
    private final Retention retention;
    private final DeadLetterErasure deadLetters;
    private final FileErasures files;
    private final ApplicationEventPublisher acts;

    DataErasure(
            NamedParameterJdbcTemplate jdbc,
            TransactionOperations transactions,
            ErasureRepository deliveries,
            PhoneNumbers phones,
            PhoneHash phoneHash,
            Retention retention,
            DeadLetterErasure deadLetters,
            FileErasures files,
            ApplicationEventPublisher acts) {
        this.acts = acts;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.deliveries = deliveries;
        this.phones = phones;
        this.phoneHash = phoneHash;
        this.retention = retention;
        this.deadLetters = deadLetters;
        this.files = files;
    }

    /** Reads the number from the body, which no access log has. */
    void read(Exchange exchange) throws IOException {
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        String phone = ApiJson.read(request.getInputStream().readAllBytes())
                .path("phone")
                .asText("");
        exchange.setVariable("caller", OperatorAct.actor(request.getRemoteUser()));
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(phone);
    }

    /** Builds the parameters of both statements from the number in the body. */
    void person(Exchange exchange) {
        String phone = phones.canonical(exchange.getMessage().getBody(String.class));
        if (!phones.isE164(phone)) {
            throw EventRejected.ofNumber("phone");
        }
        byte[][] hashes = phoneHash.all(phone);
        Map<String, Object> person = new HashMap<>();
        person.put("phone", phone);
        person.put("spellings", phones.spellings(phone).toArray(String[]::new));
        person.put("hashes", hashes);
        person.put("lastDigits", WrittenNumbers.lastDigits(phone));
        person.put("keys", Arrays.stream(hashes).map(HexFormat.of()::formatHex).toArray(String[]::new));
        exchange.setVariable("person", person);
        exchange.getMessage().setBody(person);
    }

    /** Redacts the messages at Twilio first, if configured: afterwards their SIDs are unknown. */
    void redact(Exchange exchange) {
        var found = (Map<?, ?>) exchange.getMessage().getBody(List.class).get(0);
        var sids = (String) found.get("sids");
        try {
            exchange.setVariable("redacted", retention.redact(sids == null ? List.of() : List.of(sids.split(","))));
        } catch (TwilioFailure e) {
            throw new EventRejected(503, "try_again", "Could not connect to Twilio. Nothing was erased; retry.");
        }
    }

    /** Erases the person in all tables at once; of a request over the API the audit log has the caller. */
    @SuppressWarnings("unchecked")
    void erase(Exchange exchange) {
        Map<String, ?> person = exchange.getVariable("person", Map.class);
        exchange.getMessage().setBody(transactions.execute(status -> {
            var erased = deliveries.erase((byte[][]) person.get("hashes"));
            var done = new HashMap<>(jdbc.queryForMap(ERASE, person));
            done.put("letters", deadLetters.forgetStored(spellings(person)));
            done.put("deliveries", erased.deliveries());
            done.put("canceled", erased.canceled());
            done.put("pending", erased.pending());
            String caller = exchange.getVariable("caller", String.class);
            if (caller != null) {
                acts.publishEvent(new OperatorAct(
                        caller,
                        "erased",
                        phones.mask((String) person.get("phone")),
                        null,
                        exchange.getVariable("reason", "over the API", String.class)));
            }
            return done;
        }));
    }

    /** Erases the queues and responds with the report. */
    void report(Exchange exchange) throws JsonProcessingException {
        var done = exchange.getMessage().getBody(Map.class);
        var person = exchange.getVariable("person", Map.class);
        var report = new LinkedHashMap<String, Object>();
        report.put("deliveries", done.get("deliveries"));
        report.put("canceled", done.get("canceled"));
        report.put("pending", done.get("pending"));
        report.put("redactedAtTwilio", exchange.getVariable("redacted"));
        report.put("inboundTexts", done.get("inbound"));
        report.put("verifications", done.get("verifications"));
        String phone = (String) person.get("phone");
        report.put("deadLetters", forget(spellings(person)) + ((Number) done.get("letters")).intValue());
        report.put("rejectedLines", forgetLines((byte[][]) person.get("hashes"), phone));
        report.put("optOutKept", done.get("opted_out"));
        if (!deadLetters.notSearched().isEmpty()) {
            report.put("notSearched", deadLetters.notSearched());
        }
        LOG.info("A person's data was erased: {}", report);
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(SharedBuffers.JSON.writeValueAsString(report));
    }

    private static Set<String> spellings(Map<?, ?> person) {
        return Set.of((String[]) person.get("spellings"));
    }

    /** Erases the queues; the tables are erased by now, and a repeated request does the rest. */
    private int forget(Set<String> spellings) {
        try {
            return deadLetters.forget(spellings);
        } catch (JmsException e) {
            LOG.warn("The queues could not be searched during an erasure: {}", e.getMessage());
            throw new EventRejected(
                    503,
                    "try_again",
                    "The broker could not be reached: everything except the queues was erased. Repeat the request.");
        }
    }

    /** Erases this instance's reject files; the others follow within a minute. */
    private int forgetLines(byte[][] hashes, String phone) {
        try {
            return files.erase(List.of(hashes), Set.of(WrittenNumbers.lastDigits(phone)));
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("The reject files could not be searched during an erasure: {}", e.toString());
            throw new EventRejected(
                    503,
                    "try_again",
                    "The inbox could not be read or written: everything except its reject files was erased."
                            + " Repeat the request.");
        }
    }
}
