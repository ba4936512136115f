package io.textonce.message;

import java.time.Duration;
import org.springframework.boot.convert.DurationStyle;

/**
 * Parser of the durations in route files. A number without a unit is rejected: it would be milliseconds. So is more than
 * a year: no event may be scheduled further ahead, and no calendar or database holds every time beyond.
 */
final class Durations {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final String EXAMPLES = "; write 30s, 15m, 2h or 3d";

    private Durations() {}

    static Duration of(String name, String text) {
        var duration = parsed(text);
        if (text.matches("[+-]?\\d+")) {
            throw new IllegalArgumentException(name + " '" + text + "' has no unit" + EXAMPLES);
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(name + " '" + text + "' is not longer than zero" + EXAMPLES);
        }
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    name + " '" + text + "' is longer than " + LONGEST.toDays() + "d" + EXAMPLES);
        }
        return duration;
    }

    /** Returns a duration that is too long to be counted as the longest there is. */
    private static Duration parsed(String text) {
        try {
            return DurationStyle.detectAndParse(text);
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof ArithmeticException || e.getCause() instanceof NumberFormatException) {
                return Duration.ofSeconds(Long.MAX_VALUE);
            }
            throw e;
        }
    }
}
