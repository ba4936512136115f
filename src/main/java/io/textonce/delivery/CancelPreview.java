package io.textonce.delivery;

import io.textonce.delivery.EventPreview.Effect;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Preview of a cancellation in words. */
final class CancelPreview {

    private static final String CANCEL = "cancel";

    private CancelPreview() {}

    /** @param effect of the cancellation if it were made now */
    static Effect of(String event, String eventId, UUID delivery, DeliveryStatus status, String effect) {
        boolean isDone = status == DeliveryStatus.CANCELED;
        String what = switch (effect) {
            case "pending" -> "was canceled before its event came.";
            case "too_late" -> "is " + status.word() + "; it is too late to cancel it.";
            case "canceled" ->
                isDone ? "is canceled already." : "is " + status.word() + "; it would be canceled, and never sent.";
            default -> "is " + status.word() + " and may be at Twilio, which would be requested to cancel it.";
        };
        boolean isChanged = !isDone && !effect.equals("too_late");
        return effect(isChanged ? CANCEL : EventPreview.NONE, event, eventId, effect, delivery, what);
    }

    /** Preview for an event that has not come yet. */
    static Effect pending(String event, String eventId) {
        return effect(
                CANCEL, event, eventId, "pending", null, "has not been received; it would be canceled once it is.");
    }

    /** Preview without a database. */
    static Effect offline(String event, String eventId) {
        return effect(
                CANCEL, event, eventId, null, null, "would be canceled, unless the database shows that it was sent.");
    }

    private static Effect effect(
            String verdict,
            String event,
            String eventId,
            @Nullable String status,
            @Nullable UUID delivery,
            String what) {
        return new Effect(
                verdict, event, eventId, status, delivery, "The message of " + event + " " + eventId + " " + what);
    }
}
