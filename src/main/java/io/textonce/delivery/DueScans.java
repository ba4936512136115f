package io.textonce.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Low-water marks of one work queue: where each scan of the index of due rows begins. Before its mark are only entries of
 * rows that were leased. While a transaction stays open for long, such as that of a backup, PostgreSQL can't remove those
 * entries, and a scan from the beginning reads all of them. Once a minute a scan does begin there, for rows that became
 * due in the past: after a failover, by a clock that was set, or in a transaction that outlasted the margin.
 */
final class DueScans {

    /** Query of the scans; its parameters are those of {@link #begin}. */
    static final String SCANS = "SELECT * FROM unnest(?, ?, ?, ?) AS t (stage, is_urgent, after_at, after_id)";

    /** Condition of the rows of a scan, in the order of the index. */
    static final String OF_SCAN = "stage = scan.stage AND is_urgent = scan.is_urgent AND due_at <= now()"
            + " AND (due_at, id) > (scan.after_at, scan.after_id)";

    private static final Duration FULL_SCAN = Duration.ofMinutes(1);

    /** Longest time assumed between the {@code now()} of a transaction and its commit. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    private static final String BEGINNING = "-infinity";
    private static final String NO_ID = "00000000-0000-0000-0000-000000000000";

    private final List<Scan> scans = new ArrayList<>();
    private final LongSupplier nanoTime;
    private long fullScanNanos;

    /** @param stages of the queue */
    DueScans(LongSupplier nanoTime, String... stages) {
        this.nanoTime = nanoTime;
        this.fullScanNanos = nanoTime.getAsLong();
        for (String stage : stages) {
            scans.add(new Scan(stage, true));
            scans.add(new Scan(stage, false));
        }
    }

    /** Returns scans of the urgent rows alone, with marks of their own. */
    DueScans urgent() {
        var urgent = new DueScans(nanoTime);
        scans.stream().filter(scan -> scan.isUrgent).forEach(scan -> urgent.scans.add(new Scan(scan.stage, true)));
        return urgent;
    }

    /** Returns the scans of the next poll as parameters. */
    synchronized Columns<Scan> begin() {
        if (nanoTime.getAsLong() - fullScanNanos >= FULL_SCAN.toNanos()) {
            fullScanNanos = nanoTime.getAsLong();
            scans.forEach(scan -> scan.moveTo(BEGINNING, NO_ID));
        }
        return new Columns<>(scans)
                .add("text", scan -> scan.stage)
                .add("bool", scan -> scan.isUrgent)
                .add("timestamptz", scan -> scan.dueAt)
                .add("uuid", scan -> scan.id);
    }

    /** Moves the mark of a scan to a leased row; rows are read in the order of their scans. */
    synchronized void leased(ResultSet row) throws SQLException {
        var dueAt = row.getTimestamp("due_before").toInstant();
        if (dueAt.isBefore(latest(row))) {
            for (var scan : scans) {
                if (scan.stage.equals(row.getString("stage_before")) && scan.isUrgent == row.getBoolean("is_urgent")) {
                    scan.moveTo(dueAt.toString(), row.getString("id"));
                }
            }
        }
    }

    /** Moves all marks to the time of a poll that has leased everything. */
    synchronized void drained(ResultSet row) throws SQLException {
        String latest = latest(row).toString();
        scans.forEach(scan -> scan.moveTo(latest, NO_ID));
    }

    private static Instant latest(ResultSet row) throws SQLException {
        return row.getTimestamp("polled_at").toInstant().minus(MARGIN);
    }

    /** Scan of the rows of one stage that are urgent, or are not, from its mark on. */
    static final class Scan {

        private final String stage;
        private final boolean isUrgent;
        private String dueAt = BEGINNING;
        private String id = NO_ID;

        private Scan(String stage, boolean isUrgent) {
            this.stage = stage;
            this.isUrgent = isUrgent;
        }

        private void moveTo(String newDueAt, String newId) {
            dueAt = newDueAt;
            id = newId;
        }
    }
}
