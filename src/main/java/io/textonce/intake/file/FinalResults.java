package io.textonce.intake.file;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Final result files: the result file of a file once more, when each of its messages has come to its end. */
@Component
final class FinalResults {

    private static final Logger LOG = LoggerFactory.getLogger(FinalResults.class);

    private static final int FILES = 20;
    private static final int CHUNK = 500;

    /** Id and status of a row; an event id may look like the former, but no status follows it. */
    private static final Pattern ID = Pattern.compile(",([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}),[a-z_]+,");

    private static final String STATES = """
            SELECT id, status, message_sid, reason,
                due_at IS NOT NULL OR status IN ('reserved', 'held', 'unknown') AS is_open
            FROM textonce.deliveries WHERE id = ANY (?)
            """;

    private final FileRuns runs;
    private final JdbcTemplate jdbc;

    FinalResults(FileRuns runs, DataSource dataSource) {
        this.runs = runs;
        this.jdbc = new JdbcTemplate(dataSource);
    }

    /** Writes the final results of the files whose messages have ended. */
    void step() {
        for (var run : runs.notFinal(FILES)) {
            Path results = Path.of(run.results());
            // Another instance may have another folder, and an operator may have moved the file away.
            if (Files.exists(results)) {
                try {
                    write(run.id(), results);
                } catch (IOException e) {
                    LOG.warn("The final results of {} could not be written: {}", run.name(), e.toString());
                }
            }
        }
    }

    private void write(UUID run, Path results) throws IOException {
        String name = results.getFileName().toString().replaceFirst("\\.results((?:-\\d+)?\\.csv)$", ".final$1");
        Path part = results.resolveSibling("." + run + ".final.part");
        try {
            if (copy(results, part)
                    && runs.isFinal(run, results.resolveSibling(name).toString())) {
                Inbox.place(part, results.getParent(), name);
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Copies the results with the states of now; false if a message has not ended. */
    private boolean copy(Path results, Path part) throws IOException {
        try (var in = Files.newBufferedReader(results);
                var out = Files.newBufferedWriter(part)) {
            out.write(in.readLine() + "\n");
            for (var rows = chunk(in); !rows.isEmpty(); rows = chunk(in)) {
                if (!copy(rows, out)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static List<String> chunk(BufferedReader in) throws IOException {
        var rows = new ArrayList<String>();
        String row;
        while (rows.size() < CHUNK && (row = in.readLine()) != null) {
            rows.add(row);
        }
        return rows;
    }

    private boolean copy(List<String> rows, BufferedWriter out) throws IOException {
        var ids = rows.stream().map(FinalResults::id).filter(id -> id != null).toArray(UUID[]::new);
        Map<UUID, State> states = new HashMap<>();
        jdbc.query(
                STATES,
                row -> {
                    states.put(
                            row.getObject("id", UUID.class),
                            new State(
                                    row.getString("status"),
                                    row.getString("message_sid"),
                                    row.getString("reason"),
                                    row.getBoolean("is_open")));
                },
                (Object) ids);
        if (states.values().stream().anyMatch(State::isOpen)) {
            return false;
        }
        for (String row : rows) {
            var id = ID.matcher(row);
            var state = id.find() ? states.get(UUID.fromString(id.group(1))) : null;
            out.write(state == null ? row + "\n" : row.substring(0, id.end(1)) + "," + state.cells() + "\n");
        }
        return true;
    }

    private static @Nullable UUID id(String row) {
        var id = ID.matcher(row);
        return id.find() ? UUID.fromString(id.group(1)) : null;
    }

    private record State(
            String status, @Nullable String sid, @Nullable String reason, boolean isOpen) {

        private String cells() {
            return status + "," + (sid == null ? "" : sid) + "," + ResultFile.cell(reason);
        }
    }
}
