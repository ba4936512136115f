package io.textonce.intake.file;

import io.textonce.intake.file.Lines.Line;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reader of CSV rows, with their original bytes. A row with broken quotes costs its first line only: reading continues
 * with the next line, so that an unclosed quote does not swallow the file. No CSV library offers either.
 *
 * <p>A comment begins with {@code #} and a blank. {@code #1042} is an order number, and must not be lost.
 */
final class CsvReader {

    private final Lines lines;
    private long blankLines;

    CsvReader(Lines lines) {
        this.lines = lines;
    }

    /** The first line of the next row, or null at the end. */
    @Nullable
    Line line() throws IOException {
        Line line = lines.next();
        while (line != null && (line.isBlank() || isComment(line))) {
            blankLines += line.isBlank() ? 1 : 0;
            line = lines.next();
        }
        return line;
    }

    long blankLines() {
        return blankLines;
    }

    /** The row that begins with a line. */
    Row row(Line first, byte delimiter) throws IOException {
        if (first.tooLong()) {
            return new Row(first.number(), List.of(), new byte[0], "is longer than 64 KiB", true);
        }
        var taken = new ArrayList<>(List.of(first));
        int size = first.bytes().length;
        var row = new CsvRow(delimiter);
        String problem = null;
        while (!row.endsWith(taken.get(taken.size() - 1).bytes())) {
            Line line = lines.next();
            if (line != null) {
                taken.add(line);
                size += 1 + line.bytes().length;
            }
            if (line == null || size > Lines.LIMIT) {
                problem = "opens a quote that is not closed";
                break;
            }
        }
        if (row.problem() != null) {
            problem =
                    taken.size() == 1 ? row.problem() : "opens a quote that is not closed, or has a stray quote inside";
        }
        if (problem == null) {
            return new Row(first.number(), row.cells(), raw(taken), null, false);
        }
        lines.pushBack(taken.subList(1, taken.size()));
        return new Row(first.number(), List.of(), first.withoutCarriageReturn(), problem, false);
    }

    private static byte[] raw(List<Line> taken) {
        if (taken.size() == 1) {
            return taken.get(0).withoutCarriageReturn();
        }
        var raw = new ByteArrayOutputStream(1024);
        for (Line line : taken.subList(0, taken.size() - 1)) {
            raw.writeBytes(line.bytes());
            raw.write('\n');
        }
        raw.writeBytes(taken.get(taken.size() - 1).withoutCarriageReturn());
        return raw.toByteArray();
    }

    private static boolean isComment(Line line) {
        byte[] bytes = line.withoutCarriageReturn();
        return line.startsWith('#') && (bytes.length == 1 || bytes[1] == ' ');
    }

    static boolean isFilled(byte[] cell) {
        return !new String(cell, StandardCharsets.UTF_8).isBlank();
    }

    /**
     * A row of the file.
     *
     * @param number of its first line
     * @param problem why it can't be read, or null
     */
    record Row(
            long number,
            List<byte[]> cells,
            byte[] raw,
            @Nullable String problem,
            boolean tooLong) {

        /** The number of cells without the empty ones at the end. */
        int filled() {
            int filled = cells.size();
            while (filled > 0 && !isFilled(cells.get(filled - 1))) {
                filled--;
            }
            return filled;
        }
    }
}
