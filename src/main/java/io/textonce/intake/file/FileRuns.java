package io.textonce.intake.file;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.DeliveryId;
import io.textonce.delivery.Lookups;
import io.textonce.delivery.Rows;
import io.textonce.privacy.NumberMask;
import io.textonce.settings.TextOnceProperties;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Repository of the runs through dropped files: progress and result of each, over all instances. */
@Component
public final class FileRuns {

    private static final Logger LOG = LoggerFactory.getLogger(FileRuns.class);

    private static final String START = """
            WITH before AS (
                UPDATE textonce.file_runs SET state = 'stopped', updated_at = now() WHERE path = ? AND state = 'reading'
            )
            INSERT INTO textonce.file_runs (id, path, event, size) VALUES (?, ?, ?, ?)
            """;

    private static final String UPDATE = """
            UPDATE textonce.file_runs SET position = ?, lines = ?, rejected = ?, updated_at = now()
            WHERE id = ? AND state = 'reading'
            """;

    private static final String END = """
            UPDATE textonce.file_runs
            SET state = ?, lines = ?, rejected = ?, results = ?, position = CASE ? WHEN 'done' THEN size ELSE position END,
                updated_at = now()
            WHERE id = ?
            """;

    /** A run whose file has no lock was killed, or could not store its end. */
    private static final String NEWEST = """
            SELECT r.*, CASE
                    WHEN r.state <> 'reading' OR EXISTS (
                        SELECT FROM textonce.file_locks AS l
                        WHERE l.path = r.path AND l.refreshed_at >= now() - CAST(? AS interval)) THEN r.state
                    ELSE 'stopped'
                END AS state_now
            FROM textonce.file_runs AS r ORDER BY r.id DESC LIMIT ?
            """;

    private static final String NOT_FINAL = """
            SELECT *, state AS state_now FROM textonce.file_runs
            WHERE id > ? AND state = 'done' AND results IS NOT NULL AND final_results IS NULL
            ORDER BY id LIMIT ?
            """;

    private static final String LEASE_FINAL =
            "SELECT id FROM textonce.file_runs WHERE id = ? AND final_results IS NULL FOR UPDATE SKIP LOCKED";

    private static final String FINAL = "UPDATE textonce.file_runs SET final_results = ? WHERE id = ?";

    private final JdbcTemplate jdbc;
    private final JdbcTemplate lookups;
    private final Duration lockMaxAge;
    private final Clock clock;
    private final AtomicInteger running;
    private final Counter accepted;
    private final Counter rejected;

    FileRuns(JdbcTemplate jdbc, TextOnceProperties settings, Clock clock, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.lookups = Lookups.jdbc(jdbc.getDataSource());
        this.lockMaxAge = settings.file().lockMaxAge();
        this.clock = clock;
        this.running = meters.gauge("textonce.files.reading", new AtomicInteger());
        this.accepted = lines(meters, "accepted");
        this.rejected = lines(meters, "rejected");
    }

    private static Counter lines(MeterRegistry meters, String outcome) {
        return Counter.builder("textonce.file.lines")
                .description("Lines of files that were read, by outcome")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Begins a run. One of the same file that ended without a word is stopped. */
    UUID start(Path file, String event, long size) {
        var id = DeliveryId.next(clock.millis());
        jdbc.update(START, file.toString(), id, file.toString(), event, size);
        running.incrementAndGet();
        return id;
    }

    void count(boolean isAccepted) {
        (isAccepted ? accepted : rejected).increment();
    }

    /** Updates the progress; without a database it is older for a while. */
    void update(UUID id, long position, long lines, long rejectedLines) {
        try {
            jdbc.update(UPDATE, position, lines, rejectedLines, id);
        } catch (DataAccessException e) {
            LOG.debug("The progress of a file could not be stored", e);
        }
    }

    /**
     * Stores that a run is done, before its file is moved: a run that is killed in between is read again, whereas one whose
     * file is gone would never end.
     *
     * @throws DataAccessException when the database doesn't answer; the file stays then
     */
    void done(UUID id, long lines, long rejectedLines, @Nullable Path results) {
        end(id, "done", lines, rejectedLines, results);
    }

    /** Ends a run, which is stopped unless its file was moved. */
    void end(UUID id, boolean isMoved, long lines, long rejectedLines, @Nullable Path results) {
        running.decrementAndGet();
        try {
            if (!isMoved) {
                end(id, "stopped", lines, rejectedLines, results);
            }
        } catch (DataAccessException e) {
            LOG.warn(
                    "The end of a file's run could not be stored: {}",
                    e.getClass().getSimpleName());
        }
    }

    private void end(UUID id, String state, long lines, long rejectedLines, @Nullable Path results) {
        jdbc.update(END, state, lines, rejectedLines, results == null ? null : results.toString(), state, id);
    }

    /** Returns the newest runs. */
    public List<Run> newest(int most) {
        return lookups.query(NEWEST, FileRuns::run, lockMaxAge.toString(), most);
    }

    /** Returns the oldest runs without final results that began after another. */
    List<Run> notFinal(UUID after, int most) {
        return jdbc.query(NOT_FINAL, FileRuns::run, after, most);
    }

    /** Leases a run without final results until the transaction ends; false if another instance was first. */
    boolean leaseFinal(UUID id) {
        return !jdbc.queryForList(LEASE_FINAL, UUID.class, id).isEmpty();
    }

    void setFinal(UUID id, Path results) {
        jdbc.update(FINAL, results.toString(), id);
    }

    private static Run run(ResultSet row, int number) throws SQLException {
        return new Run(
                row.getObject("id", UUID.class),
                Path.of(row.getString("path")),
                row.getString("event"),
                row.getString("state_now"),
                row.getTimestamp("started_at").toInstant(),
                Rows.instant(row, "updated_at"),
                row.getLong("size"),
                row.getLong("position"),
                row.getLong("lines"),
                row.getLong("rejected"),
                row.getString("results"),
                row.getString("final_results"));
    }

    /**
     * Run through a file.
     *
     * @param state reading, done, or stopped: then the file stays and is read again
     * @param position bytes that were read
     * @param results path of the result file
     */
    public record Run(
            UUID id,
            Path path,
            String event,
            String state,
            Instant startedAt,
            Instant updatedAt,
            long size,
            long position,
            long lines,
            long rejected,
            @Nullable String results,
            @Nullable String finalResults) {

        public String name() {
            return path.getFileName().toString();
        }

        /** Returns a file for the pages: from the event's folder on, and without the number that its name may have. */
        public String shown(String file) {
            return NumberMask.ofFile(file.substring(file.lastIndexOf("/" + event + "/") + 1));
        }

        public long accepted() {
            return lines - rejected;
        }
    }
}
