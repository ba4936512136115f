package io.textonce.intake.file;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Final result files: the result file of a file once more, when each of its messages has come to its end. */
@Component
final class FinalResults {

    private static final Logger LOG = LoggerFactory.getLogger(FinalResults.class);

    private static final int FILES = 20;
    private static final int CHUNK = 500;

    /** Id and status of a row; an event id may look like the former, but no status follows it. */
    private static final Pattern ID = Pattern.compile(",([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}),[a-z_]+,");

    private static final String OPEN = """
            SELECT EXISTS (
                SELECT FROM textonce.deliveries
                WHERE id = ANY (?) AND (due_at IS NOT NULL OR status IN ('reserved', 'held', 'unknown'))
            )
            """;

    private static final String STATES =
            "SELECT id, status, message_sid, reason FROM textonce.deliveries WHERE id = ANY (?)";

    private static final UUID FIRST = new UUID(0, 0);

    private final FileRuns runs;
    private final JdbcTemplate jdbc;
    private final TransactionOperations transactions;
    private UUID after = FIRST;

    FinalResults(FileRuns runs, JdbcTemplate jdbc, TransactionOperations transactions) {
        this.runs = runs;
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    /**
     * Writes the final results of the files whose messages have ended. A step goes on behind the last one and begins at the
     * oldest file again, so that those whose messages never end keep no newer one waiting.
     */
    void step() {
        var found = runs.notFinal(after, FILES);
        after = found.size() < FILES ? FIRST : found.get(FILES - 1).id();
        for (var run : found) {
            Path results = Path.of(run.results());
            // Another instance may have another folder, and an operator may have moved the file away.
            if (Files.exists(results)) {
                try {
                    if (haveEnded(results)) {
                        write(run.id(), results);
                    }
                } catch (IOException | UncheckedIOException e) {
                    LOG.warn("The final results of {} could not be written: {}", run.name(), e.toString());
                }
            }
        }
    }

    private boolean haveEnded(Path results) throws IOException {
        try (var in = reader(results)) {
            in.readLine();
            for (var rows = chunk(in); !rows.isEmpty(); rows = chunk(in)) {
                if (Boolean.TRUE.equals(jdbc.queryForObject(OPEN, Boolean.class, (Object) ids(rows)))) {
                    return false;
                }
            }
            return true;
        }
    }

    private void write(UUID run, Path results) throws IOException {
        String name = results.getFileName().toString().replaceFirst("\\.results((?:-\\d+)?\\.csv)$", ".final$1");
        var part = PartFile.of(results.getParent(), name, "final");
        try {
            copy(results, part.path());
            // The row is committed once the file is in place: if this instance is killed before, another writes it.
            transactions.executeWithoutResult(status -> {
                if (runs.leaseFinal(run)) {
                    runs.setFinal(run, placed(part.path(), results.getParent(), name));
                }
            });
        } finally {
            Files.deleteIfExists(part.path());
        }
    }

    private static Path placed(Path part, Path folder, String name) {
        try {
            return Inbox.place(part, folder, name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the results with the states of now. */
    private void copy(Path results, Path part) throws IOException {
        try (var in = reader(results);
                var out = new BufferedWriter(new OutputStreamWriter(PlainFiles.create(part), StandardCharsets.UTF_8))) {
            out.write(in.readLine() + "\n");
            for (var rows = chunk(in); !rows.isEmpty(); rows = chunk(in)) {
                copy(rows, out);
            }
        }
    }

    private static BufferedReader reader(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(PlainFiles.read(file), StandardCharsets.UTF_8));
    }

    private static List<String> chunk(BufferedReader in) throws IOException {
        var rows = new ArrayList<String>();
        String row;
        while (rows.size() < CHUNK && (row = in.readLine()) != null) {
            rows.add(row);
        }
        return rows;
    }

    private void copy(List<String> rows, BufferedWriter out) throws IOException {
        Map<UUID, State> states = new HashMap<>();
        jdbc.query(
                STATES,
                row -> {
                    states.put(
                            row.getObject("id", UUID.class),
                            new State(row.getString("status"), row.getString("message_sid"), row.getString("reason")));
                },
                (Object) ids(rows));
        for (String row : rows) {
            var id = ID.matcher(row);
            var state = id.find() ? states.get(UUID.fromString(id.group(1))) : null;
            out.write(state == null ? row + "\n" : row.substring(0, id.end(1)) + "," + state.cells() + "\n");
        }
    }

    private static UUID[] ids(List<String> rows) {
        return rows.stream()
                .map(ID::matcher)
                .filter(Matcher::find)
                .map(id -> UUID.fromString(id.group(1)))
                .toArray(UUID[]::new);
    }

    private record State(
            String status, @Nullable String sid, @Nullable String reason) {

        private String cells() {
            return status + "," + (sid == null ? "" : sid) + "," + ResultFile.cell(reason);
        }
    }
}
