package io.textonce.message;

import io.textonce.event.EventName;
import io.textonce.phone.Countries;
import io.textonce.settings.TimeBounds;
import io.textonce.settings.TwilioSid;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Send policy of one event. The kamelet {@code sms-send-sink} creates one from its parameters when a route file is
 * loaded, so that an invalid one is reported then and not with the first event.
 */
public final class SendPolicy extends RequestOptions implements Processor {

    /** Exchange variable of the policy. */
    public static final String VARIABLE = "policy";

    private static final String CONTENT_SID = "contentSid";
    private static final String SEND_AT = "sendAt";
    private static final String HELD_UNTIL = "heldUntil";
    private static final String URGENT = "urgent";
    private static final String COUNTRIES = "countries";
    private static final String RESEND = "resend";
    private static final Set<String> ON_UNKNOWN = Set.of(RESEND, "hold", "drop");

    private String event = "";
    private String purpose = "";
    private @Nullable String onUnknown;
    private @Nullable Duration window;
    private @Nullable TimeBounds bounds;
    private @Nullable Senders senders;
    private @Nullable Duration timeToLive;
    private @Nullable QuietHours quietHours;
    private @Nullable ZoneId timeZone;
    private Set<String> countries = Set.of();
    private int maxSegments = 3;
    private boolean urgent;
    private boolean keepsRejected;
    private boolean scheduledAtTwilio;

    @Override
    public void process(Exchange exchange) {
        exchange.setVariable(VARIABLE, this);
    }

    public String event() {
        return event;
    }

    /** Purpose for which the recipient consented. */
    public String purpose() {
        return purpose;
    }

    /** Action if reconciliation proves that Twilio has no message: resend, hold or drop. */
    public String onUnknown() {
        return onUnknown == null ? RESEND : onUnknown;
    }

    /** Reconciliation window, or null for the general setting. */
    public @Nullable Duration reconciliationWindow() {
        return window;
    }

    /** Time to live of a message, from the receipt of its event or from its sendAt, or null for no limit. */
    public @Nullable Duration timeToLive() {
        return timeToLive;
    }

    /** Quiet hours, or null for an event that may be sent at night. */
    public @Nullable QuietHours quietHours() {
        return quietHours;
    }

    /** Time zone of the quiet hours if the event has none, or null for that of the number's region. */
    public @Nullable ZoneId timeZone() {
        return timeZone;
    }

    /** Countries that may get messages, of those that are allowed in general, or that may not; all if empty. */
    public Set<String> countries() {
        return countries;
    }

    /** Maximum number of segments. */
    public int maxSegments() {
        return maxSegments;
    }

    /** Priority over messages that are not urgent, if the sender has a rate limit. */
    public boolean isUrgent() {
        return urgent;
    }

    /** Storage of a message that is rejected before its claim, as a rejected delivery. */
    public boolean keepsRejected() {
        return keepsRejected;
    }

    /** Use of a content template at Twilio; the text then has the values for it. */
    public boolean isContent() {
        return options.has(CONTENT_SID);
    }

    /** Scheduling at Twilio, if the sender is a Messaging Service; otherwise a later message is held here. */
    public boolean isScheduledAtTwilio() {
        return scheduledAtTwilio;
    }

    /** Messaging Service of this policy, or null for the sender of the table. */
    public @Nullable String service() {
        return options.get(SERVICE);
    }

    public void setEvent(String event) {
        if (!EventName.isValid(event)) {
            throw new IllegalArgumentException("event must be lower-case letters, digits and hyphens");
        }
        this.event = event;
        use();
    }

    public void setPurpose(String purpose) {
        if (purpose.isBlank()) {
            throw new IllegalArgumentException("purpose must name what the recipient consented to");
        }
        this.purpose = purpose;
        use();
    }

    public void setOnUnknown(String onUnknown) {
        if (!ON_UNKNOWN.contains(onUnknown)) {
            throw new IllegalArgumentException("onUnknown must be resend, hold or drop");
        }
        this.onUnknown = onUnknown;
        requireContentToStayUnsent();
    }

    public void setReconciliationWindow(String reconciliationWindow) {
        window = duration("reconciliationWindow", reconciliationWindow);
        requireWindowInBounds();
    }

