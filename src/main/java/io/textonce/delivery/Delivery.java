package io.textonce.delivery;

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
        DeliveryStatus status,
        @Nullable String sid,
        @Nullable Integer errorCode,
        boolean duplicate) {

    static Delivery claimed(UUID id, int attempt) {
        return new Delivery(id, attempt, DeliveryStatus.RESERVED, null, null, false);
    }

    /** One that was taken before and is to be sent now. */
    public static Delivery taken(DueDelivery due) {
        return claimed(due.id(), due.attempt());
    }

    /** The same delivery after an answer. */
    public Delivery with(DeliveryStatus newStatus, @Nullable String newSid, @Nullable Integer newErrorCode) {
        return new Delivery(id, attempt, newStatus, newSid, newErrorCode, duplicate);
    }
}
