package io.textonce.delivery;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * State machine of a delivery: ours until Twilio has given a SID, then Twilio's own statuses, which only rise by rank
 * (https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks). docs/state-machine.md names
 * the trigger and the statement of each transition, {@link History} those that are allowed.
 */
public enum DeliveryStatus {
    RESERVED(-1),
    HELD(-1),
    UNKNOWN(-1),
    REJECTED(-1),
    /** Excluded by the recipient guard of an environment that must not message everyone. */
    SUPPRESSED(-1),
    SCHEDULED(0),
    ACCEPTED(1),
    QUEUED(2),
    SENDING(3),
    SENT(4),
    DELIVERED(5),
    UNDELIVERED(5),
    FAILED(5),
    /** Twilio's, and ours for a message that was canceled before Twilio had it. */
    CANCELED(5),
    READ(6);

    /** The rank from which on Twilio reports nothing more. */
    private static final int FINAL_RANK = 5;

    private static final Map<String, DeliveryStatus> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toMap(DeliveryStatus::word, Function.identity()));

    private final int rank;

    DeliveryStatus(int rank) {
        this.rank = rank;
    }

    /** The status of a word of the column, which is Twilio's for its statuses; empty for a word that is neither. */
    public static Optional<DeliveryStatus> of(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }

    /** The status that the column holds. */
    public static DeliveryStatus ofColumn(String word) {
        return of(word).orElseThrow(() -> new IllegalStateException("no status of a delivery: " + word));
    }

    /** The word in columns, in JSON and in Twilio's API. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public int rank() {
        return rank;
    }

    /** Returns whether it is one of Twilio's, which have a SID. */
    public boolean isTwilios() {
        return rank >= 0;
    }

    /** Returns whether it is final; only a read receipt may follow. */
    public boolean isFinal() {
        return rank >= FINAL_RANK;
    }

    /** Returns whether Twilio may still cancel the message. */
    public boolean isCancelable() {
        return this == SCHEDULED || this == ACCEPTED || this == QUEUED;
    }

    /** The stage, which is the same from Twilio's acceptance to its last word. */
    public String stage() {
        return isTwilios() && !isFinal() ? "with_twilio" : word();
    }

    @Override
    public String toString() {
        return word();
    }
}
