package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import io.textonce.phone.Countries;
import io.textonce.settings.CapSettings;
import io.textonce.settings.CapSettings.AtLimit;
import io.textonce.settings.CapSettings.Period;
import io.textonce.settings.CapSettings.Unit;
import io.textonce.settings.TextOnceProperties;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Cap on the messages of a day or month: which messages count, and what becomes of those over its limit.
 *
 * @param zone whose days and months are its periods
 */
public record Cap(String name, CapSettings settings, ZoneId zone) {

    /** Returns the caps of the settings, by name: the order in which all instances lock them. */
    public static List<Cap> all(TextOnceProperties settings) {
        return new TreeMap<>(settings.caps())
                .entrySet().stream()
                        .map(cap -> new Cap(cap.getKey(), cap.getValue(), settings.timeZone()))
                        .toList();
    }

    /** Returns whether a message counts. */
    boolean isFor(Sms sms) {
        return covers(settings.events(), sms.event())
                && covers(settings.clients(), sms.client())
                && covers(settings.senders(), sms.sender())
                && (settings.countries().isEmpty() || settings.countries().contains(country(sms)));
    }

    private static boolean covers(Set<String> names, @Nullable String name) {
        return names.isEmpty() || name != null && names.contains(name);
    }

    private static String country(Sms sms) {
        return String.valueOf(Countries.of(sms.phone()));
    }

    /** Returns what a message counts; one whose text Twilio makes counts as one segment. */
    long units(Sms sms) {
        var segments = settings.unit() == Unit.SEGMENTS ? sms.segments() : null;
        return segments == null ? 1 : segments;
    }

    /** Returns whether a message is sent over the limit. */
    boolean exempts(Sms sms) {
        return settings.exemptUrgent() && sms.policy().isUrgent();
    }

    public String unit() {
        return settings.unit() == Unit.SEGMENTS ? "segments" : "messages";
    }

    /** Returns the beginning of the period that has a time. */
    public Instant startsAt(Instant time) {
        return start(time).atStartOfDay(zone).toInstant();
    }

    CapCounters.Use.Key key(Instant time) {
        return new CapCounters.Use.Key(name, startsAt(time));
    }

    /** Returns the beginning of the next period. */
    public Instant endsAt(Instant time) {
        var start = start(time);
        return (isDaily() ? start.plusDays(1) : start.plusMonths(1))
                .atStartOfDay(zone)
                .toInstant();
    }

    /** Returns the first day of the period: a midnight may come twice, or not at all, where the clocks are changed. */
    private LocalDate start(Instant time) {
        var day = time.atZone(zone).toLocalDate();
        return isDaily() ? day : day.withDayOfMonth(1);
    }

    private boolean isDaily() {
        return settings.period() == Period.DAY;
    }

    /** Returns the decision about a message over the limit. */
    SendDecision over(Sms sms, Instant now) {
        var until = endsAt(now);
        if (settings.atLimit() == AtLimit.REJECT) {
            return SendDecision.rejected(EventRejected.ofText(422, "cap_reached", null, words() + "."));
        }
        return sms.isLate(until)
                ? SendDecision.rejected(
                        EventRejected.ofText(422, "too_late", null, words() + ", and it expires before."))
                : SendDecision.held(until, words());
    }

    /** Returns the reason of the decision. */
    String words() {
        return "Over the limit of the cap " + name;
    }
}
