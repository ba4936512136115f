package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.event.EventRejected;
import io.textonce.http.ApiJson;
import io.textonce.http.ApplicationPath;
import io.textonce.phone.PhoneTimeZones;
import io.textonce.tuning.SharedBuffers;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.stereotype.Component;

/** Delivery lookup for support: every decision and response, no phone number and no text. */
@Component
final class DeliveryLookup {

    private static final String BASE = "/api/deliveries/";
    private static final Set<String> SHOWN_SEPARATELY =
            Set.of("timeline", "may_be_sent_again", "is_stored", "phone", "phone_hash", "twilio_options");

    private final Searches searches;
    private final PhoneTimeZones zones;
    private final TimelineText timelineText;
    private final AuditLog audit;
    private final ApiAudit lookups;

    DeliveryLookup(
            Searches searches, PhoneTimeZones zones, TimelineText timelineText, AuditLog audit, ApiAudit lookups) {
        this.audit = audit;
        this.lookups = lookups;
        this.searches = searches;
        this.zones = zones;
        this.timelineText = timelineText;
    }

    void byId(Exchange exchange) {
        var request = request(exchange);
        var zone = searches.by(zone(request)).zone();
        var id = id(ApplicationPath.of(request).substring(BASE.length()));
        audit.record(request.getRemoteUser(), "viewed", id, "over the API");
        find(exchange, Search.byId(id), zone);
    }

    void byQuery(Exchange exchange) {
        var search = search(exchange, "searched");
        find(exchange, search, search.zone());
    }

    /** Returns a search and records it. */
    Search search(Exchange exchange, String verb) {
        var parameters = SearchParameters.of(exchange);
        var search = searches.by(parameters);
        lookups.record(request(exchange).getRemoteUser(), parameters, verb, "messages");
        return search;
    }

    void one(Exchange exchange) throws JsonProcessingException {
        var rows = rows(exchange);
        if (rows.isEmpty()) {
            throw notFound();
        }
        ApiJson.respond(exchange, delivery(rows.get(0), zone(exchange)));
    }

    void all(Exchange exchange) throws JsonProcessingException {
        var found = SharedBuffers.JSON.createObjectNode();
        var deliveries = found.putArray("deliveries");
        var rows = rows(exchange);
        for (var row : rows) {
            deliveries.add(delivery(row, zone(exchange)));
        }
        if (rows.size() == exchange.getVariable("limit", Integer.class)) {
            found.put("next", rows.get(rows.size() - 1).get("id").toString());
        }
        ApiJson.respond(exchange, found);
    }

    static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw notFound();
        }
    }

    static EventRejected notFound() {
        return new EventRejected(404, "not_found", "Unknown delivery.");
    }

    static HttpServletRequest request(Exchange exchange) {
        return exchange.getMessage(PlatformHttpMessage.class).getRequest();
    }

    private static Map<String, String[]> zone(HttpServletRequest request) {
        String zone = request.getParameter("zone");
        return zone == null ? Map.of() : Map.of("zone", new String[] {zone});
    }

    static void find(Exchange exchange, Search search, @Nullable ZoneId zone) {
        exchange.setVariable("zone", zone);
        exchange.setVariable("limit", search.limit());
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(search.row());
    }

    private static @Nullable ZoneId zone(Exchange exchange) {
        return exchange.getVariable("zone", ZoneId.class);
    }

    /** Returns the recipient's time zone: the event's, else the number's if it has one; null if unknown. */
    @Nullable
    ZoneId recipientsZone(Map<String, Object> row) {
        var ofEvent = PhoneTimeZones.known((String) row.get("time_zone"));
        if (ofEvent != null) {
            return ofEvent;
        }
        var found = row.get("phone") == null ? List.<ZoneId>of() : zones.of((String) row.get("phone"));
        return found.size() == 1 ? found.get(0) : null;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(Exchange exchange) {
        return exchange.getMessage().getBody(List.class);
    }

    private ObjectNode delivery(Map<String, Object> row, @Nullable ZoneId requested) throws JsonProcessingException {
        var node = SharedBuffers.JSON.createObjectNode();
        var zone = requested == null ? recipientsZone(row) : requested;
        for (var column : row.entrySet()) {
            Object value = column.getValue();
            if (value == null || SHOWN_SEPARATELY.contains(column.getKey())) {
                continue;
            }
            String name = JdbcUtils.convertUnderscoreNameToPropertyName(column.getKey());
            if (value instanceof java.sql.Timestamp at) {
                time(node, name, at.toInstant(), zone);
            } else if (value instanceof Integer number) {
                node.put(name, number);
            } else {
                node.put(name, value.toString());
            }
        }
        var timeline = node.putArray("timeline");
        for (var entry : timelineText.entries(row, timeline(row))) {
            timeline.add(entry(entry, zone));
        }
        return node;
    }

    JsonNode timeline(Map<String, Object> row) throws JsonProcessingException {
        return SharedBuffers.JSON.readTree(String.valueOf(row.get("timeline")));
    }

    private ObjectNode entry(TimelineText.Entry entry, @Nullable ZoneId zone) {
        var node = SharedBuffers.JSON.createObjectNode();
        time(node, "at", entry.at(), zone);
        node.put("kind", entry.kind()).put("status", entry.status()).put("summary", entry.summary());
        node.put("sid", entry.sid()).put("code", entry.code()).put("detail", entry.detail());
        if (entry.actor() != null) {
            node.put("actor", entry.actor());
        }
        if (entry.until() != null) {
            time(node, "until", entry.until(), zone);
        }
        if (entry.call() != null) {
            time(node, "calledAt", entry.call().at(), zone);
            node.put("httpStatus", entry.call().http())
                    .put("requestId", entry.call().request());
        }
        return node;
    }

    /** Adds a time in UTC and, if requested, in another zone. */
    private static void time(ObjectNode node, String name, Instant time, @Nullable ZoneId zone) {
        node.put(name, time.toString());
        if (zone != null && !zone.normalized().equals(ZoneOffset.UTC)) {
            node.put(
                    name.equals("at") ? "local" : name + "Local",
                    DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atZone(zone)));
        }
    }
}
