package io.textonce.publish;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where status events go. */
interface Receiver {

    /** How long one call of {@link #tell} goes on beginning to tell; what it has begun may take its time-out more. */
    Duration LONGEST = Duration.ofSeconds(5);

    /**
     * Tells of changes, those of one delivery in their order.
     *
     * @param events in the order of their entries, at least one
     */
    Outcome tell(List<StatusEvent> events);

    /**
     * How far it came.
     *
     * @param told how many events it has, from the first on and without a gap; it may have further ones
     * @param failure why it does not have the next one; null where there was not enough time for all
     */
    record Outcome(int told, @Nullable Failure failure) {}

    /**
     * Why an event was not taken.
     *
     * @param words for the operator; no address, which may hold a secret
     * @param gone whether it wants nothing more
     * @param retryAfter how long it asked to be left alone
     */
    record Failure(String words, boolean gone, @Nullable Duration retryAfter) {

        Failure(String words) {
            this(words, false, null);
        }
    }
}
