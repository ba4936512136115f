package io.textonce.intake.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reader of a stream's lines as bytes, so that one line in a foreign encoding does not affect the next. However long a
 * line is, at most {@link #LIMIT} of it is held in memory.
 */
public final class Lines {

    /**
     * Maximum length of a line, CSV row or array element: hundreds of times an event, and small enough to hold many.
     */
    public static final int LIMIT = 64 * 1024;

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final InputStream in;
    private final byte[] buffer = new byte[16 * 1024];
    private final Deque<Line> pushedBack = new ArrayDeque<>();
    private int position;
    private int end;
    private long number;

    Lines(InputStream in) {
        this.in = in;
    }

    /** Skips a UTF-8 byte order mark. */
    static InputStream withoutBom(InputStream in) throws IOException {
        var pushback = new PushbackInputStream(in, BOM.length);
        byte[] head = pushback.readNBytes(BOM.length);
        if (!Arrays.equals(head, BOM)) {
            pushback.unread(head);
        }
        return pushback;
    }

    @Nullable
    Line next() throws IOException {
        if (!pushedBack.isEmpty()) {
            return pushedBack.pop();
        }
        if (position == end && !fill()) {
            return null;
        }
        var line = new ByteArrayOutputStream(256);
        boolean tooLong = false;
        boolean ended = false;
        do {
            int lineEnd = position;
            while (lineEnd < end && buffer[lineEnd] != '\n') {
                lineEnd++;
            }
            // One byte more than the limit, since it may be the carriage return, which is not counted.
            int kept = Math.min(lineEnd - position, LIMIT + 1 - line.size());
            line.write(buffer, position, kept);
            tooLong |= kept < lineEnd - position;
            ended = lineEnd < end;
            position = ended ? lineEnd + 1 : end;
        } while (!ended && fill());
        byte[] bytes = line.toByteArray();
        tooLong |= bytes.length > LIMIT && bytes[LIMIT] != '\r';
        return new Line(++number, bytes, tooLong);
    }

    /** Makes {@link #next} return these lines again, the first of them first. */
    void pushBack(List<Line> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            pushedBack.push(lines.get(i));
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        end = Math.max(0, in.read(buffer));
        return end > 0;
    }

    /**
     * @param number counts from 1
     * @param bytes without the line feed, but with a carriage return: inside a quoted CSV cell it is content
     * @param tooLong the bytes are only the beginning
     */
    record Line(long number, byte[] bytes, boolean tooLong) {

        byte[] withoutCarriageReturn() {
            int length = bytes.length;
            return length > 0 && bytes[length - 1] == '\r' ? Arrays.copyOf(bytes, length - 1) : bytes;
        }

        boolean isBlank() {
            for (byte b : bytes) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return true;
        }

        boolean startsWith(char first) {
            return bytes.length > 0 && bytes[0] == first;
        }
    }
}
