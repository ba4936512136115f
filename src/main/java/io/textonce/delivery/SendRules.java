package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.QuietHours;
import io.textonce.message.Sms;
import io.textonce.phone.PhoneTimeZones;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Send rules: whether a message may be sent, and if not now, when. They apply before an event is claimed, and again
 * when a held message is sent or a message is resent: meanwhile its recipient may have opted out, a guard may
 * bar it, its consent may be too old, it may have expired, or quiet hours may have begun.
 */
public final class SendRules {

    private static final Duration SOONEST_PLAN = Duration.ofMinutes(20);
    private static final Duration FURTHEST_PLAN = Duration.ofDays(35);

    /** Limit of the search: zones without a common hour in that time have none. */
    private static final Duration LONGEST_NIGHT = Duration.ofDays(3);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    private final OptOuts optOuts;
    private final RecipientGuards guards;
    private final PhoneTimeZones phoneZones;
    private final ZoneId defaultZone;
    private final Map<String, Duration> maxConsentAge = new HashMap<>();
    private final Clock clock;

    /** @param maxConsentAge by purpose; only letters and digits of a purpose count, as the environment has no others */
    SendRules(
            OptOuts optOuts,
            RecipientGuards guards,
            PhoneTimeZones phoneZones,
            ZoneId defaultZone,
            Map<String, Duration> maxConsentAge,
            Clock clock) {
        this.optOuts = optOuts;
        this.guards = guards;
        this.phoneZones = phoneZones;
        this.defaultZone = defaultZone;
        this.clock = clock;
        maxConsentAge.forEach((purpose, age) -> this.maxConsentAge.put(plain(purpose), age));
    }

    /** Rejects a message whose consent is older than its purpose allows, or will be when Twilio sends it, which is not checked again. */
    SendDecision consent(Sms sms) {
        return consent(sms, clock.instant());
    }

    private SendDecision consent(Sms sms, Instant now) {
        var most = maxConsentAge.get(plain(sms.policy().purpose()));
        boolean isLater = sms.isScheduledAtTwilio()
                && sms.sendAt() != null
                && sms.sendAt().isAfter(now);
        if (most != null && sms.consentAt().plus(most).isBefore(isLater ? sms.sendAt() : now)) {
            return SendDecision.rejected(EventRejected.ofText(
                    422,
                    "consent_too_old",
                    null,
                    (isLater
                                    ? "At sendAt the consent will be more than " + words(most) + " old"
                                    : "The consent was given more than " + words(most) + " ago")
                            + ", which is too old for this purpose."));
        }
        return SendDecision.SEND;
    }

    /** Returns a message that was claimed elsewhere for the number that it goes to here. */
    public Sms addressed(Sms sms) {
        return guards.addressed(sms);
    }

    /** Suppresses or rejects a message to a number that may not get one here. */
    SendDecision recipient(Sms sms) {
        return guards.decide(sms.phone(), sms.client(), sms.policy().countries());
    }

    /** Holds a message until its sendAt and until the recipient's quiet hours are over. */
    SendDecision time(Sms sms) {
        return time(sms, clock.instant());
    }

    private SendDecision time(Sms sms, Instant now) {
        var requested = sms.sendAt() == null || sms.sendAt().isBefore(now) ? now : sms.sendAt();
        var zones = zones(sms);
        var allowed = sms.policy().quietHours() == null
                ? new Allowed(requested, null)
                : allowed(sms.policy().quietHours(), requested, zones);
        if (sms.isLate(allowed.at())) {
            return SendDecision.rejected(tooLate(allowed));
        }
        if (sms.isScheduledAtTwilio() && isInTwiliosWindow(now, allowed.at())) {
            return SendDecision.planned(allowed.at());
        }
        if (allowed.zone() != null) {
            return SendDecision.held(
                    allowed.at(), "Held until " + at(TIME, allowed.at(), allowed.zone()) + ": quiet hours");
        }
        if (allowed.at().isAfter(now)) {
            return SendDecision.held(
                    allowed.at(), "Held until " + at(DAY, allowed.at(), zones.get(0)) + ": the event's sendAt");
        }
        return SendDecision.SEND;
    }

    /**
     * Returns whether Twilio schedules for a time (https://www.twilio.com/docs/messaging/features/message-scheduling).
     * Its pages name 5 and 15 minutes; a retried call must find the window still open.
     */
    private static boolean isInTwiliosWindow(Instant now, Instant time) {
        return time.isAfter(now.plus(SOONEST_PLAN)) && time.isBefore(now.plus(FURTHEST_PLAN));
    }

    /**
     * Applies the rules again to a message that was claimed before and is about to be sent. It uses the clock that
     * called the message due: by another one it could be held until a time that is past already, and be due again at
     * once.
     */
    public SendDecision again(DueDelivery due) {
        return again(due, due.sms());
    }

    /** Applies the rules again to a message that another sender may send now. */
    public SendDecision again(DueDelivery due, Sms stored) {
        if (due.isCancelled()) {
            return SendDecision.canceled();
        }
        var sms = addressed(stored);
        if (optOuts.has(sms.phone(), sms.possibleSenders())) {
            return SendDecision.rejected(OptOuts.rejection());
        }
        return recipient(sms).strictest(consent(sms, due.now())).strictest(time(sms, due.now()));
    }

    private static EventRejected tooLate(Allowed allowed) {
        return EventRejected.ofText(
                422,
                "too_late",
                null,
                allowed.zone() == null
                        ? "Expired before it could be sent."
                        : "Expires during quiet hours, which last until " + at(TIME, allowed.at(), allowed.zone())
                                + ".");
    }

    /** Returns the event's zone or its policy's; else all zones of the number, of which none may have quiet hours. */
    private List<ZoneId> zones(Sms sms) {
        if (sms.timeZone() != null) {
            return List.of(sms.timeZone());
        }
        if (sms.policy().quietHours() == null) {
            return List.of(defaultZone);
        }
        var zones = phoneZones.of(sms.phone());
        return zones.isEmpty() ? List.of(defaultZone) : zones;
    }

    /**
     * Returns the first time that is quiet in no zone; if there is none, the first that is not quiet in the default
     * one.
     */
    private Allowed allowed(QuietHours quiet, Instant from, List<ZoneId> zones) {
        var at = from;
        ZoneId last = null;
        for (int calm = 0; calm < zones.size(); ) {
            calm = 0;
            for (var zone : zones) {
                var next = quiet.next(at, zone);
                if (next.equals(at)) {
                    calm++;
                } else {
                    at = next;
                    last = zone;
                }
            }
            if (Duration.between(from, at).compareTo(LONGEST_NIGHT) > 0) {
                return allowed(quiet, from, List.of(defaultZone));
            }
        }
        return new Allowed(at, last);
    }

    private static String at(DateTimeFormatter format, Instant at, ZoneId zone) {
        return format.format(at.atZone(zone)) + " " + zone.getId();
    }

    private static String words(Duration age) {
        return age.toDays() > 0 ? age.toDays() + " days" : age.toHours() + " hours";
    }

    private static String plain(String purpose) {
        return purpose.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }

    /** @param zone whose night is the last to end, or null where it is night nowhere */
    private record Allowed(Instant at, @Nullable ZoneId zone) {}
}
