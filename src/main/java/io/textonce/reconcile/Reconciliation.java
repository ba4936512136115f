package io.textonce.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.Candidates;
import io.textonce.delivery.Candidates.Candidate;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.DueRepository;
import io.textonce.delivery.RestoreMode;
import io.textonce.message.Sms;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.SendMeters;
import io.textonce.twilio.TwilioClock;
import io.textonce.twilio.TwilioClock.Skew;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Reconciliation of one unknown outcome with Twilio's message list of the number. It correlates a message that can only
 * be this delivery's; it declares a message absent only after the reconciliation window, with a list that was read
 * completely without it; in every other case it checks again later. A callback may resolve the same delivery at any
 * time; the second writer loses (optimistic lock).
 */
@Component
final class Reconciliation {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    /** Tolerance for Twilio's clocks beyond the measured skew, including rounding to the second. */
    private static final Duration TOLERANCE = Duration.ofSeconds(60);

    /**
     * Maximum skew. A clock kept by NTP never reaches it; a clock that does will be set, and its measurements are wrong
     * then. A clock may be set by this much between an attempt and a check: a message with the same text that is older
     * by less keeps the delivery unknown.
     */
    private static final Duration MOST_SKEW = Duration.ofMinutes(5);

    /** Interval of inconclusive checks after the reconciliation window. */
    private static final Duration SLOWEST_CHECK = Duration.ofMinutes(5);

    private static final Duration AFTERWARDS = Duration.ofMillis(500);

    /** Time of the last check: later ones stay inconclusive, too, since no outage of Twilio's API lasts longer. */
    private static final Duration LAST_CHECK = Duration.ofHours(6);

    static final String RESOLVED = "textonce.reconciliations.resolved";
    private static final String UNDECIDED = "undecided";

    private final DueRepository deliveries;
    private final Candidates candidates;
    private final OwnMessages own;
    private final MessageList messages;
    private final Supplier<Skew> skew;
    private final RestoreMode restore;
    private final TextOnceProperties settings;
    private final MeterRegistry meters;
    private final Consumer<UUID> resolved;
    private final Absence absence;
    private final RepeatedLines failures = new RepeatedLines();

    @Autowired
    Reconciliation(
            DueRepository deliveries,
            Candidates candidates,
            OwnMessages own,
            SharedList lists,
            TwilioClock clock,
            RestoreMode restore,
            Absence absence,
            TextOnceProperties settings,
            MeterRegistry meters,
            SendMeters sendMeters) {
        this(
                deliveries,
                candidates,
                own,
                lists::sentTo,
                clock::skew,
                restore,
                absence,
                settings,
                meters,
                sendMeters::resolved);
    }

    /**
     * @param skew of Twilio's clock, as measured with every answer, also the list's
     * @param resolved takes each delivery that Twilio has after all
     */
    Reconciliation(
            DueRepository deliveries,
            Candidates candidates,
            OwnMessages own,
            MessageList messages,
            Supplier<Skew> skew,
            RestoreMode restore,
            Absence absence,
            TextOnceProperties settings,
            MeterRegistry meters,
            Consumer<UUID> resolved) {
        this.deliveries = deliveries;
        this.candidates = candidates;
        this.own = own;
        this.messages = messages;
        this.skew = skew;
        this.restore = restore;
        this.settings = settings;
        this.meters = meters;
        this.resolved = resolved;
        this.absence = absence;
        // Registered at once, since the alert needs a value before the first increase.
        meters.counter(RESOLVED, "how", UNDECIDED);
    }

    /** Checks once. Sets the variables of a new attempt if the message is to be resent. */
    void check(Exchange exchange) {
        var due = exchange.getMessage().getBody(DueDelivery.class);
        if (due.phone() == null) {
            deliveries.end(
                    due, DeliveryStatus.CANCELED, "The phone number was erased before the message could be found");
            return;
        }
        String text = due.text() == null ? "" : Sms.textOf(due.text());
        var equal = candidates.of(due).stream()
                .filter(other -> other.id().equals(due.id())
                        || other.text() == null
                        || TextMatch.loosely(text, Sms.textOf(other.text())))
                .toList();
        // Maximum lead of the database's clock, which wrote the attempts, over this machine's.
        var ahead = Duration.between(Instant.now(), candidates.now());
        var since = restore.earliest(first(due, equal)).minus(ahead).minus(TOLERANCE);
        var list = list(due, since);
        if (list == null) {
            return;
        }
        // What the list shows is as old as the list.
        var unclear = due.unclearFor().minus(list.age());
        var measured = skew.get();
        var unbound = own.unbound(due, list.messages());
        // After a restore, what has any other message of its sender is held at once.
        var match = restore.isCauseOf(due) && due.sms().policy().isContent()
                ? new Match(null, null)
                : Match.of(
                        due,
                        unbound,
                        own.certain(due, unbound),
                        equal,
                        since.plus(measured.least()),
                        settings.lease().plus(window(due)).plus(list.age()));
        String doubt = match.doubt() == null ? doubt(measured, ahead) : match.doubt();
        if (match.message() != null) {
            bind(due, match.message());
        } else if (doubt != null || unclear.compareTo(window(due)) < 0) {
            retryCheck(due, doubt, unclear, match.ends());
        } else {
            absence.decide(exchange, due, unbound);
        }
    }

