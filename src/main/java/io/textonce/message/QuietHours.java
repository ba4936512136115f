package io.textonce.message;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.stream.Stream;

/**
 * Quiet hours of the recipient's day, such as {@code 21:00-08:00}: the first is quiet, the last is not. They follow
 * local time. If the clocks skip their beginning or end, they begin or end with the skip; if the clocks show them twice,
 * they begin with the first and end with the second.
 */
public record QuietHours(LocalTime from, LocalTime until) {

    public QuietHours {
        if (from.equals(until)) {
            throw new IllegalArgumentException("quietHours must leave at least one hour for sending");
        }
    }

    /** @throws IllegalArgumentException unless it is two times of day with a hyphen between them */
    public static QuietHours parse(String text) {
        var times = text.trim().split("-", -1);
        if (times.length == 2) {
            try {
                return new QuietHours(LocalTime.parse(times[0].trim()), LocalTime.parse(times[1].trim()));
            } catch (DateTimeException e) {
                // Reported below.
            }
        }
        throw new IllegalArgumentException("quietHours must be two times of day, such as 21:00-08:00");
    }

    /** Returns the first time at or after this one that is not quiet in the zone. */
    public Instant next(Instant at, ZoneId zone) {
        var today = at.atZone(zone).toLocalDate();
        return Stream.of(today.minusDays(1), today)
                .filter(day -> !at.isBefore(moment(day.atTime(from), zone)
                        .withEarlierOffsetAtOverlap()
                        .toInstant()))
                .map(day -> moment((from.isBefore(until) ? day : day.plusDays(1)).atTime(until), zone)
                        .withLaterOffsetAtOverlap()
                        .toInstant())
                .filter(at::isBefore)
                .findFirst()
                .orElse(at);
    }

    /** Returns a local time, or the leap of the clocks that skips it. */
    private static ZonedDateTime moment(LocalDateTime local, ZoneId zone) {
        var leap = zone.getRules().getTransition(local);
        return leap != null && leap.isGap() ? leap.getInstant().atZone(zone) : local.atZone(zone);
    }

    @Override
    public String toString() {
        return from + "-" + until;
    }
}
