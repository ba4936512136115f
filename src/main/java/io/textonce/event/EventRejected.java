package io.textonce.event;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rejection of an event of which no message can be made, with a reason that its sender can act on. Reason and details
 * never repeat a phone number. It has no stack trace, since it is a response and not an error.
 */
public final class EventRejected extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int httpStatus;
    private final String error;
    private final transient Map<String, List<String>> details;
    private final @Nullable Integer code;
    private final transient @Nullable Duration retryAfter;

    private EventRejected(
            int httpStatus,
            String error,
            String words,
            Map<String, List<String>> details,
            @Nullable Integer code,
            @Nullable Duration retryAfter) {
        super(words, null, false, false);
        this.httpStatus = httpStatus;
        this.error = error;
        this.details = details;
        this.code = code;
        this.retryAfter = retryAfter;
    }

    public EventRejected(int httpStatus, String error, String words) {
        this(httpStatus, error, words, Map.of(), null, null);
    }

    /** Returns the rejection of a body with invalid fields. */
    public static EventRejected ofFields(Map<String, List<String>> details) {
        return new EventRejected(400, "invalid_request", "The request is not valid; see details.", details, null, null);
    }

    /** Returns the rejection of a body with one invalid field. */
    public static EventRejected ofField(String field, String words) {
        return ofFields(Map.of(field, List.of(words)));
    }

    /** Returns the rejection of a body whose field must have a phone number, and does not. */
    public static EventRejected ofNumber(String field) {
        return ofField(field, "must be an E.164 number: a plus sign, the country code and the number, without spaces");
    }

    /** Returns the rejection of a number in a country, or of a kind, that may get no messages. */
    public static EventRejected ofCountry() {
        return ofText(422, "country_not_allowed", null, "Messages to this country or kind of number are not allowed.");
    }

    /** Returns the rejection of an event that has no route, or of a name that is none. */
    public static EventRejected ofUnknownEvent() {
        return new EventRejected(404, "unknown_event", "Unknown event.");
    }

    /** Returns the rejection of an event that an operator has switched off. */
    public static EventRejected ofDisabled(String event) {
        return new EventRejected(
                404,
                "event_disabled",
                "The event " + event + " is switched off. Nothing was sent; once an operator has switched it on, it may"
                        + " be sent again.");
    }

    /** Returns the rejection of an id that another event has used: one of the two would be lost. */
    public static EventRejected ofReusedId() {
        return new EventRejected(
                422,
                "event_id_reused",
                "This eventId was already used for a different event. Use a new eventId for each event.");
    }

    /** Returns the rejection of a message, by TextOnce or Twilio, after its event was understood. */
    public static EventRejected ofText(int httpStatus, String error, @Nullable Integer code, String words) {
        return new EventRejected(httpStatus, error, words, Map.of(), code, null);
    }

    /** Returns a rejection that is temporary: the caller may retry. */
    public static EventRejected later(
            int httpStatus, String error, @Nullable Integer code, String words, Duration retryAfter) {
        return new EventRejected(httpStatus, error, words, Map.of(), code, retryAfter);
    }

    /** HTTP status of the rejection. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Error code for programs, such as {@code invalid_request}. */
    public String error() {
        return error;
    }

    /** Problems by field; empty if no field is the cause. */
    public Map<String, List<String>> details() {
        return details;
    }

    /** Twilio's error code, if Twilio rejected the message. */
    public @Nullable Integer code() {
        return code;
    }

    /** Time to wait before a retry, if known. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** Returns reason and details in one line, for a reject file or a dead letter. */
    public String reason() {
        if (details.isEmpty()) {
            return code == null ? getMessage() : getMessage() + " (Twilio " + code + ")";
        }
        return String.join(
                "; ",
                details.entrySet().stream()
                        .map(entry -> entry.getKey() + ": " + String.join(", ", entry.getValue()))
                        .sorted()
                        .toList());
    }
}
