package io.textonce.delivery;

import io.textonce.event.EventRejected;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the gates of the send road decided about a text.
 *
 * @param status reserved: it may be sent now; held: not before {@code until}; unknown: not before evidence was looked
 *     for; rejected or canceled: not at all
 * @param until when a held text is due, or when Twilio is to send one that it may have now
 * @param refusal what the sender of a rejected one is told
 * @param words for the delivery's timeline, null where there is nothing to say
 */
public record SendDecision(
        DeliveryStatus status,
        @Nullable Instant until,
        @Nullable EventRejected refusal,
        @Nullable String words) {

    /** It may be sent now. */
    public static final SendDecision SEND = new SendDecision(DeliveryStatus.RESERVED, null, null, null);

    /** Twilio may have it now, to send it then. */
    static SendDecision planned(Instant sendAt) {
        return new SendDecision(DeliveryStatus.RESERVED, sendAt, null, null);
    }

    static SendDecision held(Instant until, String words) {
        return new SendDecision(DeliveryStatus.HELD, until, null, words);
    }

    static SendDecision unknown(String words) {
        return new SendDecision(DeliveryStatus.UNKNOWN, null, null, words);
    }

    static SendDecision rejected(EventRejected refusal) {
        return new SendDecision(
                DeliveryStatus.REJECTED,
                null,
                refusal,
                refusal.details().isEmpty() ? refusal.getMessage() : refusal.reason());
    }

    static SendDecision canceled() {
        return new SendDecision(DeliveryStatus.CANCELED, null, null, "Cancelled before it was sent");
    }

    public boolean isSend() {
        return status == DeliveryStatus.RESERVED;
    }

    public boolean isHeld() {
        return status == DeliveryStatus.HELD;
    }

    /** Twilio's error code that says the same, where there is one. */
    public @Nullable Integer code() {
        return refusal == null ? null : refusal.code();
    }
}
