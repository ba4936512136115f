package io.textonce.delivery;

import io.textonce.phone.PhoneNumbers;
import java.time.Clock;
import org.apache.camel.Exchange;

/** The rules that every text passes before it is claimed, each a step of the route {@code sms-send}. */
final class SendChecks {

    private final PhoneNumbers phones;
    private final SendGate gate;
    private final Clock clock;

    SendChecks(PhoneNumbers phones, SendGate gate, Clock clock) {
        this.phones = phones;
        this.gate = gate;
        this.clock = clock;
    }

    void consent(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        exchange.setVariable("verdict", gate.consent(sms));
        if (EventTime.isFuture(sms.consentAt(), clock.instant())) {
            refuse(exchange, Refusal.ofField("consentAt", "must not be in the future"));
        }
    }

    void number(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        if (!phones.isE164(sms.phone())) {
            refuse(exchange, Refusal.ofNumber("phone"));
        }
    }

    void text(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        var refusal = TextLimits.refusal(sms.text(), sms.policy());
        if (refusal != null) {
            refuse(exchange, refusal);
        }
    }

    /** Its caller sends a corrected event; where there is none to do so, what was refused is kept with its reason. */
    private static void refuse(Exchange exchange, Refusal refusal) {
        if (!exchange.getVariable("sms", Sms.class).policy().keepsRefused()) {
            throw refusal;
        }
        exchange.setVariable("verdict", Verdict.rejected(refusal));
    }

    void time(Exchange exchange) {
        if (exchange.getVariable("verdict", Verdict.class).isSend()) {
            var sms = exchange.getVariable("sms", Sms.class);
            var verdict = gate.time(sms);
            exchange.setVariable("verdict", verdict);
            if (verdict.isSend() && (sms.sendAt() != null || verdict.until() != null)) {
                exchange.setVariable("sms", sms.plannedFor(verdict.until()));
            }
        }
    }
}
