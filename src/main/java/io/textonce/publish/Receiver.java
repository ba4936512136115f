package io.textonce.publish;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Destination of status events. */
interface Receiver {

    /**
     * Maximum time in which one call of {@link #publish} starts new publications; those in progress may take their
     * time-out more.
     */
    Duration LONGEST = Duration.ofSeconds(5);

    /**
     * Publishes changes, those of one delivery in their order.
     *
     * @param events in the order of their entries, at least one
     */
    Outcome publish(List<StatusEvent> events);

    /**
     * Result of a publication.
     *
     * @param published number of published events, from the first on and without a gap; further ones may be, too
     * @param failure of the next event; null if there was not enough time for all
     */
    record Outcome(int published, @Nullable Failure failure) {}

    /**
     * Failure to publish an event.
     *
     * @param words for the operator, without an address, which may contain a secret
     * @param gone whether the subscriber wants no more events
     * @param retryAfter the subscriber's Retry-After, or null
     */
    record Failure(String words, boolean gone, @Nullable Duration retryAfter) {

        Failure(String words) {
            this(words, false, null);
        }
    }
}
