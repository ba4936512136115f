package io.textonce.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Trace check of all deliveries, in batches by id. A delivery and its timeline are read by one statement, so that they
 * belong together; none is long, so that vacuum is not held up.
 */
public final class Histories {

    private static final int BATCH = 1000;

    private static final String READ = """
            SELECT d.id, d.status, d.message_sid, d.cancel_requested_at, d.source = '%s' AS is_key,
                e.happened_at, e.kind, e.new_status, e.message_sid AS entry_sid
            FROM (SELECT * FROM textonce.deliveries WHERE id > ? ORDER BY id LIMIT ?) AS d
                LEFT JOIN textonce.delivery_events AS e ON e.delivery_id = d.id
            ORDER BY d.id, e.id
            """.formatted(Cancellations.SOURCE);

    private final JdbcTemplate jdbc;

    public Histories(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Checks each delivery.
     *
     * @param forbidden takes the id of each one that the model forbids, and why
     * @return how many deliveries there are
     */
    public long check(BiConsumer<UUID, String> forbidden) {
        long deliveries = 0;
        var last = new UUID(0, 0);
        while (true) {
            var batch = jdbc.query(READ, Histories::traces, last, BATCH);
            for (var trace : batch) {
                String fault = History.fault(trace.row, trace.entries);
                if (fault != null) {
                    forbidden.accept(trace.id, fault);
                }
            }
            deliveries += batch.size();
            if (batch.size() < BATCH) {
                return deliveries;
            }
            last = batch.get(BATCH - 1).id;
        }
    }

    private static List<Trace> traces(ResultSet rows) throws SQLException {
        var traces = new ArrayList<Trace>();
        while (rows.next()) {
            var id = rows.getObject("id", UUID.class);
            if (traces.isEmpty() || !traces.get(traces.size() - 1).id.equals(id)) {
                traces.add(new Trace(id, row(rows), new ArrayList<>()));
            }
            if (rows.getString("kind") != null) {
                traces.get(traces.size() - 1).entries.add(entry(rows));
            }
        }
        return traces;
    }

    private static History.Row row(ResultSet row) throws SQLException {
        return new History.Row(
                DeliveryStatus.ofColumn(row.getString("status")),
                row.getString("message_sid"),
                row.getBoolean("is_key"),
                Rows.instant(row, "cancel_requested_at"));
    }

    private static History.Entry entry(ResultSet row) throws SQLException {
        String to = row.getString("new_status");
        return new History.Entry(
                row.getTimestamp("happened_at").toInstant(),
                row.getString("kind"),
                to == null ? null : DeliveryStatus.ofColumn(to),
                row.getString("entry_sid"));
    }

    private record Trace(UUID id, History.Row row, List<History.Entry> entries) {}
}
