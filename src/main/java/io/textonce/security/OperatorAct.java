package io.textonce.security;

import io.textonce.event.EventRejected;
import io.textonce.privacy.PersonalDataMask;
import org.jspecify.annotations.Nullable;

/**
 * Event of an operator's act, for the audit log: its publisher knows no log.
 *
 * @param user the operator, or null in the sandbox
 * @param verb what was done, such as erased
 * @param phoneMasked whose data, or null
 * @param phoneHash keyed hash of that number, or null
 */
public record OperatorAct(
        @Nullable String user,
        String verb,
        @Nullable String phoneMasked,
        byte @Nullable [] phoneHash,
        @Nullable String detail) {

    /** Longest reason that an operator gives. */
    public static final int LONGEST_REASON = 300;

    /** Returns the operator's name; the sandbox has no users. */
    public static String actor(@Nullable String user) {
        return user == null ? "sandbox" : user;
    }

    /**
     * Returns the reason of an act as it is stored: with its numbers masked.
     *
     * @throws EventRejected 400 if it is empty or too long
     */
    public static String reason(String typed) {
        String why = PersonalDataMask.mask(typed.strip());
        if (why.isEmpty() || why.length() > LONGEST_REASON) {
            throw EventRejected.ofField("reason", "is required, with at most " + LONGEST_REASON + " characters");
        }
        return why;
    }
}
