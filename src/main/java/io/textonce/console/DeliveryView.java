package io.textonce.console;

import io.textonce.delivery.DeliveryStatus;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** View of a delivery for the page. */
public record DeliveryView(
        String id,
        String event,
        String eventId,
        String phone,
        DeliveryStatus status,
        int attempt,
        @Nullable String sid,
        @Nullable Integer code,
        @Nullable String reason,
        @Nullable Instant dueAt,
        Instant createdAt,
        Instant updatedAt,
        boolean maySendAgain,
        @Nullable ZoneId zone,
        List<TimelineText.Entry> entries) {

    static DeliveryView of(Map<String, Object> row, @Nullable ZoneId zone, List<TimelineText.Entry> entries) {
        return new DeliveryView(
                row.get("id").toString(),
                (String) row.get("event"),
                (String) row.get("event_id"),
                (String) row.get("phone_masked"),
                DeliveryStatus.ofColumn((String) row.get("status")),
                (Integer) row.get("attempt"),
                (String) row.get("message_sid"),
                (Integer) row.get("error_code"),
                (String) row.get("reason"),
                row.get("due_at") == null ? null : TimelineText.instant(row.get("due_at")),
                TimelineText.instant(row.get("created_at")),
                TimelineText.instant(row.get("updated_at")),
                Boolean.TRUE.equals(row.get("may_be_sent_again")),
                zone,
                entries);
    }

    public String headline() {
        return status == DeliveryStatus.HELD && dueAt == null ? "Needs review" : TimelineText.headline(status);
    }

    public String next() {
        return TimelineText.next(status, dueAt);
    }

    /** Returns the color and sign of the status. */
    public String tone() {
        return tone(status);
    }

    static String tone(DeliveryStatus status) {
        return switch (status) {
            case DELIVERED, READ -> "good";
            case HELD, UNKNOWN -> "wait";
            case REJECTED, UNDELIVERED, FAILED -> "bad";
            case CANCELED -> "off";
            default -> "way";
        };
    }

    /** Returns the actions that an operator has now. */
    public List<Choice> choices() {
        var choices = new ArrayList<Choice>();
        if (status == DeliveryStatus.HELD && dueAt == null) {
            choices.add(new Choice("release", "Send now", "The message is sent now."));
            choices.add(new Choice("drop", "Discard", "The message will never be sent."));
        } else if (status == DeliveryStatus.HELD) {
            choices.add(new Choice("cancel", "Cancel message", "The message will never be sent."));
        } else if (status == DeliveryStatus.REJECTED && maySendAgain) {
            choices.add(new Choice("resend", "Resend", "The same message is sent once more."));
        } else if (status.isCancelable()) {
            choices.add(
                    new Choice("cancel", "Cancel message", "Twilio is requested to cancel it. It may be too late."));
        }
        return choices;
    }

    /** Action of an operator. */
    public record Choice(String action, String title, String words) {}
}
