package io.textonce.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;

/** Strict decoder of text: a byte that is no UTF-8 would reach a phone as a question mark. */
public final class Utf8Text {

    private static final String MARK = "\ufeff";

    private Utf8Text() {}

    /**
     * Returns the text of a file.
     *
     * @throws LineError if it begins with a byte order mark or is not UTF-8
     */
    public static String of(byte[] bytes) {
        var rest = ByteBuffer.wrap(bytes);
        String text;
        try {
            text = UTF_8.newDecoder().decode(rest).toString();
        } catch (CharacterCodingException e) {
            throw new LineError(
                    lineOf(bytes, rest.position()),
                    "the file is not UTF-8 (byte 0x%02X); save it as UTF-8".formatted(bytes[rest.position()]));
        }
        if (text.startsWith(MARK)) {
            throw new LineError(1, "the file begins with a byte order mark; save it as UTF-8 without one");
        }
        return text;
    }

    /** Returns the text of these bytes, or null if they are not UTF-8. */
    public static @Nullable String orNull(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static int lineOf(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }
}
