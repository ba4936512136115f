package io.textonce.reconcile;

import io.textonce.delivery.Candidates;
import io.textonce.delivery.DueDelivery;
import io.textonce.message.Sender;
import io.textonce.message.Senders;
import io.textonce.twilio.TwilioMessages.Seen;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Filter of Twilio's message list: which messages may be from the sender of a delivery. */
@Component
final class OwnMessages {

    private final Candidates candidates;
    private final Supplier<Set<String>> services;

    @Autowired
    OwnMessages(Candidates candidates, Senders senders) {
        this(candidates, senders::services);
    }

    /** @param services Messaging Services that messages are sent through */
    OwnMessages(Candidates candidates, Supplier<Set<String>> services) {
        this.candidates = candidates;
        this.services = services;
    }

    /** Returns the listed messages that may be from the delivery's sender and belong to no delivery. */
    List<Seen> unbound(DueDelivery due, List<Seen> listed) {
        var sender = new Sender(due.sender());
        String fallback = due.sms().policy().fallbackFrom();
        var own = listed.stream()
                .filter(seen -> sender.sent(seen.from(), seen.messagingServiceSid(), fallback))
                .toList();
        if (own.isEmpty()) {
            return own;
        }
        var bound = candidates.bound(own.stream().map(Seen::sid).toList());
        return own.stream().filter(seen -> !bound.contains(seen.sid())).toList();
    }

    /**
     * Returns those of the messages that certainly are from the delivery's sender. If that is a number, a message that
     * names a service of ours may have been sent through the service.
     */
    List<Seen> certain(DueDelivery due, List<Seen> unbound) {
        if (new Sender(due.sender()).service() != null) {
            return unbound;
        }
        var ours = services.get();
        return unbound.stream()
                .filter(seen -> seen.messagingServiceSid() == null || !ours.contains(seen.messagingServiceSid()))
                .toList();
    }
}
