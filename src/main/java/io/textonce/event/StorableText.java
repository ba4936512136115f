package io.textonce.event;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Check for characters that a database and a phone can store. */
public final class StorableText {

    /** Names of fields that may be repeated in a response; any other could be a phone number. */
    private static final Pattern FIELD = Pattern.compile("[A-Za-z][A-Za-z_]{0,59}");

    private StorableText() {}

    /**
     * Checks all values of an event.
     *
     * @throws EventRejected in the name of the field with another character
     */
    public static void requireIn(Map<?, ?> event) {
        event.forEach((name, value) -> requireIn(String.valueOf(name), value));
    }

    private static void requireIn(String field, @Nullable Object value) {
        if (firstUnprintable(field, "") >= 0) {
            throw EventRejected.ofField("body", "has a field whose name contains a control character");
        }
        if (value instanceof String text) {
            require(field, text, "\n\r\t");
        } else if (value instanceof Map<?, ?> object) {
            object.forEach((name, inner) -> {
                requireIn(field, String.valueOf(name));
                requireIn(field, inner);
            });
        } else if (value instanceof List<?> array) {
            array.forEach(inner -> requireIn(field, inner));
        }
    }

    /** PostgreSQL can't hold NUL, and a phone has no use for the other control characters but a line feed. */
    public static String require(String field, String value, String allowed) {
        var rejection = rejection(field, value, allowed);
        if (rejection != null) {
            throw rejection;
        }
        return value;
    }

    /** Returns why a text can't be stored or displayed, or null if it can. */
    public static @Nullable EventRejected rejection(String field, String value, String allowed) {
        int at = firstUnprintable(value, allowed);
        return at < 0
                ? null
                : EventRejected.ofField(
                        FIELD.matcher(field).matches() ? field : "body",
                        String.format("must not contain the character U+%04X", (int) value.charAt(at)));
    }

    /** Replaces each character that can't be stored or displayed by a blank. */
    public static String blanked(String value) {
        var blanked = new StringBuilder(value);
        for (int i = firstUnprintable(value, ""); i >= 0; i = firstUnprintable(blanked, "")) {
            blanked.setCharAt(i, ' ');
        }
        return blanked.toString();
    }

    private static int firstUnprintable(CharSequence value, String allowed) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c) && allowed.indexOf(c) < 0 || isLoneSurrogate(value, i)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLoneSurrogate(CharSequence value, int i) {
        char c = value.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
    }
}
