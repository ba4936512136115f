package io.textonce.intake.file;

import io.textonce.event.Utf8Text;
import io.textonce.intake.file.CsvReader.Row;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Column names of a CSV file: each the field that it means, whatever its case, blanks, underscores and hyphens, or as it
 * is written where it means none. Columns without a name at the end, as spreadsheets leave them, do not count.
 */
final class CsvHeader {

    private static final byte[] DELIMITERS = {',', ';', '\t', '|'};

    /** A name that may be repeated in a reason: no phone number, no text. */
    private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_ .-]{0,39}");

    private static final Pattern LONG_NUMBER = Pattern.compile("\\d{4}");

    private final Row row;
    private final EventFields fields;
    private final List<String> names;
    private final List<String> written;
    private final List<String> missing;
    private final long known;

    CsvHeader(Row row, EventFields fields) {
        this.row = row;
        this.fields = fields;
        this.written = row.cells().subList(0, row.filled()).stream()
                .map(cell -> new String(cell, StandardCharsets.UTF_8).strip())
                .toList();
        this.names = written.stream()
                .map(name -> Objects.requireNonNullElse(fields.named(name), name))
                .toList();
        // A row may be a CloudEvent, which has the event in its data.
        this.missing = names.contains("specversion")
                ? List.of()
                : fields.required().stream()
                        .filter(name -> !names.contains(name))
                        .toList();
        this.known = names.stream().filter(fields.types()::containsKey).count();
    }

    Row row() {
        return row;
    }

    /** Of each column that has one. */
    List<String> names() {
        return names;
    }

    /** Returns the delimiter that separates the most names of fields, then the most names. */
    static byte delimiterOf(byte[] line, EventFields fields) {
        byte best = ',';
        long most = -1;
        for (byte candidate : DELIMITERS) {
            var cells = new CsvRow(candidate);
            cells.endsWith(line);
            long known = cells.cells().stream()
                    .filter(cell -> fields.named(new String(cell, StandardCharsets.UTF_8).strip()) != null)
                    .count();
            long count = known * Lines.LIMIT + cells.cells().size();
            if (count > most) {
                best = candidate;
                most = count;
            }
        }
        return best;
    }

    /** Returns whether a row names every required field. */
    boolean isComplete() {
        return row.problem() == null
                && missing.isEmpty()
                && (known > 0 || fields.types().isEmpty() || names.contains("specversion"));
    }

    /** How many of the names are fields. */
    long known() {
        return known;
    }

    /** Why the file can't be read under this header, or null when it can. */
    @Nullable
    String problem() {
        if (row.problem() != null) {
            return "the header " + row.problem();
        }
        if (Utf8Text.orNull(row.raw()) == null) {
            return "the header is not UTF-8";
        }
        if (names.stream().anyMatch(name -> name.chars().anyMatch(Character::isISOControl))) {
            return "the header has a control character; lines must end with LF or CRLF";
        }
        if (!isComplete()) {
            return known == 0
                    ? "there is no header: line " + row.number() + " names no field; missing: "
                            + String.join(", ", missing)
                    : "the header lacks " + String.join(", ", missing) + unused();
        }
        if (names.stream().anyMatch(String::isEmpty)) {
            return "the header has an empty name";
        }
        return new HashSet<>(names).size() < names.size() ? "the header has a duplicate name" : null;
    }

    private String unused() {
        String unused = written.stream()
                .filter(name -> fields.named(name) == null)
                .map(name -> NAME.matcher(name).matches()
                                && !LONG_NUMBER.matcher(name).find()
                        ? name
                        : "column " + (written.indexOf(name) + 1))
                .collect(Collectors.joining(", "));
        return unused.isEmpty() ? "" : "; not used: " + unused;
    }

    /**
     * Returns whether a line above the header has as many filled cells as an event has required fields; otherwise it is
     * a title.
     */
    boolean mayBeEvent(byte[] line, byte delimiter) {
        var cells = new CsvRow(delimiter);
        cells.endsWith(line);
        long filled = cells.cells().stream().filter(CsvReader::isFilled).count();
        return filled >= fields.required().size();
    }
}
