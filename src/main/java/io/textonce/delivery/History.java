package io.textonce.delivery;

import static io.textonce.delivery.DeliveryStatus.CANCELED;
import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.delivery.DeliveryStatus.RESERVED;
import static io.textonce.delivery.DeliveryStatus.SUPPRESSED;
import static io.textonce.delivery.DeliveryStatus.UNKNOWN;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Trace check of one delivery: its timeline must be a behavior of the model in docs/model. Which status may follow which,
 * by which kind of entry, is the table of docs/state-machine.md.
 */
public final class History {

    /** An entry has the time at which its statement began, which may have waited for the row. */
    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(1);

    private final Row row;
    private @Nullable DeliveryStatus status;
    private @Nullable String sid;
    private boolean isCanceled;
    private Instant newest = Instant.EPOCH;

    private History(Row row) {
        this.row = row;
        status = row.isKey ? CANCELED : null;
    }

    /** Returns why the model forbids a delivery with these entries, in their order; null if it does not. */
    static @Nullable String fault(Row row, List<Entry> entries) {
        var history = new History(row);
        for (var entry : entries) {
            String fault = history.add(entry);
            if (fault != null) {
                return fault;
            }
        }
        return history.end();
    }

    /**
     * Returns whether an entry of this kind may change the status.
     *
     * @param from null for a delivery that begins
     */
    public static boolean allows(String kind, @Nullable DeliveryStatus from, DeliveryStatus to) {
        boolean rises = from != null && to.isTwilios() && (from.rank() < to.rank() || from == CANCELED);
        return switch (kind) {
            case "callback", "poll" -> rises;
            case "answer" -> rises || from == RESERVED && to != RESERVED && to != SUPPRESSED;
            case "reconciliation" -> from == UNKNOWN && (rises || to == RESERVED);
            case "operator" ->
                switch (to) {
                    case HELD -> from == REJECTED || from == SUPPRESSED || from == CANCELED;
                    case CANCELED -> from == HELD || rises && from.isTwilios();
                    default -> false;
                };
            case "decision" ->
                switch (to) {
                    case RESERVED -> from == null || from == HELD || from == REJECTED;
                    case HELD -> from == null || from == RESERVED || from == UNKNOWN || from == REJECTED;
                    case REJECTED -> from == null || !from.isTwilios() && from != SUPPRESSED;
                    case SUPPRESSED -> from == null || from == RESERVED || from == UNKNOWN || from == REJECTED;
                    case UNKNOWN -> from == RESERVED || from != null && from.isTwilios();
                    case CANCELED -> from == null || !from.isTwilios() || from == CANCELED;
                    default -> false;
                };
            default -> false;
        };
    }

    private @Nullable String add(Entry entry) {
        if (entry.at.isBefore(newest.minus(LONGEST_STATEMENT))) {
            return "an entry is older than the one before it";
        }
        newest = entry.at.isAfter(newest) ? entry.at : newest;
        // The statement that requests the cancellation writes the entry, in one transaction: they have the same time.
        isCanceled |= entry.at.equals(row.canceledAt);
        return entry.to == null || repeats(entry) ? null : change(entry.kind, entry.to, entry.sid);
    }

    /** Of two reports of one status at the same moment, each may claim to have changed it; its subscribers get both. */
    private boolean repeats(Entry entry) {
        return entry.to == status && entry.to.isTwilios() && sid != null && sid.equals(entry.sid);
    }

    private @Nullable String change(String kind, DeliveryStatus to, @Nullable String reported) {
        // The claim of an attempt is no entry if there are no subscribers.
        if (!(status == null && allows(kind, RESERVED, to) || allows(kind, status, to))) {
            return (status == null ? "none" : status) + " to " + to + " by " + kind;
        }
        if (to == RESERVED && isCanceled) {
            return "an attempt after the cancellation";
        }
        boolean hasSid = to.isTwilios() && (to != CANCELED || reported != null);
        if (hasSid && reported == null) {
            return to + " without a SID";
        }
        if (hasSid
                && sid != null
                && (!sid.equals(reported) || Objects.requireNonNull(status).rank() >= to.rank())) {
            return "a second SID, or " + to + " after " + status;
        }
        if (!hasSid && (to == UNKNOWN ? status == CANCELED && sid == null : sid != null)) {
            return to + " after " + status + (sid == null ? " without" : " with") + " a SID";
        }
        status = to;
        sid = hasSid ? reported : null;
        return null;
    }

    private @Nullable String end() {
        var last = status == null ? RESERVED : status;
        if (last != row.status) {
            return "the timeline ends as " + last + ", the delivery is " + row.status;
        }
        return Objects.equals(sid, row.sid) ? null : "the delivery has another SID than its timeline";
    }

    /**
     * Row of {@code textonce.deliveries}.
     *
     * @param isKey whether it holds the key of an event that was canceled and has not been received
     * @param canceledAt when a cancellation was acknowledged, or null
     */
    record Row(
            DeliveryStatus status,
            @Nullable String sid,
            boolean isKey,
            @Nullable Instant canceledAt) {}

    /**
     * Entry of the timeline.
     *
     * @param to new status of the delivery, or null
     */
    record Entry(
            Instant at,
            String kind,
            @Nullable DeliveryStatus to,
            @Nullable String sid) {}
}
