package io.textonce.evidence;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.Due;
import io.textonce.delivery.DueDeliveries;
import io.textonce.delivery.DueDeliveries.Rival;
import io.textonce.delivery.Lease;
import io.textonce.delivery.Restore;
import io.textonce.delivery.SendGate;
import io.textonce.delivery.Verdict;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves one unknown outcome by looking at Twilio's list of messages to the number. It binds a message that can only
 * be this delivery's; it calls a text absent only when the horizon is behind and the whole list was read without it;
 * and in every other case it looks again later. Callbacks may resolve the same delivery at any moment; whoever comes
 * second changes nothing.
 */
final class Evidence {

    private static final Logger LOG = LoggerFactory.getLogger(Evidence.class);

    /** How far Twilio's clock may be behind the database's. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

    /** Between looks that proved nothing after the horizon. */
    private static final Duration SLOWEST_LOOK = Duration.ofMinutes(5);

    private final DueDeliveries deliveries;
    private final MessageList messages;
    private final SendGate gate;
    private final Restore restore;
    private final TextOnceProperties settings;
    private final MeterRegistry meters;
    private final Consumer<UUID> resolved;

    /** @param resolved is told of each delivery that Twilio has after all */
    Evidence(
            DueDeliveries deliveries,
            MessageList messages,
            SendGate gate,
            Restore restore,
            TextOnceProperties settings,
            MeterRegistry meters,
            Consumer<UUID> resolved) {
        this.deliveries = deliveries;
        this.messages = messages;
        this.gate = gate;
        this.restore = restore;
        this.settings = settings;
        this.meters = meters;
        this.resolved = resolved;
    }

    /** Looks once. Leaves the variables of a new attempt when the text is to be sent again. */
    void look(Exchange exchange) {
        var due = exchange.getMessage().getBody(Due.class);
        String text = due.text() == null ? "" : due.text();
        var rivals = deliveries.rivals(due).stream()
                .filter(rival -> rival.id().equals(due.id()) || TextMatch.loosely(text, rival.text()))
                .toList();
        List<Seen> listed;
        try {
            listed = messages.sentTo(due.phone(), restore.earliest(since(due, rivals)));
        } catch (TwilioFailure e) {
            LOG.info("Delivery {}: Twilio's list proves nothing: {}", due.id(), e.getMessage());
            lookAgain(due);
            return;
        }
        var free = free(due, listed);
        var mine = mine(due, free, rivals, settings.lease().plus(horizon(due)));
        if (mine.message() != null) {
            bind(due, mine.message());
        } else if (mine.open() || due.unclearFor().compareTo(horizon(due)) < 0) {
            lookAgain(due);
        } else {
            absent(exchange, due, free);
        }
    }

    /** As rivals may have got each other's message, the message of the first of them may be this delivery's. */
    private static Instant since(Due due, List<Rival> rivals) {
        return Stream.concat(Stream.of(due.attemptedAt()), rivals.stream().map(Rival::attemptedAt))
                .min(Comparator.naturalOrder())
                .orElseThrow()
                .minus(CLOCK_SKEW);
    }

    /** The listed messages from our sender that belong to no delivery. */
    private List<Seen> free(Due due, List<Seen> listed) {
        var ours = listed.stream().filter(seen -> isFrom(due.sender(), seen)).toList();
        if (ours.isEmpty()) {
            return ours;
        }
        var bound = deliveries.bound(ours.stream().map(Seen::sid).toList());
        return ours.stream().filter(seen -> !bound.contains(seen.sid())).toList();
    }

    private static boolean isFrom(String sender, Seen seen) {
        return sender.equals(seen.from()) || sender.equals(seen.messagingServiceSid());
    }

