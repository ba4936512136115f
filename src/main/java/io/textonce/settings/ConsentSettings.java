package io.textonce.settings;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Consents, and how they are withdrawn.
 *
 * @param maxAge maximum age of a consent when the message is sent, by purpose; unlimited if none is set
 * @param stopWords words of other languages that count as STOP, beside Twilio's keywords
 * @param noStopPurposes purposes whose recipients need no STOP, so that a sender that can't receive it is right
 */
public record ConsentSettings(
        @DefaultValue Map<String, @AboveZero Duration> maxAge,
        @DefaultValue Set<String> stopWords,
        @DefaultValue Set<String> noStopPurposes) {}
