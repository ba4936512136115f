package io.textonce.peer;

/**
 * Kind of background work that every instance polls for. While an instance is idle, {@link IdleWatch} polls for all kinds
 * in one statement.
 */
public interface DueWork {

    /** Returns a condition in SQL that is true while there is work. A kind that it misses is polled for rarely. */
    String condition();

    /** Returns the parameters of the condition. */
    default Object[] parameters() {
        return new Object[0];
    }
}
