package io.textonce.twilio;

import io.textonce.delivery.Due;
import io.textonce.delivery.DueDeliveries;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Twilio about a text whose callbacks stay away, ever more slowly, for three days from when it could leave: some
 * carriers never report, and then {@code sent} is the last word. A text that was called off while Twilio kept it for later is canceled there.
 */
final class SilentTexts {

    private static final Logger LOG = LoggerFactory.getLogger(SilentTexts.class);

    private static final Duration GIVE_UP = Duration.ofDays(3);
    private static final Duration SLOWEST = Duration.ofHours(12);

    private final TwilioMessages messages;
    private final DueDeliveries deliveries;
    private final StatusCallback callback;
    private final Duration first;

    SilentTexts(TwilioMessages messages, DueDeliveries deliveries, StatusCallback callback, Duration first) {
        this.messages = messages;
        this.deliveries = deliveries;
        this.callback = callback;
        this.first = first;
    }

    /** Leaves what Twilio answered as a report, or no body when there was no answer. */
    void ask(Exchange exchange) {
        var due = exchange.getMessage().getBody(Due.class);
        exchange.getMessage().setBody(null);
        deliveries.askAgain(due, next(outFor(due)));
        try {
            var seen = due.sid() == null
                    ? null
                    : look(due.sid(), due.cancelled() && due.status().equals("scheduled"));
            if (seen == null) {
                LOG.warn("Twilio does not know {} of delivery {}", due.sid(), due.id());
            } else if (!seen.status().equals(due.status())) {
                callback.report(exchange, "fetch", due.id(), seen.sid(), seen.status(), seen.errorCode());
            }
        } catch (TwilioFailure e) {
            LOG.info("Twilio could not be asked about {}: {}", due.sid(), e.getMessage());
        }
    }

    private @Nullable Seen look(String sid, boolean cancel) {
        if (cancel) {
            try {
                messages.cancel(sid);
            } catch (TwilioFailure.Refused e) {
                LOG.info("{} was called off too late: {}", sid, e.getMessage());
            }
        }
        return messages.fetch(sid);
    }

    /** Since its hand-over to Twilio, or since the time until which Twilio kept it. */
    private static Duration outFor(Due due) {
        var plan = due.sms().sendAt();
        var since = plan == null || plan.isBefore(due.attemptedAt()) ? due.attemptedAt() : plan;
        return Duration.between(since, due.now());
    }

    private @Nullable Duration next(Duration age) {
        if (age.compareTo(GIVE_UP) > 0) {
            return null;
        }
        Duration doubled = age.compareTo(first) > 0 ? age : first;
        return doubled.compareTo(SLOWEST) < 0 ? doubled : SLOWEST;
    }
}
