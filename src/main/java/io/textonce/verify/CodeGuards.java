package io.textonce.verify;

import io.textonce.event.EventRejected;
import io.textonce.phone.Countries;
import io.textonce.phone.Recipients;
import io.textonce.settings.TextOnceProperties;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Recipient guards of one-time codes. Anyone can ask for a code to any number, and toll fraud lives on numbers abroad:
 * without a setting only the sender's own country gets codes.
 */
@Component
final class CodeGuards {

    private final Recipients recipients;
    private final Countries countries;

    CodeGuards(Recipients recipients, TextOnceProperties settings) {
        this.recipients = recipients;
        var allowed = settings.verify().countries();
        if (allowed.isEmpty()) {
            allowed = settings.countries().allowed();
        }
        if (allowed.isEmpty()) {
            String own = Countries.of(settings.twilio().fromNumber());
            allowed = own == null ? Set.of() : Set.of(own);
        }
        countries = new Countries(allowed, settings.countries().denied());
    }

    /** @throws EventRejected when the number may not get a code */
    void require(String phone) {
        if (!countries.allow(phone)) {
            throw EventRejected.ofCountry();
        }
        if (!recipients.allow(addressee(phone))) {
            throw new EventRejected(
                    422,
                    "recipient_not_allowed",
                    "This environment sends no codes to this number (textonce.recipients).");
        }
    }

    /** Returns the number that gets the code. */
    String addressee(String phone) {
        return recipients.addressee(phone);
    }
}
