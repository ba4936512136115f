package io.textonce.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.event.EventRejected;
import io.textonce.event.EventTime;
import io.textonce.security.OperatorAct;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Map;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Operator actions on the subscribers; each is stored with actor and reason. */
@Component
final class SubscriptionActions {

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionActions.class);

    private final CursorStates subscriptions;
    private final OutboxPublisher publisher;
    private final Collection<String> names;
    private final ApplicationEventPublisher acts;
    private final TransactionOperations transactions;
    private final MeterRegistry meters;
    private final Clock clock;

    SubscriptionActions(
            CursorStates subscriptions,
            OutboxPublisher publisher,
            ApplicationEventPublisher acts,
            TransactionOperations transactions,
            MeterRegistry meters,
            Clock clock) {
        this.transactions = transactions;
        this.subscriptions = subscriptions;
        this.publisher = publisher;
        this.names = publisher.names();
        this.acts = acts;
        this.meters = meters;
        this.clock = clock;
    }

    /** Executes the action of a map of name, action, from, reason and user, and sets the answer as the body. */
    void execute(Exchange exchange) {
        Map<?, ?> body = exchange.getMessage().getBody(Map.class);
        exchange.getMessage()
                .setBody(act(
                        (String) body.get("name"),
                        (String) body.get("action"),
                        (String) body.get("from"),
                        (Long) body.get("failing"),
                        (String) body.get("seen"),
                        (String) body.get("reason"),
                        (String) body.get("user")));
    }

    /**
     * Executes an action.
     *
     * @param from time of a replay
     * @param failing event to skip, or null for the one that is failing
     * @param seen last decision that the operator saw, empty if there was none; null for any
     * @param user the operator, or null in the sandbox
     * @return the subscriber's answer to a test event, else null
     * @throws EventRejected 400 without a reason or a time, 404 for no such subscriber or action, 409 when nothing can be skipped, or
     *     another operator has acted
     */
    @Nullable
    String act(
            String name,
            String action,
            String from,
            @Nullable Long failing,
            @Nullable String seen,
            String typed,
            @Nullable String user) {
        if (!names.contains(name)) {
            throw unknown();
        }
        String reason = OperatorAct.reason(typed);
        String act = action.equals("replay") ? action + " from " + time(from) : action;
        String decision = clock.instant().truncatedTo(ChronoUnit.SECONDS) + " " + OperatorAct.actor(user) + ": " + act
                + " (" + reason + ")";
        String answer = action.equals("test") ? publisher.test(name, clock.instant()) : null;
        // What can't be recorded is not done: its operator would repeat it.
        transactions.executeWithoutResult(status -> {
            if (!write(name, action, from, failing, seen, answer == null ? decision : decision + ": " + answer)) {
                throw new EventRejected(409, "not_possible", notPossible(action, failing));
            }
            acts.publishEvent(new OperatorAct(
                    user, verb(action), null, null, "subscriber " + name + ": " + act + " (" + reason + ")"));
        });
        LOG.info("Subscription {}: {}", name, decision);
        meters.counter("textonce.operator.actions", "action", action).increment();
        return answer;
    }

    private boolean write(
            String name, String action, String from, @Nullable Long failing, @Nullable String seen, String decision) {
        return switch (action) {
            case "resume" -> subscriptions.resume(name, seen, decision);
            case "suspend" -> subscriptions.suspend(name, seen, decision);
            case "replay" -> subscriptions.replay(name, time(from), seen, decision);
            case "skip" -> subscriptions.skip(name, failing, seen, decision);
            case "test" -> {
                subscriptions.tested(name, decision);
                yield true;
            }
            default -> throw unknown();
        };
    }

    private static String notPossible(String action, @Nullable Long failing) {
        if (!action.equals("skip")) {
            return "Nothing was done: another operator has acted on this subscriber since.";
        }
        return failing == null
                ? "No event is failing, so there is none to skip."
                : "Nothing was skipped: that event is no longer failing.";
    }

    private static String verb(String action) {
        return switch (action) {
            case "resume" -> "resumed";
            case "suspend" -> "suspended";
            case "replay" -> "replayed";
            case "skip" -> "skipped";
            default -> "tested";
        };
    }

    private static EventRejected unknown() {
        return new EventRejected(404, "not_found", "Unknown subscription or action.");
    }

    private Instant time(String from) {
        try {
            var time = OffsetDateTime.parse(from).toInstant();
            if (EventTime.isFuture(time, clock.instant())) {
                throw EventRejected.ofField(
                        "from", "must not be in the future: all that is not published yet would be skipped");
            }
            return time;
        } catch (DateTimeParseException e) {
            throw EventRejected.ofField("from", "must be an RFC 3339 time");
        }
    }
}
