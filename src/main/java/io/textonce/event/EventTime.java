package io.textonce.event;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** Time in an event, RFC 3339, within bounds that a calendar and a database hold. */
public final class EventTime {

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    /** Maximum time ahead for which a message may be scheduled. */
    private static final Duration FURTHEST = Duration.ofDays(366);

    private static final Duration LONGEST = Duration.ofDays(365);

    /** Maximum tolerated lead of a sender's clock. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(60);

    private EventTime() {}

    /**
     * Returns the time of a field, or one that a route computed for it.
     *
     * @throws EventRejected in the name of the field
     */
    public static Instant of(String field, Object value) {
        try {
            return bounded(
                    field,
                    value instanceof Instant at
                            ? at
                            : OffsetDateTime.parse(value.toString()).toInstant());
        } catch (DateTimeException e) {
            throw EventRejected.ofField(field, "must be a time such as 2026-06-02T09:00:00Z");
        }
    }

    /**
     * Returns a time of an event, in whatever form it was read.
     *
     * @throws EventRejected in the name of the field, when no clock can have meant it
     */
    private static Instant bounded(String field, Instant at) {
        if (at.isBefore(EARLIEST) || !at.isBefore(LATEST)) {
            throw EventRejected.ofField(field, "must be a time between the years 1970 and 2199");
        }
        return at;
    }

    /**
     * Returns the time for which something is scheduled.
     *
     * @throws EventRejected when it is more than a year ahead
     */
    public static Instant ahead(String field, Object value, Instant now) {
        var at = of(field, value);
        if (at.isAfter(now.plus(FURTHEST))) {
            throw EventRejected.ofField(field, "must be at most one year from now");
        }
        return at;
    }

    /**
     * Returns the time zone of an event.
     *
     * @throws EventRejected if it is not a name of one
     */
    public static ZoneId zone(@Nullable Object name) {
        try {
            return ZoneId.of(String.valueOf(name));
        } catch (DateTimeException e) {
            throw EventRejected.ofField("timeZone", "must be a time zone such as Europe/Berlin");
        }
    }

    /**
     * Returns whether a time that must be past is in the future, allowing for a sender's clock that is slightly ahead.
     */
    public static boolean isFuture(Instant at, Instant now) {
        return at.isAfter(now.plus(CLOCK_SKEW));
    }

    /**
     * Returns a number of seconds, which may be written as 3600.0; more than a year counts as a year.
     *
     * @throws EventRejected in the name of the field, when it is no whole number
     */
    public static Duration seconds(String field, Object value) {
        try {
            var seconds = new BigDecimal(value.toString());
            if (seconds.signum() <= 0) {
                return Duration.ZERO;
            }
            boolean isLonger = seconds.compareTo(BigDecimal.valueOf(LONGEST.toSeconds())) > 0;
            return isLonger ? LONGEST : Duration.ofSeconds(seconds.longValueExact());
        } catch (ArithmeticException | NumberFormatException e) {
            throw EventRejected.ofField(field, "must be a whole number of seconds");
        }
    }
}
