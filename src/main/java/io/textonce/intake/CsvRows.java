package io.textonce.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.textonce.intake.Lines.Line;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows under a header line, each an object of strings; an empty cell is an absent field. A row with broken quotes costs
 * its first line only: reading goes on with the line after it, so that a quote nobody closed does not swallow the file.
 * This recovery, and the rows' own bytes, are what a CSV library does not give.
 *
 * <p>A comment begins with {@code #} and a blank. {@code #1042} is an order number, and must not be lost.
 */
final class CsvRows implements Records {

    private static final JsonFactory JSON = new JsonFactory();

    private final Lines lines;
    private @Nullable Row header;
    private List<String> names = List.of();
    private byte delimiter = ',';

    CsvRows(Lines lines) {
        this.lines = lines;
    }

    @Override
    public @Nullable EventLine next() throws IOException {
        if (header == null) {
            header = row();
            String problem = header == null ? null : readHeader(header);
            if (problem != null) {
                return EventLine.wholeFile(header.number, "the header " + problem);
            }
        }
        Row row = header == null ? null : row();
        return row == null ? null : event(row);
    }

    /** The header line as it was written; empty when there is none. */
    byte[] header() throws IOException {
        Row row = row();
        return row == null ? new byte[0] : row.raw;
    }

    private @Nullable String readHeader(Row row) {
        if (row.problem != null) {
            return row.problem;
        }
        if (Lines.utf8(row.raw) == null) {
            return "is not UTF-8";
        }
        names = row.cells.stream()
                .map(cell -> new String(cell, StandardCharsets.UTF_8).strip())
                .toList();
        if (names.stream().anyMatch(String::isEmpty)) {
            return "has an empty name";
        }
        if (new HashSet<>(names).size() < names.size()) {
            return "has the same name twice";
        }
        if (names.stream().anyMatch(name -> name.chars().anyMatch(Character::isISOControl))) {
            return "has a control character; lines must end with LF or CRLF";
        }
        return null;
    }

    private EventLine event(Row row) throws IOException {
        if (row.tooLong) {
            return EventLine.tooLong(row.number);
        }
        if (row.problem != null) {
            return EventLine.bad(row.number, row.problem, row.raw);
        }
        if (Lines.utf8(row.raw) == null) {
            return EventLine.bad(row.number, "is not UTF-8", row.raw);
        }
        if (row.cells.size() > names.size()) {
            return EventLine.bad(
                    row.number,
                    "has " + row.cells.size() + " cells, but the header has " + names.size() + " names",
                    row.raw);
        }
        var json = new ByteArrayOutputStream(row.raw.length + 16 * names.size());
        try (JsonGenerator generator = JSON.createGenerator(json)) {
            generator.writeStartObject();
            for (int i = 0; i < row.cells.size(); i++) {
                if (row.cells.get(i).length > 0) {
                    generator.writeStringField(names.get(i), new String(row.cells.get(i), StandardCharsets.UTF_8));
                }
            }
            generator.writeEndObject();
        }
        return EventLine.event(row.number, json.toByteArray(), row.raw);
    }

    private @Nullable Row row() throws IOException {
        Line first = lines.next();
        while (first != null && (first.isBlank() || isComment(first))) {
            first = lines.next();
        }
        if (first == null) {
            return null;
        }
        if (first.tooLong()) {
            return new Row(first.number(), List.of(), new byte[0], "is longer than 64 KiB", true);
        }
        if (header == null) {
            delimiter = delimiterOf(first.bytes());
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
            problem = taken.size() == 1 ? row.problem() : "opens a quote that is not closed, or has a stray one inside";
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

    /** Whatever of comma, semicolon and tab separates the most names. */
    private static byte delimiterOf(byte[] header) {
        byte best = ',';
        int most = 0;
        for (byte candidate : new byte[] {',', ';', '\t'}) {
            int count = 0;
            boolean quoted = false;
            for (byte b : header) {
                quoted ^= b == '"';
                count += b == candidate && !quoted ? 1 : 0;
            }
            if (count > most) {
                best = candidate;
                most = count;
            }
        }
        return best;
    }

    private record Row(
            long number,
            List<byte[]> cells,
            byte[] raw,
            @Nullable String problem,
            boolean tooLong) {}
}
