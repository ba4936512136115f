package io.textonce.message;

import io.textonce.event.EventName;
import io.textonce.settings.TimeBounds;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
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

    private static final String CONTENT_SID = "contentSid";
    private static final String SERVICE = "messagingServiceSid";
    private static final String SEND_AT = "sendAt";
    private static final String URGENT = "urgent";
    private static final String RESEND = "resend";
    private static final Set<String> ON_UNKNOWN = Set.of(RESEND, "hold", "drop");

    private String event = "";
    private String purpose = "";
    private @Nullable String onUnknown;
    private @Nullable Duration horizon;
    private @Nullable TimeBounds bounds;
    private @Nullable Duration timeToLive;
    private @Nullable QuietHours quietHours;
    private @Nullable ZoneId timeZone;
    private final SortedMap<String, String> options = new TreeMap<>();
    private int maxSegments = 3;
    private boolean urgent;
    private boolean keepsRefused;
    private boolean scheduledAtTwilio;

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
        return onUnknown == null ? RESEND : onUnknown;
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

    /** How many segments a text may take at most. */
    public int maxSegments() {
        return maxSegments;
    }

    /** Whether it goes before texts that are not, where the sender has a pace. */
    public boolean isUrgent() {
        return urgent;
    }

    /** Whether a text that is refused before its claim is kept as a rejected delivery. */
    public boolean keepsRefused() {
        return keepsRefused;
    }

    /** Whether Twilio is asked to make curly quotes and the like plain, so that a text stays in GSM-7. */
    public boolean isSmartEncoded() {
        return Boolean.parseBoolean(options.get("smartEncoded"));
    }

    /** What is asked of Twilio beyond the text, by the names of its SDK, such as {@code smartEncoded}. */
    public Map<String, String> options() {
        return Collections.unmodifiableSortedMap(options);
    }

    /** Whether Twilio makes the text, of a template that it keeps; the text here is the values for it then. */
    public boolean isContent() {
        return options.containsKey(CONTENT_SID);
    }

    /** Whether Twilio keeps a text that is to be sent later, as it does for a Messaging Service; else it is held here. */
    public boolean isScheduledAtTwilio() {
        return scheduledAtTwilio && options.containsKey(SERVICE);
    }

    /** Who sends: the Messaging Service of this policy, else the usual sender. */
    public String sender(String usual) {
        return options.getOrDefault(SERVICE, usual);
    }

    public void setEvent(String event) {
        if (!EventName.isValid(event)) {
            throw new IllegalArgumentException("event must be lower-case letters, digits and hyphens");
        }
        this.event = event;
    }

    public void setPurpose(String purpose) {
        if (purpose.isBlank()) {
            throw new IllegalArgumentException("purpose must name what the recipient consented to");
        }
        this.purpose = purpose;
    }

    public void setOnUnknown(String onUnknown) {
        if (!ON_UNKNOWN.contains(onUnknown)) {
            throw new IllegalArgumentException("onUnknown must be resend, hold or drop");
        }
        this.onUnknown = onUnknown;
        requireContentToStayUnsent();
    }

    public void setHorizon(String horizon) {
        this.horizon = duration(horizon);
        requireHorizonInBounds();
    }

    /** What a horizon must cover. */
    public void setBounds(TimeBounds bounds) {
        this.bounds = bounds;
        requireHorizonInBounds();
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

    public void setMaxSegments(int maxSegments) {
        if (maxSegments < 1 || maxSegments > 10) {
            throw new IllegalArgumentException("maxSegments must be 1 to 10");
        }
        this.maxSegments = maxSegments;
    }

    public void setUrgent(boolean urgent) {
        this.urgent = urgent;
    }

    public void setKeepRefused(boolean keepRefused) {
        this.keepsRefused = keepRefused;
    }

    /** Whether Twilio replaces look-alikes of plain characters, so that a text takes fewer segments. */
    public void setSmartEncoded(String smartEncoded) {
        option("smartEncoded", smartEncoded, "true|false", "true or false");
    }

    /** Whether Twilio shortens links. It does so for a Messaging Service that has a domain for them. */
    public void setShortenUrls(String shortenUrls) {
        option("shortenUrls", shortenUrls, "true|false", "true or false");
    }

    /** Whether Twilio looks for SMS pumping and other risks before it sends. */
    public void setRiskCheck(String riskCheck) {
        option("riskCheck", riskCheck, "enable|disable", "enable or disable");
    }

    /**
     * A template that Twilio keeps and makes the text of. Nobody here knows that text, so it is not recognised in Twilio's
     * list: an unknown outcome without a callback would look absent and be sent twice.
     */
    public void setContentSid(String contentSid) {
        option(CONTENT_SID, contentSid, "HX[0-9a-fA-F]{32}", "HX and 32 hexadecimal digits");
        requireContentToStayUnsent();
    }

    /** The Messaging Service that chooses the sender of these texts, instead of the usual one. */
    public void setMessagingService(String messagingService) {
        option(SERVICE, messagingService, "MG[0-9a-fA-F]{32}", "MG and 32 hexadecimal digits");
    }

    /** Who keeps a text until its sendAt: {@code twilio} where this policy has a Messaging Service; when empty, we do. */
    public void setSchedule(String schedule) {
        if (!schedule.isBlank() && !schedule.equals("twilio")) {
            throw new IllegalArgumentException("schedule must be twilio or empty");
        }
        scheduledAtTwilio = !schedule.isBlank();
    }

    /** Asked by both setters, since nobody promises their order. */
    private void requireHorizonInBounds() {
        String problem = horizon == null || bounds == null ? null : bounds.problemOfWindow(horizon);
        if (problem != null) {
            throw new IllegalArgumentException("horizon " + problem);
        }
    }

    /** Asked by both setters, since nobody promises their order. */
    private void requireContentToStayUnsent() {
        if (isContent() && RESEND.equals(onUnknown)) {
            throw new IllegalArgumentException("with a contentSid, onUnknown must be hold or drop");
        }
    }

    private void option(String name, String value, String pattern, String words) {
        if (value.isBlank()) {
            return;
        }
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException(name + " must be " + words);
        }
        options.put(name, value);
    }

    /**
     * The options as the table keeps them, or null.
     *
     * @param sendAt when Twilio is to send the text, or null
     */
    @Nullable
    public String written(@Nullable Instant sendAt) {
        var written = new TreeMap<>(options);
        if (isScheduledAtTwilio() && sendAt != null) {
            written.put(SEND_AT, sendAt.toString());
        }
        if (urgent) {
            written.put(URGENT, "true");
        }
        return written.isEmpty()
                ? null
                : written.entrySet().stream()
                        .map(option -> option.getKey() + "=" + option.getValue())
                        .collect(Collectors.joining(" "));
    }

    /** Takes the options as the table keeps them, and gives the time at which Twilio is to send the text, or null. */
    @Nullable
    public Instant read(@Nullable String written) {
        if (written != null) {
            for (String option : written.split(" ")) {
                int equals = option.indexOf('=');
                options.put(option.substring(0, equals), option.substring(equals + 1));
            }
        }
        urgent = Boolean.parseBoolean(options.remove(URGENT));
        String sendAt = options.remove(SEND_AT);
        scheduledAtTwilio = sendAt != null;
        return sendAt == null ? null : Instant.parse(sendAt);
    }

    private static @Nullable Duration duration(String text) {
        return text.isBlank() ? null : DurationStyle.detectAndParse(text);
    }
}
