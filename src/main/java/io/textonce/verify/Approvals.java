package io.textonce.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.UrgentDatabase;
import io.textonce.peer.DueWork;
import io.textonce.settings.TextOnceProperties;
import io.textonce.tuning.SharedBuffers;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Outbox of approved numbers. An approval is stored before the response to its caller and published at least once,
 * however long the broker is unavailable; a repeated event has the same id.
 */
@Component
final class Approvals implements DueWork {

    /** Type of the CloudEvent (https://cloudevents.io). */
    static final String TYPE = "verify.approved";

    private static final Logger LOG = LoggerFactory.getLogger(Approvals.class);

    /** Batch size of a run: while the broker is unavailable each row fails. */
    private static final int AT_ONCE = 20;

    private static final String KEEP = """
            INSERT INTO textonce.verify_approvals (id, verification_sid, phone, channel, caller) VALUES (?, ?, ?, ?, ?)
            """;

    private static final String DUE = "SELECT id FROM textonce.verify_approvals WHERE due_at <= now()";

    private static final String TAKE = """
            WITH due AS (
                %s ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED
            )
            UPDATE textonce.verify_approvals AS a SET due_at = now() + interval '30 seconds'
            FROM due WHERE a.id = due.id
            RETURNING a.id, a.verification_sid, a.phone, a.channel, a.caller, a.approved_at
            """.formatted(DUE);

    private static final String FORGET = "DELETE FROM textonce.verify_approvals WHERE id = ?";

    private final JdbcTemplate jdbc;
    private final URI source;
    private final boolean published;
    private final Counter lost;

    Approvals(UrgentDatabase database, TextOnceProperties settings, MeterRegistry meters) {
        this.jdbc = database.jdbc();
        this.source = settings.publicBaseUrls().get(0);
        this.published = settings.intakes().contains("jms");
        this.lost = Counter.builder("textonce.verify.approvals.lost")
                .description("Approvals that could not be stored, so that only their callers know of them")
                .register(meters);
    }

    @Override
    public String condition() {
        return published ? "EXISTS (" + DUE + ")" : "false";
    }

    /** Stores an approval. The code is used up, so the caller gets its response even if this fails. */
    void keep(String sid, String phone, String channel, String caller) {
        if (!published) {
            return;
        }
        try {
            jdbc.update(KEEP, UUID.randomUUID(), sid, phone, channel, caller);
        } catch (DataAccessException e) {
            lost.increment();
            LOG.error("Verification {} was approved but could not be stored; no event is published for it", sid, e);
        }
    }

    /** Leases due approvals, as the body. They become due again if they are not published. */
    void take(Exchange exchange) {
        List<Approval> taken = jdbc.query(TAKE, Approvals::read, AT_ONCE);
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !taken.isEmpty());
        exchange.getMessage().setBody(taken);
    }

    /** Builds the CloudEvent of the approval in the body. */
    void event(Exchange exchange) throws JsonProcessingException {
        var approval = exchange.getMessage().getBody(Approval.class);
        var event = SharedBuffers.JSON.createObjectNode();
        event.put("specversion", "1.0");
        event.put("id", approval.id().toString());
        event.put("source", source.toString());
        event.put("type", TYPE);
        event.put("time", approval.approvedAt().toString());
        event.put("datacontenttype", "application/json");
        event.putObject("data")
                .put("phone", approval.phone())
                .put("channel", approval.channel())
                .put("caller", approval.caller())
                .put("sid", approval.sid());
        exchange.setVariable("approval", approval.id());
        exchange.getMessage().setHeader("JMSType", TYPE);
        exchange.getMessage().setBody(SharedBuffers.JSON.writeValueAsString(event));
    }

    /** Removes a published approval. */
    void forget(Exchange exchange) {
        jdbc.update(FORGET, exchange.getVariable("approval", UUID.class));
    }

    private static Approval read(ResultSet row, int number) throws SQLException {
        return new Approval(
                row.getObject("id", UUID.class),
                row.getString("verification_sid"),
                row.getString("phone"),
                row.getString("channel"),
                row.getString("caller"),
                row.getTimestamp("approved_at").toInstant());
    }

    private record Approval(UUID id, String sid, String phone, String channel, String caller, Instant approvedAt) {

        @Override
        public String toString() {
            return "Approval[" + sid + "]";
        }
    }
}
