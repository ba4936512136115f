package io.textonce.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.DueRepository;
import io.textonce.delivery.Lease;
import io.textonce.delivery.RestoreMode;
import io.textonce.delivery.SendAdmission;
import io.textonce.delivery.SendDecision;
import io.textonce.delivery.SendRules;
import io.textonce.message.Sms;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioMessages.Seen;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Decision on a message that Twilio provably never received: the send rules first, which may have changed since, then the
 * event's {@code onUnknown}.
 */
@Component
final class Absence {

    private static final Logger LOG = LoggerFactory.getLogger(Absence.class);

    private final DueRepository deliveries;
    private final SendRules rules;
    private final RestoreMode restore;
    private final SendAdmission admission;
    private final Duration lease;
    private final MeterRegistry meters;

    Absence(
            DueRepository deliveries,
            SendRules rules,
            RestoreMode restore,
            SendAdmission admission,
            TextOnceProperties settings,
            MeterRegistry meters) {
        this.deliveries = deliveries;
        this.rules = rules;
        this.restore = restore;
        this.admission = admission;
        this.lease = settings.lease();
        this.meters = meters;
    }

    /**
     * Resends, holds or ends it. Sets the variables of a new attempt if the message is to be resent.
     *
     * @param unbound messages of the list that belong to no delivery
     */
    void decide(Exchange exchange, DueDelivery due, List<Seen> unbound) {
        var sms = deliveries.current(due);
        var decision = rules.again(due, sms);
        if (!decision.isSend() && !decision.isHeld()) {
            LOG.info("Delivery {} never reached Twilio and is not resent: {}", due.id(), decision.words());
            deliveries.end(due, decision);
            count(decision.status().word());
            return;
        }
        if (due.text() == null) {
            hold(due, "Twilio has no record of the message, and its text is no longer stored");
            return;
        }
        if (restore.isCauseOf(due)) {
            // The text that Twilio makes of a template is unknown here: any of these messages may be it.
            if (due.sms().policy().isContent() && !unbound.isEmpty()) {
                hold(due, "Twilio has a message that may be this one; an operator must decide");
            } else {
                send(exchange, due, sms, decision);
            }
            return;
        }
        switch (due.onUnknown()) {
            case "hold" -> hold(due, "Twilio has no record of the message; an operator must decide");
            case "drop" -> {
                deliveries.end(
                        due,
                        DeliveryStatus.CANCELED,
                        "Twilio has no record of the message; the event's policy is not to resend");
                count("drop");
            }
            default -> send(exchange, due, sms, decision);
        }
    }

    private void hold(DueDelivery due, String detail) {
        deliveries.end(due, DeliveryStatus.HELD, detail);
        count("hold");
    }

    /** Resends a message that Twilio does not have, or holds it if it may not be sent now. */
    private void send(Exchange exchange, DueDelivery due, Sms sms, SendDecision decision) {
        if (decision.isHeld()) {
            LOG.info("Delivery {} never reached Twilio; {}", due.id(), decision.words());
            deliveries.end(due, decision);
            count("hold");
            return;
        }
        var held = new Lease(lease).of(due.now(), due.expiresAt());
        var again = deliveries.again(due, sms);
        if (again == null) {
            return;
        }
        count("resend");
        var planned = rules.addressed(sms).plannedFor(decision.until());
        var admitted = admission.of(again, planned, false);
        if (!admitted.isSend()) {
            LOG.info("Delivery {} never reached Twilio; {}", due.id(), admitted.words());
            return;
        }
        LOG.info("Delivery {} never reached Twilio; resending", due.id());
        exchange.setVariable("sms", planned);
        exchange.setVariable("delivery", again);
        exchange.setVariable("dueFor", due.age());
        exchange.setVariable("lease", held);
    }

    private void count(String how) {
        meters.counter(Reconciliation.RESOLVED, "how", how).increment();
    }
}
