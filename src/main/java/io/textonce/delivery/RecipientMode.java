package io.textonce.delivery;

import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.Recipients;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Notice of the setting {@code textonce.recipients} in the log, in the health endpoint and on the pages: a message that
 * is missing where not everyone gets messages is no fault, and one that arrives where no one should is.
 */
@Component("recipientMode")
public final class RecipientMode implements HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(RecipientMode.class);

    private static final String ALL = "Every number gets its messages";

    private final boolean isLimited;
    private final String words;

    RecipientMode(Recipients recipients, PhoneNumbers phones) {
        String limits = recipients.words(phones);
        isLimited = !limits.isEmpty();
        words = isLimited ? limits : ALL;
        LOG.atLevel(isLimited ? Level.WARN : Level.INFO).log("{} (textonce.recipients)", words);
    }

    /** Returns whether not every number gets its messages, of which the pages warn. */
    public boolean isLimited() {
        return isLimited;
    }

    /** The mode in words for the pages. */
    public String words() {
        return words;
    }

    @Override
    public Health health() {
        return Health.up().withDetail("mode", words).build();
    }
}
