package io.textonce.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formatting of times for a page; the browser adds its own zone. */
public final class Times {

    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss 'UTC'", Locale.ENGLISH);
    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("HH:mm", Locale.ENGLISH);

    private final Clock clock;

    public Times(Clock clock) {
        this.clock = clock;
    }

    public String utc(Instant time) {
        return UTC.format(time.atZone(ZoneOffset.UTC));
    }

    public String hour(Instant time) {
        return HOUR.format(time.atZone(ZoneOffset.UTC));
    }

    /** Returns the hour of a time in a zone. */
    public String hour(Instant time, ZoneId zone) {
        return HOUR.format(time.atZone(zone));
    }

    /** Returns the current time in a zone. */
    public String now(ZoneId zone) {
        return HOUR.format(clock.instant().atZone(zone));
    }

    /** Returns the start of the hour that, with the current one, makes so many: the period that the chart shows. */
    static Instant hoursBefore(Instant now, int hours) {
        return now.truncatedTo(ChronoUnit.HOURS).minus(hours - 1L, ChronoUnit.HOURS);
    }

    /** Returns the time since or until, in the largest unit. */
    public String away(@Nullable Instant time) {
        if (time == null) {
            return "";
        }
        var gone = Duration.between(time, clock.instant());
        return gone.isNegative() ? "in " + span(gone.negated()) : span(gone) + " ago";
    }

    /** Returns a duration in its most significant units. */
    static String span(Duration time) {
        if (time.toDays() > 1) {
            return time.toDays() + " days";
        }
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() > 0 ? time.toMinutes() + " min" : time.toSeconds() + " s";
    }
}
