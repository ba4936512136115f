package io.textonce.settings;

import jakarta.validation.constraints.Pattern;
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
        @DefaultValue Set<@Pattern(regexp = WORD, message = WORDS) String> stopWords,
        @DefaultValue Set<String> noStopPurposes) {

    /** Form of a word. By one without a letter or digit each photo and emoji of a person would be a STOP. */
    private static final String WORD = "(?i)(?!\\s*(start|yes|unstop|help|info)\\s*$).*[\\p{L}\\p{N}].*";

    private static final String WORDS =
            "must be words with a letter or digit, such as arret,stopp, and none of START, YES, UNSTOP, HELP and INFO";
}
