package io.textonce.console;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.OperatorActions;
import io.textonce.event.EventRejected;
import io.textonce.http.ApiJson;
import io.textonce.http.ApplicationPath;
import io.textonce.security.OperatorAct;
import io.textonce.twilio.TwilioCodes;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Operator actions. An action that is no longer possible is rejected with a reason; nothing is sent from here. */
@Component
final class Operator {

    private static final Logger LOG = LoggerFactory.getLogger(Operator.class);

    private static final Pattern ACTION = Pattern.compile("/api/deliveries/([^/]+)/([a-z]+)");

    private final OperatorActions decisions;
    private final TwilioMessages messages;
    private final TwilioCodes codes;
    private final AuditLog audit;
    private final TransactionOperations transactions;
    private final MeterRegistry meters;

    Operator(
            OperatorActions decisions,
            TwilioMessages messages,
            TwilioCodes codes,
            AuditLog audit,
            TransactionOperations transactions,
            MeterRegistry meters) {
        this.transactions = transactions;
        this.decisions = decisions;
        this.messages = messages;
        this.codes = codes;
        this.audit = audit;
        this.meters = meters;
    }

    /** Performs the action that the path names, for the reason in the body. */
    void action(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        var path = ACTION.matcher(ApplicationPath.of(request));
        if (!path.matches()) {
            throw DeliveryLookup.notFound();
        }
        var id = DeliveryLookup.id(path.group(1));
        String reason = ApiJson.read(exchange).path("reason").asText("");
        act(id, path.group(2), null, OperatorAct.actor(request.getRemoteUser()), reason);
        DeliveryLookup.find(exchange, Search.byId(id), ZoneOffset.UTC);
    }

    /**
     * Executes an action and records it in the timeline.
     *
     * @param action cancel, resend, release or drop
     * @param attempt of the message that the operator saw, or null for any
     * @param who the operator's name
     * @param reason in the operator's words, stored with its numbers masked
     * @throws EventRejected 400 without a reason, 404 for an unknown delivery or action, 409 if the delivery has
     *     changed
     */
    void act(UUID id, String action, @Nullable Integer attempt, String who, String reason) {
        String why = OperatorAct.reason(reason);
        var state = decisions.state(id);
        if (state == null) {
            throw DeliveryLookup.notFound();
        }
        if (attempt != null && attempt != state.attempt()) {
            throw new EventRejected(
                    409, "not_possible", "Nothing was done: there was another attempt since you opened the page.");
        }
        if (!recorded(id, action, who, why, () -> decide(id, action, state, who, why))
                && !(action.equals("cancel") && cancelAtTwilio(id, state, who, why))) {
            throw new EventRejected(409, "not_possible", notPossible(action));
        }
    }

    /**
     * Performs an action of a bulk action; a message at Twilio is canceled there later.
     *
     * @return why it is not possible, or null
     */
    @Nullable
    String actAsOneOfMany(UUID id, String action, OperatorActions.State state, String who, String why) {
        boolean done = recorded(
                id,
                action,
                who,
                why,
                () -> decide(id, action, state, who, why)
                        || action.equals("cancel") && decisions.requestCancel(id, who, why));
        return done ? null : notPossible(action);
    }

    private boolean decide(UUID id, String action, OperatorActions.State state, String who, String why) {
        return switch (action) {
            case "cancel" -> decisions.cancel(id, who, why);
            case "resend" -> !isPermanent(state.code()) && decisions.resend(id, who, why);
            case "release" -> decisions.release(id, who, why);
            case "drop" -> decisions.drop(id, who, why);
            default -> throw new EventRejected(404, "not_found", "Unknown action.");
        };
    }

    /** Performs an action in the transaction that records it: what can't be recorded is not done. */
    private boolean recorded(UUID id, String action, String who, String why, BooleanSupplier act) {
        boolean done = Boolean.TRUE.equals(transactions.execute(status -> {
            if (!act.getAsBoolean()) {
                return false;
            }
            audit.record(who, BulkAction.of(action).orElseThrow().verb(), id, why);
            return true;
        }));
        if (done) {
            LOG.info("Operator {} acted on delivery {}: {}", who, id, action);
            meters.counter("textonce.operator.actions", "action", action).increment();
        }
        return done;
    }

    private boolean cancelAtTwilio(UUID id, OperatorActions.State state, String who, String why) {
        String sid = state.sid();
        if (sid == null || !state.status().isCancelable()) {
            return false;
        }
        try {
            messages.cancel(sid);
        } catch (TwilioFailure.Rejected e) {
            decisions.tried(id, who, "Too late to cancel at Twilio (" + why + ")");
            return false;
        } catch (TwilioFailure e) {
            decisions.tried(id, who, "Not confirmed by Twilio (" + why + ")");
            throw new EventRejected(
                    503, "try_again", "Twilio did not confirm the cancellation. Check the delivery and retry.");
        }
        return recorded(id, "cancel", who, why, () -> {
            decisions.canceledAtTwilio(id, sid, who, why);
            return true;
        });
    }

    /** Returns whether a second attempt would only be rejected again. */
    boolean isPermanent(@Nullable Integer code) {
        return code != null && codes.isPermanent(code);
    }

    private static String notPossible(String action) {
        return switch (action) {
            case "cancel" -> "Can't cancel: already sent or closed.";
            case "resend" ->
                "Only a rejected or dropped message that has not expired and is still stored can be resent, and only "
                        + "if Twilio would not reject it again.";
            default -> "The message does not need review, or is no longer stored.";
        };
    }
}
