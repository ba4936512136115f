package io.textonce.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.ForgottenWrites;
import io.textonce.delivery.OptOuts;
import io.textonce.event.EventRejected;
import io.textonce.http.Problem;
import io.textonce.http.Twiml;
import io.textonce.peer.DueWork;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TwilioSid;
import io.textonce.tuning.SharedBuffers;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Handler of inbound messages. Twilio itself obeys STOP and START and answers HELP before it calls this webhook; here
 * opt-outs are recorded, so that nothing is claimed, held or scheduled for a recipient who has opted out.
 */
@Component
final class InboundMessages implements DueWork {

    private static final Logger LOG = LoggerFactory.getLogger(InboundMessages.class);

    /** Record of a message, unless it is repeated and the person was erased since. */
    private static final String RECORD = """
            INSERT INTO textonce.inbound_messages
                (message_sid, received_at, kind, phone_hash, recipient, service, phone, body, publish_at)
            SELECT :sid, coalesce(CAST(:at AS timestamptz), now()), :kind, :hash, :recipient, :service,
                CAST(:phone AS text), :body, CASE WHEN CAST(:phone AS text) IS NOT NULL THEN now() END
            WHERE NOT EXISTS (
                SELECT FROM textonce.file_erasures
                WHERE requested_at > CAST(:at AS timestamptz) AND CAST(:hash AS bytea) = ANY (phone_hashes))
            ON CONFLICT (message_sid) DO NOTHING
            RETURNING received_at
            """;

    private static final String UNPUBLISHED =
            "SELECT message_sid FROM textonce.inbound_messages WHERE publish_at <= now()";

    /** Lease of unpublished messages. If its holder dies they are due again. */
    private static final String TAKE = """
            WITH due AS (
                %s ORDER BY publish_at LIMIT 200 FOR UPDATE SKIP LOCKED
            )
            UPDATE textonce.inbound_messages AS i SET publish_at = now() + interval '30 s'
            FROM due WHERE i.message_sid = due.message_sid
            RETURNING i.message_sid, i.received_at, i.phone, i.recipient, i.service, i.body
            """.formatted(UNPUBLISHED);

    /** Time after its call in which a message is tried once more. */
    private static final Duration LAST_TRY = Duration.ofSeconds(9);

    private final NamedParameterJdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private final OptOuts optOuts;
    private final ForgottenWrites forgotten;
    private final PhoneNumbers phones;
    private final PhoneHash phoneHash;
    private final EventRouteGuard guard;
    private final Keywords keywords;
    /** True if there is a queue for messages other than those keywords. */
    private final boolean published;

    private final MeterRegistry meters;

    InboundMessages(
            NamedParameterJdbcTemplate jdbc,
            TransactionOperations transactions,
            OptOuts optOuts,
            ForgottenWrites forgotten,
            PhoneNumbers phones,
            PhoneHash phoneHash,
            TextOnceProperties settings,
            EventRouteGuard guard,
            MeterRegistry meters) {
        this.guard = guard;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.optOuts = optOuts;
        this.forgotten = forgotten;
        this.phones = phones;
        this.phoneHash = phoneHash;
        this.keywords = new Keywords(settings.consent().stopWords());
        this.published = settings.intakes().contains("jms");
        this.meters = meters;
    }

    @Override
    public String condition() {
        return published ? "EXISTS (" + UNPUBLISHED + ")" : "false";
    }

    /** Builds the row of {@code sms-inbound-record.sql} from the form, or rejects it with 400. */
    void read(Exchange exchange) {
        Map<?, ?> form = Objects.requireNonNullElse(exchange.getMessage().getBody(Map.class), Map.of());
        String sid = field(form, "MessageSid");
        String from = field(form, "From");
        String recipient = field(form, "To");
        if (sid == null || !TwilioSid.isMessage(sid) || from == null || recipient == null) {
            throw new EventRejected(400, "invalid callback", "MessageSid, From and To are required.");
        }
        String text = field(form, "Body");
        String kind = keywords.kind(field(form, "OptOutType"), text == null ? "" : text);
        // YES takes a STOP back, and is an answer to a question too.
        boolean forwarded = published && (kind.equals("text") || kind.equals("start"));
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put("sid", sid);
        row.put("from", from);
        row.put("text", text);
        row.put("kind", kind);
        row.put("masked", phones.mask(from));
        row.put("hash", phoneHash.of(from));
        row.put("recipient", recipient);
        row.put("service", field(form, "MessagingServiceSid"));
        row.put("phone", forwarded ? from : null);
        row.put("body", forwarded ? storable(text == null ? "" : text) : null);
        exchange.setVariable("inbound", row);
        exchange.getMessage().setBody(row);
    }

