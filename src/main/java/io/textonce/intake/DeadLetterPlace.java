package io.textonce.intake;

import io.textonce.event.EventRejected;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Place that keeps dead letters: the dead-letter queue, the table, or the reject files. */
public interface DeadLetterPlace {

    /** Largest number of letters that a place lists. */
    int MOST = 1_000;

    /** Returns the name of the place, as ids and filters have it. */
    String name();

    /** Returns the source of an event that is replayed, or null for the default. */
    @Nullable
    String source();

    /**
     * Returns the letters that match, {@link #MOST} at most, each with the beginning of its content.
     *
     * @throws org.springframework.jms.JmsException if the broker can't be reached
     */
    List<DeadLetter> list(Predicate<DeadLetter> wanted) throws IOException;

    /**
     * Returns the letter with a key, if it is still there.
     *
     * @throws org.springframework.jms.JmsException if the broker can't be reached
     */
    Optional<DeadLetter> find(String key) throws IOException;

    /** Removes a letter that was replayed or discarded, in a transaction; false if another operator removed it. */
    boolean remove(DeadLetter letter) throws IOException;

    /**
     * Returns the event in JSON of a letter's body.
     *
     * @param body of the letter, which an operator may have fixed
     * @throws EventRejected if it can't be read
     */
    default String json(DeadLetter letter, String body) throws IOException {
        return body;
    }

    /** Has a whole file read again; its events are accepted or rejected one by one. */
    default void readAgain(DeadLetter letter) throws IOException {
        throw new EventRejected(409, "not_possible", "Only a file can be read again.");
    }
}
