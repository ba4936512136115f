package io.textonce.intake.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.textonce.event.Utf8Text;
import io.textonce.intake.file.CsvReader.Row;
import io.textonce.intake.file.Lines.Line;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reader of rows under a header line, each an object; an empty cell is an absent field, and an empty row no event.
 * Above the header a title may stand: lines with too few cells to be an event. A file whose header lacks a required
 * field is rejected as a whole, since every row would be.
 */
final class CsvRows implements Records {

    private static final JsonFactory JSON = new JsonFactory();

    /** Maximum number of rows searched for the header. */
    private static final int TITLE = 10;

    /** Excel's line that declares the delimiter. */
    private static final Pattern DELIMITER = Pattern.compile("(?i)\"?sep=([\t -~&&[^\"]])\"?");

    private final CsvReader reader;
    private final EventFields fields;
    private final List<Row> title = new ArrayList<>();
    private @Nullable CsvHeader header;
    private byte[] head = {};
    private byte delimiter;
    private long emptyRows;

    CsvRows(Lines lines, EventFields fields) {
        this.reader = new CsvReader(lines);
        this.fields = fields;
    }

    @Override
    public @Nullable EventLine next() throws IOException {
        CsvHeader found = header;
        if (found == null) {
            found = findHeader();
            String problem = found == null ? null : problem(found);
            if (found == null || problem != null) {
                return found == null ? null : EventLine.wholeFile(found.row().number(), problem);
            }
            header = found;
        }
        for (Line line = reader.line(); line != null; line = reader.line()) {
            Row row = reader.row(line, delimiter);
            if (row.problem() != null || row.filled() > 0) {
                return event(row, found.names()).under(head);
            }
            emptyRows++;
        }
        return null;
    }

    @Override
    public long emptyRows() {
        return emptyRows + reader.blankLines();
    }

    /** Returns the first row that names every required field, else the one that names the most. */
    private @Nullable CsvHeader findHeader() throws IOException {
        CsvHeader best = null;
        Byte declared = null;
        var lines = new ByteArrayOutputStream();
        int rows = fields.required().size() > 1 ? TITLE : 1;
        for (Line line = reader.line(); line != null && rows > 0; line = reader.line()) {
            var separator = DELIMITER.matcher(new String(line.withoutCarriageReturn(), StandardCharsets.US_ASCII));
            if (declared == null && best == null && separator.matches()) {
                declared = (byte) separator.group(1).charAt(0);
                lines.writeBytes(line.withoutCarriageReturn());
                lines.write('\n');
                continue;
            }
            byte by = declared == null ? CsvHeader.delimiterOf(line.bytes(), fields) : declared;
            var candidate = new CsvHeader(reader.row(line, by), fields);
            if (best == null || candidate.isComplete() || candidate.known() > best.known()) {
                best = candidate;
                delimiter = by;
            }
            if (candidate.isComplete()) {
                break;
            }
            title.add(candidate.row());
            rows--;
        }
        if (best != null) {
            lines.writeBytes(best.row().raw());
            head = lines.toByteArray();
        }
        return best;
    }

    private @Nullable String problem(CsvHeader found) {
        String problem = found.problem();
        if (problem != null) {
            return problem;
        }
        return title.stream()
                .filter(above -> found.mayBeEvent(above.raw(), delimiter))
                .findFirst()
                .map(above -> "the header is on line " + found.row().number() + ", but line " + above.number()
                        + " above it may be an event; the header must come first")
                .orElse(null);
    }

    private EventLine event(Row row, List<String> names) throws IOException {
        if (row.tooLong()) {
            return EventLine.tooLong(row.number());
        }
        if (row.problem() != null) {
            return EventLine.bad(row.number(), row.problem(), row.raw());
        }
        if (Utf8Text.orNull(row.raw()) == null) {
            return EventLine.bad(row.number(), "is not UTF-8", row.raw());
        }
        if (row.filled() > names.size()) {
            return EventLine.bad(
                    row.number(),
                    "has " + row.filled() + " cells, but the header has " + names.size() + " names",
                    row.raw());
        }
        var json = new ByteArrayOutputStream(row.raw().length + 16 * names.size());
        try (JsonGenerator generator = JSON.createGenerator(json)) {
            generator.writeStartObject();
            for (int i = 0; i < Math.min(row.cells().size(), names.size()); i++) {
                if (row.cells().get(i).length > 0) {
                    fields.write(generator, names.get(i), new String(row.cells().get(i), StandardCharsets.UTF_8));
                }
            }
            generator.writeEndObject();
        }
        return EventLine.event(row.number(), json.toByteArray(), row.raw());
    }
}
