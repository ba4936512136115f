package io.textonce.delivery;

import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far an event's text has come.
 *
 * @param id our id of the delivery
 * @param attempt which claim this is, from 1
 * @param status ours until Twilio has given a SID, then Twilio's
 * @param sid Twilio's Message SID, once it is known
 * @param errorCode Twilio's error code, where there is one
 * @param duplicate whether the event had been taken before
 */
public record Delivery(
        UUID id,
        int attempt,
        String status,
        @Nullable String sid,
        @Nullable Integer errorCode,
        boolean duplicate) {

    /** The statuses that are ours; all others are Twilio's words. */
    public static final String RESERVED = "reserved";

    public static final String HELD = "held";
    public static final String UNKNOWN = "unknown";
    public static final String REJECTED = "rejected";

    /** Twilio's word, and ours for a text that was called off before Twilio had it. */
    public static final String CANCELED = "canceled";

    /** Twilio's statuses of a message that it may still cancel. */
    private static final Set<String> CANCELABLE = Set.of("scheduled", "accepted", "queued");

    private static final Set<String> FINAL = Set.of("delivered", "undelivered", "failed", CANCELED, "read");

    private static final Set<String> OPEN = Set.of("scheduled", "accepted", "queued", "sending", "sent");

    /** Whether a status is one of an outbound message, in Twilio's words. */
    public static boolean isTwilioStatus(String status) {
        return OPEN.contains(status) || FINAL.contains(status);
    }

    /** Whether a status is Twilio's last word. */
    public static boolean isFinal(String status) {
        return FINAL.contains(status);
    }

    /** Whether Twilio may still cancel a message of a status. */
    public static boolean isCancelable(String status) {
        return CANCELABLE.contains(status);
    }

    static Delivery claimed(UUID id, int attempt) {
        return new Delivery(id, attempt, RESERVED, null, null, false);
    }

    /** One that was taken before and is to be sent now. */
    public static Delivery taken(DueDelivery due) {
        return claimed(due.id(), due.attempt());
    }

    /** The same delivery after an answer. */
    public Delivery with(String newStatus, @Nullable String newSid, @Nullable Integer newErrorCode) {
        return new Delivery(id, attempt, newStatus, newSid, newErrorCode, duplicate);
    }
}
