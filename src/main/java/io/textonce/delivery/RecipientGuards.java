package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import io.textonce.phone.Countries;
import io.textonce.phone.Recipients;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Recipient guards: the countries that may get messages, in general, by an event and by a client, and the setting {@code
 * textonce.recipients} of an environment that must not message everyone. They apply to the claim and again when a message
 * is sent, so that a copy of a production database messages no one.
 */
final class RecipientGuards {

    private final Recipients recipients;
    private final Countries everywhere;
    private final Map<String, Countries> byClient;

    RecipientGuards(Recipients recipients, Countries everywhere, Map<String, Countries> byClient) {
        this.recipients = recipients;
        this.everywhere = everywhere;
        this.byClient = byClient;
    }

    /** Returns the message for the number that it goes to: that of a redirection if there is one. */
    Sms addressed(Sms sms) {
        return recipients.areRedirected() ? sms.to(recipients.addressee(sms.phone())) : sms;
    }

    /**
     * Decides whether a number may get a message.
     *
     * @param client that sent the event, or null
     * @param ofEvent countries that the event's policy allows, all if empty, and those that it denies
     */
    SendDecision decide(String number, @Nullable String client, Set<String> ofEvent) {
        var ofClient = client == null ? null : byClient.get(client);
        if (!everywhere.allow(number)
                || ofClient != null && !ofClient.allow(number)
                || !ofEvent.isEmpty() && !Countries.listed(ofEvent).allow(number)) {
            return SendDecision.rejected(EventRejected.ofCountry());
        }
        return recipients.allow(number)
                ? SendDecision.SEND
                : SendDecision.suppressed("Not sent: textonce.recipients excludes this number");
    }
}