    /** Returns Twilio's messages to the number; null if they can't be read now, and a later check is scheduled. */
    private SharedList.@Nullable Listed list(DueDelivery due, Instant since) {
        try {
            var list = messages.sentTo(
                    due, since.plus(min(Duration.ZERO, skew.get().least())).minus(MOST_SKEW.multipliedBy(2)));
            if (list == null) {
                deliveries.scheduleCheck(due, settings.unknown().firstCheck());
            }
            return list;
        } catch (TwilioFailure e) {
            failures.log(
                    String.valueOf(e.getMessage()),
                    omitted -> LOG.info(
                            "Delivery {}: Twilio's message list is inconclusive: {} ({} more since the last line)",
                            due.id(),
                            e.getMessage(),
                            omitted));
            retryCheck(due, e.getMessage(), due.unclearFor(), null);
            return null;
        }
    }

    /**
     * Returns the earliest time of a candidate: as candidates may have received each other's message, the message of
     * the first of them may be this delivery's.
     */
    private static Instant first(DueDelivery due, List<Candidate> equal) {
        return Stream.concat(
                        Stream.of(due.attemptedAt()),
                        equal.stream().filter(other -> other.text() != null).map(Candidate::attemptedAt))
                .min(Comparator.naturalOrder())
                .orElseThrow();
    }

    /** Returns whether a message may be missing only because the clocks differ. */
    private static @Nullable String doubt(Skew measured, Duration ahead) {
        if (!measured.known()) {
            return "the offset of Twilio's clock is unknown";
        }
        var apart = measured.least().minus(ahead);
        return apart.abs().compareTo(MOST_SKEW) > 0
                ? "Twilio's clock is " + apart.toSeconds() + " s ahead of the database's"
                : null;
    }

    private void bind(DueDelivery due, Seen message) {
        if (deliveries.bind(
                due,
                message.sid(),
                message.status(),
                message.errorCode(),
                settings.due().statusAfter())) {
            LOG.info("Delivery {} was found in Twilio's message list as {}", due.id(), message.sid());
            count("list");
            resolved.accept(due.id());
        } else {
            deliveries.scheduleCheck(due, settings.unknown().firstCheck());
        }
    }

    /**
     * Schedules the next check with exponential backoff, one check right after the reconciliation window, one right
     * after a doubt ends by itself, and a last one.
     *
     * @param doubt why this check was inconclusive; null if it was only too early
     * @param unclear time for which the outcome had been unknown when the list was read
     * @param ends time after which the doubt ends; null if that is not known
     */
    private void retryCheck(DueDelivery due, @Nullable String doubt, Duration unclear, @Nullable Duration ends) {
        // After a restore all deliveries count as unknown since the start, however late their events arrive.
        var last = restore.isCauseOf(due) ? RestoreMode.LASTS : LAST_CHECK;
        if (doubt != null && unclear.compareTo(max(last, window(due))) >= 0) {
            LOG.warn("Delivery {} is still unknown; an operator must decide: {}", due.id(), doubt);
            deliveries.giveUp(
                    due,
                    "Unconfirmed after " + unclear.toHours() + " hours whether Twilio has the message: " + doubt
                            + (due.isCancelled() ? ". The message was canceled" : ". An operator must decide"));
            count(UNDECIDED);
            return;
        }
        var next = max(settings.unknown().firstCheck(), unclear);
        var rest = window(due).minus(unclear);
        if (!rest.isNegative() && !rest.isZero()) {
            next = min(next, rest.plus(AFTERWARDS));
        }
        if (ends != null) {
            next = min(next, max(settings.unknown().firstCheck(), ends.plus(AFTERWARDS)));
        }
        deliveries.scheduleCheck(due, min(next, SLOWEST_CHECK));
    }

    private Duration window(DueDelivery due) {
        return due.window() == null ? settings.unknown().window() : due.window();
    }

    private void count(String how) {
        meters.counter(RESOLVED, "how", how).increment();
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** Source of Twilio's messages to a delivery's number since a time; null if they can be read soon. */
    @FunctionalInterface
    interface MessageList {

        SharedList.@Nullable Listed sentTo(DueDelivery due, Instant since);
    }
}
