package io.textonce.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/**
 * Result of the comparison of a day in UTC.
 *
 * @param listed number of messages of our senders that Twilio has
 * @param differences at most {@link #MOST} of each kind
 */
record Comparison(LocalDate day, long listed, List<Difference> differences) {

    /** More differences have one cause, such as another application that uses the sender. */
    static final int MOST = 1000;

    long count(Kind kind) {
        return differences.stream()
                .filter(difference -> difference.kind == kind)
                .count();
    }

    /**
     * Message that only one side has.
     *
     * @param sentAt Twilio's time of an unexplained message, the time of the attempt of a missing one
     */
    record Difference(String sid, Kind kind, String sender, Instant sentAt) {}

    /** Side that has the message. */
    enum Kind {
        /** Twilio has it, and no delivery does. */
        UNEXPLAINED("no delivery has this message of Twilio's"),
        /** A delivery has it, and Twilio does not. */
        MISSING("Twilio has no such message, and a delivery has its SID");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** Returns what is true, for the log. */
        String words() {
            return words;
        }

        /** Returns the value of the column. */
        String column() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
