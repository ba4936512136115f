package io.textonce.console;

import io.textonce.delivery.DeliveryStatus;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Action of an operator on all messages of a filter. */
public enum BulkAction {
    RESEND("Resend", "resent", "Resend %s"),
    RELEASE("Send now", "released", "Send %s now"),
    DROP("Discard", "discarded", "Discard %s"),
    CANCEL("Cancel", "canceled", "Cancel %s"),
    ERASE("Erase the recipients’ data", "erased", "Erase the data of the recipients of %s");

    private static final Set<DeliveryStatus> RESENDABLE =
            EnumSet.of(DeliveryStatus.REJECTED, DeliveryStatus.SUPPRESSED, DeliveryStatus.CANCELED);

    private final String title;
    private final String verb;
    private final String button;

    BulkAction(String title, String verb, String button) {
        this.title = title;
        this.verb = verb;
        this.button = button;
    }

    static Optional<BulkAction> of(String word) {
        return Arrays.stream(values())
                .filter(action -> action.word().equals(word))
                .findFirst();
    }

    public String title() {
        return title;
    }

    /** Returns the title with what the action is for, as a button has it. */
    public String button(long messages) {
        return button.formatted(DeliverySearch.Total.counted(messages, "message"));
    }

    /** Returns the word of the address, the table and the timeline. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the verb of the audit log. */
    public String verb() {
        return verb;
    }

    /** Returns whether the send rules decide about the messages afterwards, and an undo may come before that. */
    public boolean isSend() {
        return this == RESEND || this == RELEASE;
    }

    /**
     * Returns why the action is not possible for a row of {@code delivery-find.sql}, or null. It is what {@link
     * Operator} would say, which has the last word.
     *
     * @param permanent whether Twilio would only reject the message again
     */
    @Nullable
    String gate(Map<String, Object> row, boolean permanent) {
        var status = DeliveryStatus.ofColumn((String) row.get("status"));
        boolean stored = Boolean.TRUE.equals(row.get("is_stored"));
        boolean waits = status == DeliveryStatus.HELD && row.get("due_at") == null;
        return switch (this) {
            case RESEND -> {
                if (!RESENDABLE.contains(status) || row.get("message_sid") != null) {
                    yield "Not rejected: sent, in progress or on hold";
                }
                if (permanent) {
                    yield "Twilio would reject it again";
                }
                yield Boolean.TRUE.equals(row.get("may_be_sent_again"))
                        ? null
                        : stored ? "Expired" : "Number or content no longer stored";
            }
            case RELEASE -> !waits ? "Not waiting for review" : stored ? null : "Number or content no longer stored";
            case DROP -> waits ? null : "Not waiting for review";
            case CANCEL -> status == DeliveryStatus.HELD || status.isCancelable() ? null : "Already sent or closed";
            case ERASE -> row.get("phone") == null ? "The number is no longer stored" : null;
        };
    }
}
