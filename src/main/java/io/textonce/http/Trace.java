package io.textonce.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.delivery.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.jspecify.annotations.Nullable;

/** What support is told about deliveries: everything that was decided and answered, no number and no text. */
final class Trace {

    private static final String BASE = "/api/deliveries/";

    private final ObjectMapper json = new ObjectMapper();

    void byId(Exchange exchange) {
        String id = request(exchange).getRequestURI().substring(BASE.length());
        try {
            ask(exchange, UUID.fromString(id), null, null);
        } catch (IllegalArgumentException e) {
            throw notFound();
        }
    }

    void byQuery(Exchange exchange) {
        var request = request(exchange);
        String sid = request.getParameter("sid");
        String eventId = request.getParameter("eventId");
        if (sid == null && eventId == null) {
            throw new Refusal(400, "invalid_request", "Search by sid or by eventId.");
        }
        ask(exchange, null, sid, eventId);
    }

    void one(Exchange exchange) throws JsonProcessingException {
        var rows = rows(exchange);
        if (rows.isEmpty()) {
            throw notFound();
        }
        answer(exchange, delivery(rows.get(0)));
    }

    void all(Exchange exchange) throws JsonProcessingException {
        var found = json.createObjectNode();
        var deliveries = found.putArray("deliveries");
        for (var row : rows(exchange)) {
            deliveries.add(delivery(row));
        }
        answer(exchange, found);
    }

    private static HttpServletRequest request(Exchange exchange) {
        return exchange.getMessage(PlatformHttpMessage.class).getRequest();
    }

    private static Refusal notFound() {
        return new Refusal(404, "not_found", "There is no such delivery.");
    }

    private static void ask(Exchange exchange, @Nullable UUID id, @Nullable String sid, @Nullable String eventId) {
        Map<String, @Nullable Object> by = new HashMap<>();
        by.put("id", id);
        by.put("sid", sid);
        by.put("eventId", eventId);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(by);
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> rows(Exchange exchange) {
        return exchange.getMessage().getBody(List.class);
    }

    private ObjectNode delivery(Map<String, Object> row) throws JsonProcessingException {
        var node = json.createObjectNode();
        for (var column : row.entrySet()) {
            Object value = column.getValue();
            if (value == null) {
                continue;
            }
            String name = camelCase(column.getKey());
            if (name.equals("timeline")) {
                node.set(name, json.readTree(value.toString()));
            } else if (value instanceof java.sql.Timestamp at) {
                node.put(name, at.toInstant().toString());
            } else if (value instanceof Integer number) {
                node.put(name, number);
            } else {
                node.put(name, value.toString());
            }
        }
        return node;
    }

    private static String camelCase(String column) {
        var words = column.split("_");
        var name = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            name.append(words[i].substring(0, 1).toUpperCase(Locale.ROOT)).append(words[i].substring(1));
        }
        return name.toString();
    }

    private void answer(Exchange exchange, ObjectNode body) throws JsonProcessingException {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        exchange.getMessage().setBody(json.writeValueAsString(body));
    }
}
