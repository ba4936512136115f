package io.textonce.event;

import java.text.Normalizer;
import java.util.regex.Pattern;

/**
 * Normal form of an identifier, of which an idempotency key is made: invisible differences must not make two keys of
 * one. A letter and its accent are one character (Unicode NFC). Blanks and invisible characters around an identifier are
 * dropped; within it they are rejected, except a plain blank, which is visible.
 */
public final class Identifier {

    /** Blanks, controls, format characters such as U+200B, half surrogates, and fillers that Unicode calls letters or marks. */
    private static final String INVISIBLE =
            "\\p{Z}\\p{Cc}\\p{Cf}\\p{Cs}\\u034F\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F"
                    + "\\u2800\\u3164\\uFE00-\\uFE0F\\uFFA0\\x{E0100}-\\x{E01EF}";

    /** Each run of invisible characters is read once, wherever it stands: a request may be full of them. */
    private static final Pattern EDGES =
            Pattern.compile("^[" + INVISIBLE + "]++|(?<![" + INVISIBLE + "])[" + INVISIBLE + "]++$");

    private static final Pattern INSIDE = Pattern.compile("[" + INVISIBLE + "&&[^ ]]");

    private Identifier() {}

    /**
     * Returns the normal form of a sender's identifier.
     *
     * @throws EventRejected in the name of the field, when an invisible character stands inside
     */
    public static String of(String field, String written) {
        if (isPlain(written)) {
            return written;
        }
        String id = EDGES.matcher(Normalizer.normalize(written, Normalizer.Form.NFC))
                .replaceAll("");
        var hidden = INSIDE.matcher(id);
        if (hidden.find()) {
            throw EventRejected.ofField(
                    field,
                    String.format(
                            "must not contain the invisible character U+%04X",
                            hidden.group().codePointAt(0)));
        }
        return id;
    }

    /** Visible ASCII, as nearly all are, is in normal form; to find that out by the patterns takes 5 % of a request. */
    private static boolean isPlain(String written) {
        return written.chars().allMatch(character -> character > ' ' && character < 0x7F);
    }

    /** Returns the normal form of an identifier of limited length. */
    public static String of(String field, String written, int longest) {
        String id = of(field, written);
        if (id.length() > longest) {
            throw EventRejected.ofField(field, "must be at most " + longest + " characters");
        }
        return id;
    }
}
