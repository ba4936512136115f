package io.textonce.intake.file;

import org.jspecify.annotations.Nullable;

/**
 * Record of a file: either an event or a problem, never both and never neither. A problem never quotes the record, so
 * it may be logged.
 *
 * @param number counts from 1: the line where the record begins, or in a {@code .json} file the element
 * @param json the event as a JSON object in UTF-8, or null when there is a problem
 * @param problem why the record cannot be read, to be put after "line 17: ", or null
 * @param raw the record as it goes into the file of bad lines, byte for byte and without the line's end; empty when it
 *     was too long to be held
 * @param wholeFile the problem is the file's rather than one record's, and nothing after it was read
 * @param head what must stand above the record for it to be read again, such as a CSV header; without the line's end
 */
public record EventLine(
        long number, byte @Nullable [] json, @Nullable String problem, byte[] raw, boolean wholeFile, byte[] head) {

    private static final byte[] NOTHING = {};

    static EventLine event(long number, byte[] json, byte[] raw) {
        return new EventLine(number, json, null, raw, false, NOTHING);
    }

    static EventLine bad(long number, String problem, byte[] raw) {
        return new EventLine(number, null, problem, raw, false, NOTHING);
    }

    static EventLine tooLong(long number) {
        return bad(number, "is longer than 64 KiB; it is not copied here, see the original file", NOTHING);
    }

    static EventLine wholeFile(long number, String problem) {
        return new EventLine(number, null, problem, NOTHING, true, NOTHING);
    }

    EventLine under(byte[] head) {
        return new EventLine(number, json, problem, raw, wholeFile, head);
    }
}
