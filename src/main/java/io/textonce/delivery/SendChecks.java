package io.textonce.delivery;

import io.textonce.phone.PhoneNumbers;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;

/** The rules that every text passes before it is claimed, each a step of the route {@code sms-send}. */
final class SendChecks {

    /** How far a sender's clock may be ahead of ours. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

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
        if (sms.consentAt().isAfter(clock.instant().plus(CLOCK_SKEW))) {
            throw Refusal.ofField("consentAt", "must not be in the future");
        }
        exchange.setVariable("verdict", gate.consent(sms));
    }

    void number(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        if (!phones.isE164(sms.phone())) {
            throw Refusal.ofNumber("phone");
        }
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

    void text(Exchange exchange) {
        var sms = exchange.getVariable("sms", Sms.class);
        if (sms.text().isBlank()) {
            throw Refusal.ofField("text", "would be empty");
        }
        if (sms.text().length() > 1600) {
            throw Refusal.ofField("text", "would be longer than 1600 characters");
        }
        var segments = sms.segments();
        if (segments != null && segments > sms.policy().maxSegments()) {
            throw Refusal.ofField(
                    "text",
                    "would take " + segments + " segments, and this event may take "
                            + sms.policy().maxSegments() + ": shorten what is put into it");
        }
    }
}
