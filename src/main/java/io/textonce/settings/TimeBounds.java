package io.textonce.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lower bounds of the lease and of each reconciliation window: with less, a message that is on its way to Twilio, or to
 * Twilio's list, counts as absent and is sent a second time. docs/guarantees.md has the inequality.
 *
 * @param listLag longest assumed lag of Twilio's list
 * @param poolTimeout until a connection of the pool is free
 * @param connectTimeout until a connection stands
 * @param readTimeout until Twilio answers
 */
public record TimeBounds(Duration listLag, Duration poolTimeout, Duration connectTimeout, Duration readTimeout) {

    public static TimeBounds of(TextOnceProperties settings) {
        var twilio = settings.twilio();
        return new TimeBounds(
                settings.unknown().listLag(), twilio.poolTimeout(), twilio.connectTimeout(), twilio.readTimeout());
    }

    /** Returns the fault of a reconciliation window, with the sum in words, or null. */
    public @Nullable String problemOfWindow(Duration window) {
        return problem(window, listLag.plus(flight()), "list lag " + words(listLag) + " + " + flightWords());
    }

    /** Returns the fault of a lease, with the sum in words, or null. */
    @Nullable
    String problemOfLease(Duration lease) {
        return problem(lease, flight(), flightWords());
    }

    /** How long one call of Twilio may be under way. */
    private Duration flight() {
        return poolTimeout.plus(connectTimeout).plus(readTimeout);
    }

    private String flightWords() {
        return "pool time-out " + words(poolTimeout) + " + connect time-out " + words(connectTimeout)
                + " + read time-out " + words(readTimeout);
    }

    private static @Nullable String problem(Duration length, Duration least, String sum) {
        return length.compareTo(least) < 0
                ? "must be at least " + words(least) + " (" + sum + "), and is " + words(length)
                : null;
    }

    private static String words(Duration length) {
        long millis = length.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
