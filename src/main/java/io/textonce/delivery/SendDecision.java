package io.textonce.delivery;

import io.textonce.event.EventRejected;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Decision of the send rules about a message.
 *
 * @param status reserved: send now; held: not before {@code until}; unknown: not before reconciliation; rejected,
 *     suppressed or canceled: never
 * @param until when a held message is due, or when Twilio is to send a scheduled one
 * @param rejection rejection for the sender
 * @param words for the delivery's timeline, or null
 */
public record SendDecision(
        DeliveryStatus status,
        @Nullable Instant until,
        @Nullable EventRejected rejection,
        @Nullable String words) {

    /** Decision to send now. */
    public static final SendDecision SEND = new SendDecision(DeliveryStatus.RESERVED, null, null, null);

    /** Returns the decision that Twilio schedules the message. */
    static SendDecision planned(Instant sendAt) {
        return new SendDecision(DeliveryStatus.RESERVED, sendAt, null, null);
    }

    public static SendDecision held(Instant until, String words) {
        return new SendDecision(DeliveryStatus.HELD, until, null, words);
    }

    static SendDecision unknown(String words) {
        return new SendDecision(DeliveryStatus.UNKNOWN, null, null, words);
    }

    public static SendDecision rejected(EventRejected rejection) {
        return new SendDecision(
                DeliveryStatus.REJECTED,
                null,
                rejection,
                rejection.details().isEmpty() ? rejection.getMessage() : rejection.reason());
    }

    static SendDecision suppressed(String words) {
        return new SendDecision(DeliveryStatus.SUPPRESSED, null, null, words);
    }

    static SendDecision canceled() {
        return new SendDecision(DeliveryStatus.CANCELED, null, null, "Canceled before it was sent");
    }

    /** The one that delays more: a rejection before a suppression, that before a hold,
     * and a hold before any send. Of two equals this one. */
    SendDecision strictest(SendDecision other) {
        return other.strictness() > strictness() ? other : this;
    }

    /** The stricter one, and of two holds the longer. */
    SendDecision later(SendDecision other) {
        return isHeld() && other.isHeld() && other.until.isAfter(until) ? other : strictest(other);
    }

    private int strictness() {
        if (isSend()) {
            return until == null ? 0 : 1;
        }
        return isHeld() ? 2 : status == DeliveryStatus.SUPPRESSED ? 3 : 4;
    }

    public boolean isSend() {
        return status == DeliveryStatus.RESERVED;
    }

    public boolean isHeld() {
        return status == DeliveryStatus.HELD;
    }

    /** Returns the equivalent error code of Twilio, if any. */
    public @Nullable Integer code() {
        return rejection == null ? null : rejection.code();
    }
}
