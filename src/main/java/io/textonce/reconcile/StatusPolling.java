package io.textonce.reconcile;

import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.DueRepository;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.StatusCallback;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.util.Set;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Status polling of messages whose callbacks are missing, with growing intervals, for three days from the time they
 * could be sent: some carriers never report, and then {@code sent} is the final status. A message that was canceled
 * while Twilio has it is canceled there. If Twilio's response does not show whether it is canceled, the cancellation is
 * retried within seconds, until Twilio has sent it.
 */
@Component
final class StatusPolling {

    private static final Logger LOG = LoggerFactory.getLogger(StatusPolling.class);

    private static final Duration GIVE_UP = Duration.ofDays(3);
    private static final Duration SLOWEST = Duration.ofHours(12);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(2);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(30);

    /** Twilio's codes for a message that can't be canceled any more, or that Twilio does not have. */
    private static final Set<Integer> TOO_LATE = Set.of(30409, 20404);

    private final TwilioMessages messages;
    private final DueRepository deliveries;
    private final StatusCallback callback;
    private final Duration first;
    private final RepeatedLines failures = new RepeatedLines();

    StatusPolling(
            TwilioMessages messages, DueRepository deliveries, StatusCallback callback, TextOnceProperties settings) {
        this.messages = messages;
        this.deliveries = deliveries;
        this.callback = callback;
        this.first = settings.due().statusAfter();
    }

    /** Sets Twilio's response as a report, or no body if there was none. */
    public void poll(Exchange exchange) {
        var due = exchange.getMessage().getBody(DueDelivery.class);
        exchange.getMessage().setBody(null);
        boolean cancels = due.isCancelled() && due.status().isCancelable();
        if (!cancels) {
            deliveries.schedulePoll(due, next(outFor(due)));
        }
        try {
            var seen = due.sid() == null ? null : cancels ? cancel(due) : messages.fetch(due.sid());
            if (seen == null) {
                LOG.warn("Twilio has no message {} of delivery {}", due.sid(), due.id());
            } else if (!seen.status().equals(due.status().word())) {
                callback.report(exchange, "poll", due.id(), seen.sid(), seen.status(), seen.errorCode());
            }
        } catch (TwilioFailure e) {
            failures.log(
                    String.valueOf(e.getMessage()),
                    omitted -> LOG.info(
                            "The status of {} could not be polled: {} ({} more since the last line)",
                            due.sid(),
                            e.getMessage(),
                            omitted));
            if (cancels) {
                deliveries.schedulePoll(due, bounded(FIRST_RETRY, due.cancelledFor(), SLOWEST_RETRY));
            }
        }
    }

    private @Nullable Seen cancel(DueDelivery due) {
        try {
            return messages.cancel(due.sid());
        } catch (TwilioFailure.Rejected e) {
            if (!TOO_LATE.contains(e.code())) {
                throw e;
            }
            LOG.info("{} could not be canceled in time: {}", due.sid(), e.getMessage());
            deliveries.schedulePoll(due, next(outFor(due)));
            return messages.fetch(due.sid());
        }
    }

    /** Returns the time since Twilio accepted the message, or since its scheduled time. */
    private static Duration outFor(DueDelivery due) {
        var plan = due.sms().sendAt();
        var since = plan == null || plan.isBefore(due.attemptedAt()) ? due.attemptedAt() : plan;
        return Duration.between(since, due.now());
    }

    private @Nullable Duration next(Duration age) {
        return age.compareTo(GIVE_UP) > 0 ? null : bounded(first, age, SLOWEST);
    }

    private static Duration bounded(Duration least, Duration wait, Duration most) {
        Duration longer = wait.compareTo(least) > 0 ? wait : least;
        return longer.compareTo(most) < 0 ? longer : most;
    }
}