    /**
     * Records the row once, and obeys STOP and START with it; the body is how many messages that stopped, or none. If the
     * database loses that within minutes, it is done once more.
     */
    @SuppressWarnings("unchecked")
    void record(Exchange exchange) {
        Map<String, @Nullable Object> inbound = exchange.getVariable("inbound", Map.class);
        var recorded = forgotten.perform(() -> write(inbound, null), first -> {
            if (first.at != null && write(inbound, first.at).at != null) {
                LOG.warn("{}: recorded once more, since the database had forgotten it", inbound.get("sid"));
            }
        });
        exchange.getMessage().setBody(recorded.stopped);
    }

    private Recorded write(Map<String, @Nullable Object> inbound, @Nullable Timestamp at) {
        var row = new HashMap<>(inbound);
        row.put("at", at);
        return transactions.execute(status -> jdbc.queryForList(RECORD, row, Timestamp.class).stream()
                .map(received -> new Recorded(received, obey(inbound, received.toInstant())))
                .findFirst()
                .orElse(Recorded.REPEATED));
    }

    /** For every sender that the message came by. */
    private int obey(Map<String, ?> inbound, Instant at) {
        var senders = Stream.of(phones.canonical((String) inbound.get("recipient")), inbound.get("service"))
                .filter(Objects::nonNull)
                .map(String.class::cast)
                .toList();
        String from = (String) inbound.get("from");
        if (inbound.get("kind").equals("start")) {
            optOuts.start(from, senders, at);
        }
        return inbound.get("kind").equals("stop") ? optOuts.stop(from, senders, at) : 0;
    }

    /** Counts what came, logs what it stopped, and answers. */
    void respond(Exchange exchange) {
        var inbound = exchange.getVariable("inbound", Map.class);
        var stopped = exchange.getMessage().getBody(Integer.class);
        boolean first = stopped != null;
        meters.counter(
                        "textonce.inbound.received",
                        "kind",
                        (String) inbound.get("kind"),
                        "effect",
                        first ? "recorded" : "repeated")
                .increment();
        if (first) {
            LOG.info(
                    "{} sent {} ({}); {} messages were canceled",
                    inbound.get("masked"),
                    inbound.get("kind"),
                    inbound.get("sid"),
                    stopped);
        }
        Twiml.answer(exchange, 200);
    }

    /**
     * Returns whether a transient failure is retried: Twilio waits for 15 s, and does not repeat its call unless it is
     * configured so. A try may take the 3 s that a connection is waited for.
     */
    boolean isInTime(Exchange exchange) {
        return guard.isTransient(exchange) && exchange.getClock().elapsed() < LAST_TRY.toMillis();
    }

    /** Answers a failure with nothing to text; its status has Twilio call again, or call the fallback URL. */
    void failed(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        var problem = Problem.of(caught);
        if (problem.status() >= 500) {
            LOG.error("An inbound message could not be stored: {}", caught.toString());
        }
        Twiml.answer(exchange, problem.status());
    }

    /** Leases unpublished messages, as the body. */
    void take(Exchange exchange) {
        exchange.getMessage().setBody(jdbc.getJdbcTemplate().queryForList(TAKE));
    }

    /** Makes the queue's message of a row. The broker drops one that comes again by its SID. */
    void message(Exchange exchange) throws JsonProcessingException {
        Map<?, ?> row = exchange.getMessage().getBody(Map.class);
        String sid = (String) row.get("message_sid");
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("messageSid", sid);
        body.put("from", row.get("phone"));
        body.put("to", row.get("recipient"));
        body.put("messagingServiceSid", row.get("service"));
        body.put("body", row.get("body"));
        body.put("receivedAt", ((Timestamp) row.get("received_at")).toInstant().toString());
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader("_AMQ_DUPL_ID", sid);
        message.setHeader("sid", sid);
        message.setBody(SharedBuffers.JSON.writeValueAsString(body));
    }

    /** PostgreSQL can't hold NUL. */
    private static String storable(String text) {
        return text.replace('\0', '\uFFFD');
    }

    /** @param at null, as the number of stopped messages is, if it was recorded before */
    private record Recorded(
            @Nullable Timestamp at, @Nullable Integer stopped) {

        static final Recorded REPEATED = new Recorded(null, null);
    }

    private static @Nullable String field(Map<?, ?> form, String name) {
        return form.get(name) instanceof String value && !value.isEmpty() ? value : null;
    }
}
