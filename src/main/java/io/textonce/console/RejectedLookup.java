package io.textonce.console;

import io.textonce.http.ApiJson;
import io.textonce.privacy.NumberMask;
import io.textonce.tuning.SharedBuffers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/** Lookup of rejected events: which were rejected, for which field and reason; never a value. */
@Component
final class RejectedLookup {

    private static final Set<String> PARAMETERS =
            Set.of("client", "event", "eventId", "phone", "from", "to", "until", "since", "zone", "limit", "after");

    private static final String FIND = """
            SELECT id, rejected_at, source, client, event, event_id, phone_masked, field, reason
            FROM textonce.rejected_events
            WHERE (CAST(:client AS text) IS NULL OR client = :client)
              AND (CAST(:event AS text) IS NULL OR event = :event)
              AND (CAST(:eventId AS text) IS NULL OR event_id = :eventId)
              AND (CAST(:from AS uuid) IS NULL OR id >= :from)
              AND (CAST(:to AS uuid) IS NULL OR id < :to)
              AND (CAST(:after AS uuid) IS NULL OR id < :after)
              AND (CAST(:phoneHashes AS bytea[]) IS NULL OR phone_hash = ANY (CAST(:phoneHashes AS bytea[])))
            ORDER BY id DESC LIMIT :limit
            """;

    private static final String MATCH = """
            SELECT id, rejected_at, source, client, event, event_id, phone_masked, field, reason
            FROM textonce.rejected_events
            WHERE id IN (
                SELECT found.id FROM unnest(?) AS t CROSS JOIN LATERAL (
                    SELECT id FROM textonce.rejected_events
                    WHERE lower(event_id) COLLATE "C" >= t AND lower(event_id) COLLATE "C" < t || U&'\\+10FFFF'
                    LIMIT 1000) AS found
                UNION
                SELECT id FROM textonce.rejected_events WHERE phone_hash = ANY (?))
            ORDER BY id DESC LIMIT ?
            """;

    private final JdbcTemplate jdbc;
    private final Searches searches;
    private final ApiAudit lookups;

    RejectedLookup(ConsoleDatabase database, Searches searches, ApiAudit lookups) {
        this.lookups = lookups;
        this.jdbc = database.jdbc();
        this.searches = searches;
    }

    /** Returns the newest events of a search by client, event, event id, number or time. */
    List<Rejected> find(Search search) {
        return new NamedParameterJdbcTemplate(jdbc).query(FIND, search.row(), RejectedLookup::rejected);
    }

    /** Returns the newest events that match the text of the search box. */
    List<Rejected> match(String text) {
        return jdbc.query(
                MATCH,
                RejectedLookup::rejected,
                SearchBox.beginnings(text).toArray(String[]::new),
                searches.hashes(text),
                Search.PAGE);
    }

    private static Rejected rejected(ResultSet row, int number) throws SQLException {
        return new Rejected(
                row.getObject("id", UUID.class),
                row.getTimestamp("rejected_at").toInstant(),
                row.getString("source"),
                row.getString("client"),
                row.getString("event"),
                row.getString("event_id"),
                row.getString("phone_masked"),
                row.getString("field"),
                row.getString("reason"));
    }

    /** Answers a program: the rejected events that match all parameters, newest first. */
    void answer(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        var parameters = SearchParameters.of(exchange);
        var search = searches.by(parameters, PARAMETERS);
        lookups.record(request.getRemoteUser(), parameters, "searched", "rejected events");
        var found = find(search);
        var body = SharedBuffers.JSON.createObjectNode();
        var events = body.putArray("events");
        for (var one : found) {
            events.addObject()
                    .put("at", one.at().toString())
                    .put("source", one.source())
                    .put("client", one.client())
                    .put("event", one.event())
                    .put("eventId", one.eventId())
                    .put("phoneMasked", one.phone())
                    .put("field", one.field())
                    .put("reason", one.reason());
        }
        if (found.size() == search.limit()) {
            body.put("next", found.get(found.size() - 1).id().toString());
        }
        ApiJson.respond(exchange, body);
    }

    /** Rejected event. */
    public record Rejected(
            UUID id,
            Instant at,
            String source,
            @Nullable String client,
            @Nullable String event,
            @Nullable String eventId,
            @Nullable String phone,
            @Nullable String field,
            String reason) {

        /** Returns the event id for the pages, without a number that is part of it. */
        @Nullable
        public String shownId() {
            return eventId == null ? null : NumberMask.of(eventId, phone);
        }

        /** Returns the source in the words of the pages. */
        public String origin() {
            return switch (source) {
                case "http" -> "API";
                case "jms" -> "queue";
                case "file" -> "file upload";
                default -> source;
            };
        }
    }
}
