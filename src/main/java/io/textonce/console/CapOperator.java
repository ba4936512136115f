package io.textonce.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.CapActions;
import io.textonce.event.EventRejected;
import io.textonce.http.ApiJson;
import io.textonce.http.ApplicationPath;
import io.textonce.security.OperatorAct;
import io.textonce.tuning.SharedBuffers;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Operator actions on caps, over the API and from the page: each needs a reason and is in the audit log. */
@Component
final class CapOperator {

    private static final Pattern ACTION = Pattern.compile("/api/caps/([^/]+)/([a-z]+)");

    private static final long MOST = 1_000_000_000;

    private final CapActions caps;
    private final AuditLog audit;
    private final TransactionOperations transactions;
    private final MeterRegistry meters;

    CapOperator(CapActions caps, AuditLog audit, TransactionOperations transactions, MeterRegistry meters) {
        this.transactions = transactions;
        this.caps = caps;
        this.audit = audit;
        this.meters = meters;
    }

    /** Responds with the caps and their use in the current period. */
    void all(Exchange exchange) {
        var answer = SharedBuffers.JSON.createObjectNode();
        var list = answer.putArray("caps");
        caps.states().forEach(state -> list.add(members(state)));
        ApiJson.respond(exchange, answer);
    }

    private static ObjectNode members(CapActions.State state) {
        var settings = state.cap().settings();
        return SharedBuffers.JSON
                .createObjectNode()
                .put("name", state.cap().name())
                .put("used", state.used())
                .put("limit", state.limit())
                .put("unit", state.cap().unit())
                .put("startsAt", state.startsAt().toString())
                .put("endsAt", state.endsAt().toString())
                .put("atLimit", settings.atLimit().name().toLowerCase(Locale.ROOT))
                .put("exemptUrgent", settings.exemptUrgent())
                .put("version", state.version());
    }

    /** Performs the action that the path names, for the reason in the body, and responds with the caps. */
    void action(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        var path = ACTION.matcher(ApplicationPath.of(request));
        if (!path.matches()) {
            throw notFound();
        }
        var json = ApiJson.read(exchange);
        act(
                path.group(1),
                path.group(2),
                json.path("by").asText(""),
                json.path("version").asText(null),
                OperatorAct.actor(request.getRemoteUser()),
                json.path("reason").asText(""));
        all(exchange);
    }

    /**
     * Raises or resets a cap for its current period.
     *
     * @param by by how much it is raised
     * @param seen version of the cap that the operator saw, or null for any
     * @throws EventRejected 400 without a reason or a number, 404 for an unknown cap or action, 409 if the cap has changed
     */
    void act(String name, String action, String by, @Nullable String seen, String who, String reason) {
        String why = OperatorAct.reason(reason);
        // What can't be recorded is not done: its operator would repeat it.
        transactions.executeWithoutResult(status -> {
            boolean done = switch (action) {
                case "raise" -> caps.raise(name, units(by), seen);
                case "reset" -> caps.reset(name, seen);
                default -> false;
            };
            if (!done) {
                throw notFound();
            }
            boolean raised = action.equals("raise");
            audit.record(
                    who,
                    raised ? "raised" : "reset",
                    null,
                    null,
                    "cap " + name + (raised ? " by " + by : "") + ": " + why);
        });
        meters.counter("textonce.operator.actions", "action", action).increment();
    }

    private static long units(String by) {
        if (!by.matches("[1-9]\\d{0,9}") || Long.parseLong(by) > MOST) {
            throw EventRejected.ofField("by", "must be a number from 1 to " + MOST);
        }
        return Long.parseLong(by);
    }

    private static EventRejected notFound() {
        return new EventRejected(404, "not_found", "Unknown cap or action.");
    }
}
