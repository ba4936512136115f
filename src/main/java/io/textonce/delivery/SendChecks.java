package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.event.EventTime;
import io.textonce.message.Sms;
import io.textonce.message.TextLimits;
import io.textonce.phone.PhoneNumbers;
import java.time.Clock;
import org.apache.camel.Exchange;

/** Checks before the claim of a message, each a step of the route {@code sms-send}. */
final class SendChecks {

    private final PhoneNumbers phones;
    private final SendRules gate;
    private final Clock clock;

    SendChecks(PhoneNumbers phones, SendRules gate, Clock clock) {
        this.phones = phones;
        this.gate = gate;
        this.clock = clock;
    }

    void consent(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        exchange.setVariable("verdict", gate.consent(sms));
        if (EventTime.isFuture(sms.consentAt(), clock.instant())) {
            refuse(exchange, EventRejected.ofField("consentAt", "must not be in the future"));
        }
    }

    void number(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        if (!phones.isE164(sms.phone())) {
            refuse(exchange, EventRejected.ofNumber("phone"));
        }
    }

    void text(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        var refusal = TextLimits.refusal(sms.text(), sms.policy());
        if (refusal != null) {
            refuse(exchange, refusal);
        }
    }

    /**
     * Rejects the message: its caller sends a corrected event; if there is no caller, the rejection is stored with its
     * reason.
     */
    private static void refuse(Exchange exchange, EventRejected refusal) {
        if (!exchange.getVariable("sms", Sms.class).policy().keepsRefused()) {
            throw refusal;
        }
        exchange.setVariable("verdict", SendDecision.rejected(refusal));
    }

    void time(Exchange exchange) {
        if (exchange.getVariable("verdict", SendDecision.class).isSend()) {
            var sms = exchange.getVariable("sms", Sms.class);
            var verdict = gate.time(sms);
            exchange.setVariable("verdict", verdict);
            if (verdict.isSend() && (sms.sendAt() != null || verdict.until() != null)) {
                exchange.setVariable("sms", sms.plannedFor(verdict.until()));
            }
        }
    }
}
