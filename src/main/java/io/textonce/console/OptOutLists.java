package io.textonce.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.delivery.OptOuts;
import io.textonce.event.EventRejected;
import io.textonce.event.Utf8Text;
import io.textonce.http.ApiJson;
import io.textonce.tuning.SharedBuffers;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Import and export of opt-outs, as JSON and CSV. Only hashes of numbers are stored with them: an export has the number
 * itself as long as a delivery has it. Both are in the audit log.
 */
@Component
final class OptOutLists {

    private static final String PAGE_AFTER = """
            SELECT encode(o.phone_hash, 'hex') AS phone_hash, d.phone, d.phone_masked, o.sender, o.source, o.opted_out_at
            FROM textonce.opt_outs AS o LEFT JOIN LATERAL (
                SELECT phone, phone_masked FROM textonce.deliveries
                WHERE phone_hash = o.phone_hash ORDER BY phone IS NULL, id DESC LIMIT 1) AS d ON true
            WHERE (o.phone_hash, o.sender) > (?, ?)
            ORDER BY o.phone_hash, o.sender LIMIT ?
            """;

    private final JdbcTemplate jdbc;
    private final OptOuts optOuts;
    private final OptOutReader reader;
    private final AuditLog audit;

    OptOutLists(ConsoleDatabase database, OptOuts optOuts, OptOutReader reader, AuditLog audit) {
        this.jdbc = database.jdbc();
        this.optOuts = optOuts;
        this.reader = reader;
        this.audit = audit;
    }

    /** Responds with a page of opt-outs; {@code next} is the {@code after} of the next one. */
    void list(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        if (!Set.of("after").containsAll(request.getParameterMap().keySet())) {
            throw EventRejected.ofField("query", "has a parameter other than after");
        }
        var rows = page(Position.of(request.getParameter("after")));
        audit.record(request.getRemoteUser(), "exported", null, null, "opt-outs");
        var answer = SharedBuffers.JSON.createObjectNode();
        var list = answer.putArray("optOuts");
        rows.forEach(row -> list.add(members(row)));
        if (rows.size() == CsvExport.PAGE) {
            answer.put("next", Position.ofRow(rows.get(rows.size() - 1)).toString());
        }
        ApiJson.respond(exchange, answer);
    }

    private static ObjectNode members(Map<String, Object> row) {
        var members = SharedBuffers.JSON.createObjectNode();
        members.put("phoneHash", (String) row.get("phone_hash"));
        if (row.get("phone") != null) {
            members.put("phone", (String) row.get("phone"));
        }
        if (row.get("phone_masked") != null) {
            members.put("phoneMasked", (String) row.get("phone_masked"));
        }
        return members.put("sender", (String) row.get("sender"))
                .put("source", (String) row.get("source"))
                .put(
                        "optedOutAt",
                        ((java.sql.Timestamp) row.get("opted_out_at"))
                                .toInstant()
                                .toString());
    }

    /** Streams all opt-outs as CSV, in the form that can be imported. */
    void export(Exchange exchange) {
        audit.record(DeliveryLookup.request(exchange).getRemoteUser(), "exported", null, null, "all opt-outs");
        CsvExport.respond(
                exchange,
                "attachment; filename=\"opt-outs.csv\"",
                CsvExport.stream(
                        OptOutReader.COLUMNS, last -> page(last == null ? Position.of(null) : Position.ofRow(last))));
    }

    /** Imports the opt-outs in the body, all or none, and responds with what became of them. */
    void add(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        String type = String.valueOf(request.getContentType());
        var entries = type.startsWith("text/csv")
                ? reader.csv(csv(exchange.getMessage().getBody(byte[].class)))
                : reader.json(ApiJson.read(exchange));
        String user = request.getRemoteUser();
        var imported = optOuts.importAll(
                entries,
                result -> audit.record(
                        user, "imported", null, null, "opt-outs: " + result.added() + " new of " + entries.size()));
        var answer = SharedBuffers.JSON
                .createObjectNode()
                .put("added", imported.added())
                .put("known", imported.known())
                .put("ignored", imported.ignored())
                .put("stopped", imported.stopped());
        var senders = answer.putArray("senders");
        entries.stream().flatMap(entry -> entry.senders().stream()).distinct().forEach(senders::add);
        ApiJson.respond(exchange, answer);
    }

    private static String csv(byte @Nullable [] body) {
        String text = body == null ? "" : Utf8Text.orNull(body);
        if (text == null) {
            throw EventRejected.ofField("body", "is not CSV in UTF-8");
        }
        return text;
    }

    private List<Map<String, Object>> page(Position after) {
        return jdbc.queryForList(PAGE_AFTER, after.hash, after.sender, CsvExport.PAGE);
    }

    /** Key of an opt-out, after which the next page begins. */
    private record Position(byte[] hash, String sender) {

        static Position of(@Nullable String text) {
            if (text == null) {
                return new Position(new byte[0], "");
            }
            if (!text.matches("([0-9a-f]{2}){1,64}:.*")) {
                throw EventRejected.ofField("after", "must be the next of the page before");
            }
            int colon = text.indexOf(':');
            return new Position(HexFormat.of().parseHex(text.substring(0, colon)), text.substring(colon + 1));
        }

        static Position ofRow(Map<String, Object> row) {
            return new Position(HexFormat.of().parseHex((String) row.get("phone_hash")), (String) row.get("sender"));
        }

        @Override
        public String toString() {
            return HexFormat.of().formatHex(hash) + ":" + sender;
        }
    }
}
