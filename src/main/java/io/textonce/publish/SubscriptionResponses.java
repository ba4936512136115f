package io.textonce.publish;

import io.textonce.event.EventRejected;
import io.textonce.http.ApiJson;
import io.textonce.http.ApplicationPath;
import io.textonce.publish.CursorStates.State;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Operator API of the subscribers. */
@Component
final class SubscriptionResponses {

    private static final Pattern ACTION = Pattern.compile("/api/subscriptions/([^/]+)/([a-z]+)");

    private final CursorStates subscriptions;
    private final Collection<String> names;
    private final SubscriptionActions actions;

    SubscriptionResponses(CursorStates subscriptions, OutboxPublisher publisher, SubscriptionActions actions) {
        this.subscriptions = subscriptions;
        this.names = publisher.names();
        this.actions = actions;
    }

    void all(Exchange exchange) {
        ApiJson.respond(
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
    void decide(Exchange exchange) {
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        var path = ACTION.matcher(ApplicationPath.of(request));
        if (!path.matches() || !names.contains(path.group(1))) {
            throw new EventRejected(404, "not_found", "Unknown subscription or action.");
        }
        String name = path.group(1);
        var body = ApiJson.read(exchange);
        String answer = actions.act(
                name,
                path.group(2),
                body.path("from").asText(""),
                body.hasNonNull("failing") ? (Long) body.path("failing").asLong() : null,
                body.hasNonNull("decision") ? body.path("decision").asText() : null,
                body.path("reason").asText(""),
                request.getRemoteUser());
        var members = members(subscriptions.states(List.of(name)).get(0));
        put(members, "test", answer);
        ApiJson.respond(exchange, members);
    }

    private static Map<String, Object> members(State state) {
        var members = new LinkedHashMap<String, Object>();
        members.put("name", state.name());
        members.put("state", state.suspendedAt() != null ? "suspended" : state.failures() > 0 ? "failing" : "active");
        put(members, "behindSince", state.behindSince());
        put(members, "failing", state.failing());
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
}
