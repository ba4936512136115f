package io.textonce.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.console.DeadLetterBox.Wanted;
import io.textonce.event.EventRejected;
import io.textonce.http.ApiJson;
import io.textonce.http.ApplicationPath;
import io.textonce.intake.DeadLetter;
import io.textonce.tuning.SharedBuffers;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Dead letters over the API: a list with counts, one with its content, replay and discard. */
@Component
final class DeadLetterApi {

    private static final Pattern PATH = Pattern.compile("/api/dead-letters/([^/]+)(?:/([a-z]+))?");

    private static final Set<String> PARAMETERS = Set.of("place", "event", "text");

    private final DeadLetterBox box;

    DeadLetterApi(DeadLetterBox box) {
        this.box = box;
    }

    /** Responds with the letters that match, without their content, and with their number by place, event and reason. */
    void list(Exchange exchange) {
        var found = box.find(wanted(exchange));
        var body = SharedBuffers.JSON.createObjectNode();
        body.put("total", found.letters().size());
        body.set("counts", SharedBuffers.JSON.valueToTree(found.counts()));
        body.set("unavailable", SharedBuffers.JSON.valueToTree(found.away()));
        var letters = body.putArray("deadLetters");
        found.letters().stream().limit(Search.PAGE).forEach(letter -> letters.add(members(letter)));
        ApiJson.respond(exchange, body);
    }

    void one(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        var letter = box.opened(path(request).group(1), request.getRemoteUser());
        ApiJson.respond(exchange, members(letter).put("head", letter.head()).put("body", letter.body()));
    }

    /** Replays or discards the letter of the path. */
    void act(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        var path = path(request);
        var wanted = ApiJson.read(exchange);
        String id = path.group(1);
        var answer = SharedBuffers.JSON.createObjectNode();
        switch (path.group(2)) {
            case "replay" ->
                answer.put(
                        "status",
                        box.replay(id, wanted.path("event").asText(""), text(wanted), request.getRemoteUser()));
            case "discard" -> {
                box.discard(id, wanted.path("reason").asText(""), request.getRemoteUser());
                answer.put("status", "discarded");
            }
            default -> throw new EventRejected(404, "not_found", "Unknown action.");
        }
        ApiJson.respond(exchange, answer);
    }

    /** Replays all letters that match. */
    void replay(Exchange exchange) {
        var result =
                box.replayAll(wanted(exchange), DeliveryLookup.request(exchange).getRemoteUser());
        ApiJson.respond(exchange, result);
    }

    private static ObjectNode members(DeadLetter letter) {
        return SharedBuffers.JSON
                .createObjectNode()
                .put("id", letter.id())
                .put("at", letter.at().toString())
                .put("place", letter.place())
                .put("origin", letter.shownOrigin())
                .put("event", letter.event())
                .put("eventId", letter.eventId())
                .put("reason", letter.shownReason())
                .put("wholeFile", letter.wholeFile());
    }

    /** Returns the fixed content of a request: an event as JSON, or a line as text. */
    private static @Nullable String text(JsonNode request) {
        var body = request.get("body");
        return body == null || body.isNull() ? null : body.isTextual() ? body.asText() : body.toString();
    }

    private static Matcher path(HttpServletRequest request) {
        var path = PATH.matcher(ApplicationPath.of(request));
        if (!path.matches()) {
            throw new EventRejected(404, "not_found", "There is no such dead letter.");
        }
        return path;
    }

    /** Returns the search of a request; what is searched for may be a number, so it is rejected in an address. */
    private Wanted wanted(Exchange exchange) {
        var parameters = SearchParameters.of(exchange);
        if (DeliveryLookup.request(exchange).getParameter("text") != null) {
            throw EventRejected.ofField(
                    "text",
                    "must be in the body of POST /api/dead-letters/search or /replay, since proxies log addresses");
        }
        if (!PARAMETERS.containsAll(parameters.keySet())) {
            throw EventRejected.ofField("query", "has a parameter other than event, place, text");
        }
        String place = value(parameters, "place");
        if (!place.isEmpty() && !box.hasPlace(place)) {
            throw EventRejected.ofField("place", "must be queue, table or file");
        }
        return new Wanted(place, value(parameters, "event"), value(parameters, "text"));
    }

    private static String value(Map<String, String[]> parameters, String name) {
        String[] values = parameters.getOrDefault(name, new String[] {""});
        if (values.length > 1) {
            throw EventRejected.ofField(name, "is given more than once");
        }
        return values[0];
    }
}
