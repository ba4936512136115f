package io.textonce.delivery;

import io.textonce.settings.EventName;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * How a text of one event may be sent. The kamelet {@code sms-send-sink} makes one of its parameters when a route file
 * is loaded, so that a wrong one is reported then and not with the first event.
 */
public final class SendPolicy implements Processor {

    /** The exchange variable that carries it. */
    public static final String VARIABLE = "policy";

    private static final Set<String> ON_UNKNOWN = Set.of("resend", "hold", "drop");

    private String event = "";
    private String purpose = "";
    private String onUnknown = "resend";
    private @Nullable Duration horizon;
    private @Nullable Duration timeToLive;
    private @Nullable QuietHours quietHours;
    private @Nullable ZoneId timeZone;

    @Override
    public void process(Exchange exchange) {
        exchange.setVariable(VARIABLE, this);
    }

    public String event() {
        return event;
    }

    /** For which purpose the recipient agreed to be texted. */
    public String purpose() {
        return purpose;
    }

    /** What follows when a text is proven absent at Twilio after an unclear answer: resend, hold or drop. */
    public String onUnknown() {
        return onUnknown;
    }

    /** How long a text may be absent from Twilio's list before that counts, or null for the general setting. */
    public @Nullable Duration horizon() {
        return horizon;
    }

    /** How long after it was received, or after its sendAt, an event is worth a text, or null for ever. */
    public @Nullable Duration timeToLive() {
        return timeToLive;
    }

    /** When the recipient is not to be disturbed, or null for an event that may come by night. */
    public @Nullable QuietHours quietHours() {
        return quietHours;
    }

    /** Whose clock the quiet hours go by where the event names none, or null for the number's region. */
    public @Nullable ZoneId timeZone() {
        return timeZone;
    }

    public void setEvent(String event) {
        if (!EventName.isValid(event)) {
            throw new IllegalArgumentException("event must be lower-case letters, digits and hyphens");
        }
        this.event = event;
    }

    public void setPurpose(String purpose) {
        if (purpose.isBlank()) {
            throw new IllegalArgumentException("purpose must say for what the recipient agreed to be texted");
        }
        this.purpose = purpose;
    }

    public void setOnUnknown(String onUnknown) {
        if (!ON_UNKNOWN.contains(onUnknown)) {
            throw new IllegalArgumentException("onUnknown must be resend, hold or drop");
        }
        this.onUnknown = onUnknown;
    }

    public void setHorizon(String horizon) {
        this.horizon = duration(horizon);
    }

    public void setTimeToLive(String timeToLive) {
        this.timeToLive = duration(timeToLive);
    }

    public void setQuietHours(String quietHours) {
        this.quietHours = quietHours.isBlank() ? null : QuietHours.parse(quietHours);
    }

    public void setTimeZone(String timeZone) {
        try {
            this.timeZone = timeZone.isBlank() ? null : ZoneId.of(timeZone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("timeZone must be a time zone such as Europe/Berlin", e);
        }
    }

    private static @Nullable Duration duration(String text) {
        return text.isBlank() ? null : DurationStyle.detectAndParse(text);
    }
}
