package io.textonce.event;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event that can't become a text, said so that its sender can act on it. Words and details never repeat a phone
 * number. It has no stack trace: it is an answer, not a fault.
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

    /** A body whose fields are wrong. */
    public static EventRejected ofFields(Map<String, List<String>> details) {
        return new EventRejected(400, "invalid_request", "The event is not valid; see details.", details, null, null);
    }

    /** A body with one wrong field. */
    public static EventRejected ofField(String field, String words) {
        return ofFields(Map.of(field, List.of(words)));
    }

    /** A body with one field that must hold a phone number, and doesn't. */
    public static EventRejected ofNumber(String field) {
        return ofField(field, "must be an E.164 number: a plus sign, the country code and the number, without spaces");
    }

    /** An id that came with another event before: one of the two would be lost. */
    public static EventRejected ofReusedId() {
        return new EventRejected(
                422,
                "event_id_reused",
                "This eventId was already used for a different event. Use a new eventId for each event.");
    }

    /** A text that was refused, by us or by Twilio, after its event was understood. */
    public static EventRejected ofText(int httpStatus, String error, @Nullable Integer code, String words) {
        return new EventRejected(httpStatus, error, words, Map.of(), code, null);
    }

    /** Something that may be asked for again, after a while. */
    public static EventRejected later(
            int httpStatus, String error, @Nullable Integer code, String words, Duration retryAfter) {
        return new EventRejected(httpStatus, error, words, Map.of(), code, retryAfter);
    }

    /** The HTTP status that says the same. */
    public int httpStatus() {
        return httpStatus;
    }

    /** A word for programs, such as {@code invalid_request}. */
    public String error() {
        return error;
    }

    /** What is wrong, by field; empty where the refusal is not about fields. */
    public Map<String, List<String>> details() {
        return details;
    }

    /** Twilio's error code, where Twilio refused. */
    public @Nullable Integer code() {
        return code;
    }

    /** When it may be asked for again, where that is known. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** All in one line, for a file or a dead letter. */
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
