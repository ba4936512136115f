package io.textonce.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.event.EventRejected;
import io.textonce.privacy.PersonalDataMask;
import io.textonce.publish.CursorStates.State;
import io.textonce.tuning.SharedBuffers;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Operator API of the subscribers; each action is stored with actor and reason. */
@Component
final class SubscriptionResponses {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionResponses.class);

    private static final Pattern ACTION = Pattern.compile("/api/subscriptions/([^/]+)/([a-z]+)");
    private static final int LONGEST_REASON = 300;

    private final CursorStates subscriptions;
    private final Collection<String> names;
    private final MeterRegistry meters;
    private final Clock clock;

    SubscriptionResponses(CursorStates subscriptions, OutboxPublisher publisher, MeterRegistry meters, Clock clock) {
        this.subscriptions = subscriptions;
        this.names = publisher.names();
        this.meters = meters;
        this.clock = clock;
    }

    void all(Exchange exchange) throws JsonProcessingException {
        answer(
                exchange,
                Map.of(
                        "subscriptions",
                        subscriptions.states(names).stream()
                                .map(SubscriptionResponses::members)
                                .toList()));
    }

    /**
     * Executes the action in the path, for the reason in the body.
     *
     * @throws EventRejected 400 without a reason or a time, 404 for no such subscriber or action, 409 when nothing can be skipped
     */
    void decide(Exchange exchange) throws JsonProcessingException {
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        var path = ACTION.matcher(request.getRequestURI());
        if (!path.matches() || !names.contains(path.group(1))) {
            throw new EventRejected(404, "not_found", "Unknown subscription or action.");
        }
        String name = path.group(1);
        String action = path.group(2);
        var body = body(exchange);
        String decision = decision(request, action, body);
        switch (action) {
            case "resume" -> subscriptions.resume(name, decision);
            case "suspend" -> subscriptions.suspend(name, decision);
            case "replay" -> subscriptions.replay(name, from(body), decision);
            case "skip" -> {
                if (!subscriptions.skip(name, decision)) {
                    throw new EventRejected(409, "not_possible", "No event is failing, so there is none to skip.");
                }
            }
            default -> throw new EventRejected(404, "not_found", "Unknown subscription or action.");
        }
        LOG.info("Subscription {}: {}", name, decision);
        meters.counter("textonce.operator.actions", "action", action).increment();
        answer(exchange, members(subscriptions.states(List.of(name)).get(0)));
    }

    private JsonNode body(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        try {
            return SharedBuffers.JSON.readTree(body == null ? new byte[0] : body);
        } catch (IOException e) {
            throw EventRejected.ofField("body", "is not JSON");
        }
    }

    private String decision(HttpServletRequest request, String action, JsonNode body) {
        String reason = PersonalDataMask.mask(body.path("reason").asText("").strip());
        if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
            throw EventRejected.ofField("reason", "is required, with at most " + LONGEST_REASON + " characters");
        }
        String who = request.getRemoteUser() == null ? "sandbox" : request.getRemoteUser();
        String from = action.equals("replay") ? " from " + from(body) : "";
        return clock.instant().truncatedTo(ChronoUnit.SECONDS) + " " + who + ": " + action + from + " (" + reason + ")";
    }

    private static Instant from(JsonNode body) {
        try {
            return OffsetDateTime.parse(body.path("from").asText("")).toInstant();
        } catch (DateTimeParseException e) {
            throw EventRejected.ofField("from", "must be an RFC 3339 time");
        }
    }

    private static Map<String, Object> members(State state) {
        var members = new LinkedHashMap<String, Object>();
        members.put("name", state.name());
        members.put("state", state.suspendedAt() != null ? "suspended" : state.failures() > 0 ? "failing" : "active");
        put(members, "behindSince", state.behindSince());
        put(members, "failingSince", state.failingSince());
        if (state.failures() > 0) {
            members.put("failures", state.failures());
            put(members, "nextTryAt", state.suspendedAt() == null ? state.nextTryAt() : null);
        }
        put(members, "lastError", state.lastError());
        put(members, "suspendedAt", state.suspendedAt());
        put(members, "decision", state.decision());
        return members;
    }

    private static void put(Map<String, Object> members, String name, @Nullable Object value) {
        if (value != null) {
            members.put(name, value.toString());
        }
    }

    private void answer(Exchange exchange, Map<String, Object> members) throws JsonProcessingException {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
        exchange.getMessage().setHeader("Cache-Control", "no-store");
        exchange.getMessage().setBody(SharedBuffers.JSON.writeValueAsString(members));
    }
}
