package io.textonce.intake.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A file of a size that no small heap holds, and that is nowhere: its bytes are made while they are read. As a program it
 * reads such a file through {@link EventFile}, so that a test can run it in a heap far smaller than the file.
 */
final class LargeFile extends InputStream {

    private static final int RECORDS = 80_000;
    private static final String TEXT = "x".repeat(700);

    private final String kind;
    private final int records;
    private byte[] current = new byte[0];
    private int position;
    private int made = -1;
    private long given;

    LargeFile(String kind, int records) {
        this.kind = kind;
        this.records = records;
    }

    public static void main(String... args) throws IOException {
        var source = new LargeFile(args[0], RECORDS);
        int events = 0;
        int bad = 0;
        try (EventFile file = EventFile.of(source, "large." + args[0], EventFields.UNKNOWN)) {
            for (EventLine line : file) {
                events += line.json() == null ? 0 : 1;
                bad += line.json() == null ? 1 : 0;
            }
        }
        System.out.println(events + " events, " + bad + " bad, over 50 MB: " + (source.given > 50_000_000));
    }

    static String expected(String kind) {
        return (kind.startsWith("one-") ? "1 events, 1 bad" : RECORDS + " events, 0 bad") + ", over 50 MB: true";
    }

    long given() {
        return given;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (position == current.length) {
            if (made > records) {
                return -1;
            }
            current = piece(++made).getBytes(StandardCharsets.UTF_8);
            position = 0;
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current, position, target, offset, count);
        position += count;
        given += count;
        return count;
    }

    /** The head is piece 0, and the tail comes after the last record. */
    private String piece(int i) {
        boolean head = i == 0;
        boolean tail = i > records;
        return switch (kind) {
            case "jsonl" -> head || tail ? "\n" : "{\"id\":\"%d\",\"text\":\"%s\"}\n".formatted(i, TEXT);
            case "json" ->
                head
                        ? "[\n"
                        : tail
                                ? "]\n"
                                : "{\"id\":\"%d\",\"k%d\":\"%s\"}%s".formatted(i, i, TEXT, i < records ? "," : "");
            case "csv" -> head ? "id,text\n" : tail ? "\n" : "%d,\"%s\n\"\"\"\n".formatted(i, TEXT);
            case "one-line.jsonl" -> head ? "{\"a\":\"" : tail ? "\"}\n{\"id\":\"2\"}\n" : TEXT;
            case "one-line.csv" -> head ? "id,text\n1," : tail ? "\n2,fine\n" : TEXT;
            case "one-element.json" ->
                head ? "[{\"a\":[1" : tail ? "]},{\"id\":\"2\"}]" : ",{\"k%d\":\"%s\"}".formatted(i, TEXT);
            default -> throw new IllegalArgumentException(kind);
        };
    }
}