    /**
     * Which of the free messages is this delivery's. Equal texts to one number are given out in the order of their
     * claims; while the call of another such delivery may be under way, none is given out. As such deliveries may have
     * got each other's message, none of them is absent before all of their messages must be in the list.
     */
    static Mine mine(Due due, List<Seen> free, List<Rival> rivals, Duration listedAfter) {
        String text = due.text() == null ? "" : due.text();
        for (BiPredicate<String, String> same :
                List.<BiPredicate<String, String>>of(TextMatch::exactly, TextMatch::loosely)) {
            var candidates =
                    free.stream().filter(seen -> same.test(text, seen.body())).toList();
            if (candidates.isEmpty()) {
                continue;
            }
            var wanting = rivals.stream()
                    .filter(rival -> !rival.bound())
                    .filter(rival -> rival.id().equals(due.id()) || same.test(text, rival.text()))
                    .toList();
            if (wanting.stream()
                    .anyMatch(rival -> rival.reserved() && !rival.id().equals(due.id()))) {
                return new Mine(null, true);
            }
            int place = wanting.stream().map(Rival::id).toList().indexOf(due.id());
            if (place >= 0 && place < candidates.size()) {
                return new Mine(candidates.get(place), false);
            }
        }
        boolean mayBeListedYet = rivals.stream()
                .filter(rival -> !rival.id().equals(due.id()))
                .anyMatch(rival -> rival.attempted().compareTo(listedAfter) < 0);
        // A message whose text Twilio no longer shows may be this one.
        boolean hidden = free.stream().anyMatch(seen -> seen.body().isEmpty());
        return new Mine(null, mayBeListedYet || hidden);
    }

    private void bind(Due due, Seen message) {
        if (deliveries.bind(
                due,
                message.sid(),
                message.status(),
                message.errorCode(),
                settings.due().statusAfter())) {
            LOG.info("Delivery {} was found in Twilio's list as {}", due.id(), message.sid());
            count("list");
            resolved.accept(due.id());
        } else {
            deliveries.lookAgain(due, settings.unknown().firstLook());
        }
    }

    private void absent(Exchange exchange, Due due, List<Seen> free) {
        var verdict = gate.again(due);
        if (!verdict.isSend() && !verdict.isHeld()) {
            LOG.info("Delivery {} never reached Twilio, and is not sent again: {}", due.id(), verdict.words());
            deliveries.end(due, verdict);
            count(verdict.status());
            return;
        }
        if (due.text() == null) {
            deliveries.end(due, Delivery.HELD, "Twilio never took the text, which is not kept any more");
            count("hold");
            return;
        }
        if (restore.isCauseOf(due)) {
            // Nobody here knows the text that Twilio makes of a template: any of these may be it.
            if (due.sms().policy().isContent() && !free.isEmpty()) {
                deliveries.end(due, Delivery.HELD, "Twilio has a text that may be this one; a person must decide");
                count("hold");
            } else {
                send(exchange, due, verdict);
            }
            return;
        }
        switch (due.onUnknown()) {
            case "hold" -> {
                deliveries.end(due, Delivery.HELD, "Twilio never took the text; a person must decide");
                count("hold");
            }
            case "drop" -> {
                deliveries.end(due, Delivery.CANCELED, "Twilio never took the text; the event asks not to repeat it");
                count("drop");
            }
            default -> send(exchange, due, verdict);
        }
    }

    /** Sends a text that Twilio does not have, or holds it if it may not be sent now. */
    private void send(Exchange exchange, Due due, Verdict verdict) {
        if (verdict.isHeld()) {
            LOG.info("Delivery {} never reached Twilio; {}", due.id(), verdict.words());
            deliveries.end(due, verdict);
            count("hold");
            return;
        }
        var lease = new Lease(settings.lease()).of(due.now(), due.expiresAt());
        var again = deliveries.again(due);
        if (again != null) {
            LOG.info("Delivery {} never reached Twilio; sending it", due.id());
            count("resend");
            exchange.setVariable("sms", due.sms().plannedFor(verdict.until()));
            exchange.setVariable("delivery", again);
            exchange.setVariable("dueFor", due.age());
            exchange.setVariable("lease", lease);
        }
    }

    /** Doubles the time each time, with one look as soon as the horizon is behind. */
    private void lookAgain(Due due) {
        var unclear = due.unclearFor();
        var next = max(settings.unknown().firstLook(), unclear);
        var rest = horizon(due).minus(unclear);
        if (!rest.isNegative() && !rest.isZero()) {
            next = min(next, rest.plusMillis(500));
        }
        deliveries.lookAgain(due, min(next, SLOWEST_LOOK));
    }

    private Duration horizon(Due due) {
        return due.horizon() == null ? settings.unknown().horizon() : due.horizon();
    }

    private void count(String how) {
        meters.counter("textonce.unknowns.resolved", "how", how).increment();
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** Twilio's messages to a number since a time, in the order of creation; see {@code TwilioMessages}. */
    @FunctionalInterface
    interface MessageList {

        List<Seen> sentTo(String phone, Instant since);
    }

    /**
     * What the list says of a delivery.
     *
     * @param message its message, or null
     * @param open the list does not show which, or whether, so that absence is not proven either
     */
    record Mine(@Nullable Seen message, boolean open) {}
}