    /** Lower bounds of a reconciliation window. */
    public void setBounds(TimeBounds bounds) {
        this.bounds = bounds;
        requireWindowInBounds();
    }

    public void setTimeToLive(String timeToLive) {
        this.timeToLive = duration("timeToLive", timeToLive);
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

    public void setCountries(String countries) {
        this.countries = countries.isBlank() ? Set.of() : Set.of(countries.split(","));
        if (!this.countries.stream().allMatch(country -> country.matches(Countries.SIGNED))) {
            throw new IllegalArgumentException(
                    "countries must be two letters each, such as US,DE, or what is denied, such as -FR,-premium");
        }
        if (!Countries.areKnown(this.countries)) {
            throw new IllegalArgumentException("countries " + Countries.KNOWN);
        }
    }

    public void setMaxSegments(int maxSegments) {
        if (maxSegments < 1 || maxSegments > 10) {
            throw new IllegalArgumentException("maxSegments must be 1 to 10");
        }
        this.maxSegments = maxSegments;
    }

    public void setUrgent(boolean urgent) {
        this.urgent = urgent;
    }

    public void setKeepRejected(boolean keepRejected) {
        this.keepsRejected = keepRejected;
    }

    /**
     * Sets the content template of which Twilio makes the text. That text is not known here, so it can't be recognized
     * in Twilio's message list: an unknown outcome without a callback would appear absent and be sent twice.
     */
    public void setContentSid(String contentSid) {
        options.set(CONTENT_SID, contentSid, "HX" + TwilioSid.DIGITS, "HX and 32 hexadecimal digits");
        requireContentToStayUnsent();
    }

    /**
     * Sets where a message is kept until its sendAt: {@code twilio}, if its sender is a Messaging Service, or empty for
     * here.
     */
    public void setSchedule(String schedule) {
        if (!schedule.isBlank() && !schedule.equals("twilio")) {
            throw new IllegalArgumentException("schedule must be twilio or empty");
        }
        scheduledAtTwilio = !schedule.isBlank();
    }

    /** Senders, which learn what they are used for. */
    public void setSenders(Senders senders) {
        this.senders = senders;
        senders.add(this);
        use();
    }

    /** Called by all three setters, since their order is not defined. */
    private void use() {
        if (senders != null && service() == null && !event.isEmpty() && !purpose.isEmpty()) {
            senders.use(event, purpose);
        }
    }

    /** Checks the combination; called by both setters, since their order is not defined. */
    private void requireWindowInBounds() {
        String problem = window == null || bounds == null ? null : bounds.problemOfWindow(window);
        if (problem != null) {
            throw new IllegalArgumentException("reconciliationWindow " + problem);
        }
    }

    /** Checks the combination; called by both setters, since their order is not defined. */
    private void requireContentToStayUnsent() {
        if (isContent() && RESEND.equals(onUnknown)) {
            throw new IllegalArgumentException("with a contentSid, onUnknown must be hold or drop");
        }
    }

    /**
     * Returns the options as stored in the table, or null.
     *
     * @param sendAt before which the message is not sent, or null
     * @param isScheduledAtTwilio whether Twilio keeps it until then
     */
    @Nullable
    public String written(@Nullable Instant sendAt, boolean isScheduledAtTwilio) {
        var others = new HashMap<String, String>();
        if (sendAt != null) {
            others.put(isScheduledAtTwilio ? SEND_AT : HELD_UNTIL, sendAt.toString());
        }
        if (urgent) {
            others.put(URGENT, "true");
        }
        if (!countries.isEmpty()) {
            others.put(COUNTRIES, String.join(",", countries));
        }
        return options.written(others);
    }

    /** Restores the options from the table, and returns the time at which Twilio is to send the message, or null. */
    @Nullable
    public Instant read(@Nullable String written) {
        if (written != null) {
            options.read(written);
        }
        urgent = Boolean.parseBoolean(options.remove(URGENT));
        String stored = options.remove(COUNTRIES);
        setCountries(stored == null ? "" : stored);
        String sendAt = options.remove(SEND_AT);
        options.remove(HELD_UNTIL);
        scheduledAtTwilio = sendAt != null;
        return sendAt == null ? null : Instant.parse(sendAt);
    }

    private static @Nullable Duration duration(String name, String text) {
        return text.isBlank() ? null : Durations.of(name, text);
    }
}
