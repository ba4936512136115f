package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.event.EventTime;
import io.textonce.message.Sms;
import io.textonce.message.TextLimits;
import io.textonce.phone.PhoneNumbers;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Checks of the route {@code sms-send}, in any order: each checks the message alone, and the strictest decision of all
 * reaches the claim in the variable {@code decision}.
 */
@Component
final class SendChecks {

    private final PhoneNumbers phones;
    private final SendRules rules;
    private final Clock clock;

    SendChecks(PhoneNumbers phones, SendRules rules, Clock clock) {
        this.phones = phones;
        this.rules = rules;
        this.clock = clock;
    }

    public void consent(@Variable("sms") Sms sms, Exchange exchange) {
        if (EventTime.isFuture(sms.consentAt(), clock.instant())) {
            reject(exchange, "consent", sms, EventRejected.ofField("consentAt", "must not be in the future"));
        } else {
            decide(exchange, "consent", rules.consent(sms));
        }
    }

    public void number(@Variable("sms") Sms sms, Exchange exchange) {
        reject(exchange, "number", sms, phones.isE164(sms.phone()) ? null : EventRejected.ofNumber("phone"));
    }

    /** Suppresses or rejects a message to a number that may not get one here. */
    public void recipient(@Variable("sms") Sms sms, Exchange exchange) {
        var decision = rules.recipient(sms);
        if (decision.rejection() == null) {
            decide(exchange, "recipient", decision);
        } else {
            reject(exchange, "recipient", sms, decision.rejection());
        }
    }

    public void text(@Variable("sms") Sms sms, Exchange exchange) {
        reject(exchange, "text", sms, TextLimits.rejection(sms));
    }

    public void time(@Variable("sms") Sms sms, Exchange exchange) {
        decide(exchange, "time", rules.time(sms));
    }

    /** A caller sends a corrected event; where there is none to do so, a rejection is kept with its reason. */
    private static void reject(Exchange exchange, String check, Sms sms, @Nullable EventRejected rejection) {
        if (rejection != null && !sms.policy().keepsRejected() && EventPreview.of(exchange) == null) {
            throw rejection;
        }
        decide(exchange, check, rejection == null ? SendDecision.SEND : SendDecision.rejected(rejection));
    }

    private static void decide(Exchange exchange, String check, SendDecision decision) {
        var preview = EventPreview.of(exchange);
        if (preview != null) {
            preview.add(check, decision);
        }
        exchange.setVariable(
                "decision",
                exchange.getVariable("decision", SendDecision.SEND, SendDecision.class)
                        .strictest(decision));
    }
}
