package io.textonce.twilio;

import org.jspecify.annotations.Nullable;

/**
 * Result of one check of the installation.
 *
 * @param check name of the check
 * @param finding what was found
 * @param fix what an operator does about it; null if there is nothing to do
 */
public record Diagnosis(
        String check, Level level, String finding, @Nullable String fix) {

    /** Severity of a finding. */
    public enum Level {
        OK,
        SKIPPED,
        WARNING,
        FAULT
    }

    static Diagnosis ok(String check, String finding) {
        return new Diagnosis(check, Level.OK, finding, null);
    }

    static Diagnosis skipped(String check, String finding) {
        return new Diagnosis(check, Level.SKIPPED, finding, null);
    }

    static Diagnosis warning(String check, String finding, String fix) {
        return new Diagnosis(check, Level.WARNING, finding, fix);
    }

    static Diagnosis fault(String check, String finding, String fix) {
        return new Diagnosis(check, Level.FAULT, finding, fix);
    }

    public boolean isFault() {
        return level == Level.FAULT;
    }
}
