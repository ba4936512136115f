package io.textonce.delivery;

import io.textonce.message.Senders;
import io.textonce.message.Sms;
import io.textonce.peer.DueWork;
import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.stereotype.Component;

/**
 * Work queues of the background worker. Rows are leased with SKIP LOCKED, and their {@code due_at} is moved in the same
 * statement, so all instances may lease at once and never the same row. Urgent messages are leased first, then those that
 * are due for longest.
 */
@Component
public final class DueLeases implements DueWork {

    /** Columns of {@link DueDelivery#read}, of the tables d and due. */
    static final String COLUMNS = """
            d.id, d.attempt, d.status, d.message_sid, d.event, d.event_id, d.payload_sha256, d.source,
                d.client, d.sender, d.language, d.purpose, d.consent_at, d.consent_source, d.phone, d.phone_hash, d.body,
                d.on_unknown, d.expires_at, d.quiet_hours, d.time_zone, d.twilio_options,
                d.attempted_at,
                extract(epoch FROM now() - d.cancel_requested_at) * 1000 AS canceled_ms,
                extract(epoch FROM d.reconciliation_window) * 1000 AS window_ms,
                d.unknown_since, extract(epoch FROM now() - coalesce(d.unknown_since, now())) * 1000 AS unclear_ms,
                extract(epoch FROM now() - d.created_at) * 1000 AS age_ms,
                extract(epoch FROM now() - due.due_at) * 1000 AS late_ms, now() AS taken_at,
                coalesce(due.due_at = d.slot_at, false) AS has_slot
            """;

    /**
     * Query of what is due, one scan at a time, as the index has it: the common order would be known only when all that
     * is due were read, and after an outage that is many.
     */
    private static final String FIND = """
            WITH scan AS (%s),
            found AS (
                SELECT earliest.*
                FROM scan, LATERAL (
                    SELECT id, due_at, stage, is_urgent FROM textonce.deliveries
                    WHERE %s
                    ORDER BY due_at, id LIMIT ? FOR UPDATE SKIP LOCKED
                ) AS earliest
                ORDER BY is_urgent DESC, due_at, id LIMIT ?
            ),
            """;

    private static final String FIND_DUE = FIND.formatted(DueScans.SCANS, DueScans.OF_SCAN);

    private static final String FIND_CANCELED =
            FIND.formatted(DueScans.SCANS, DueScans.OF_SCAN + " AND cancel_requested_at IS NOT NULL");

    /** Query of what has expired among the earliest of each scan: no other precedes what can be sent. */
    private static final String FIND_EXPIRED = """
            WITH scan AS (%s),
            found AS (
                SELECT id, due_at, stage, is_urgent FROM textonce.deliveries
                WHERE stage = 'held' AND due_at <= now() AND expires_at <= now() AND id IN (
                    SELECT earliest.id
                    FROM scan, LATERAL (
                        SELECT id FROM textonce.deliveries
                        WHERE %s
                        ORDER BY due_at, id LIMIT 1000
                    ) AS earliest)
                LIMIT ? FOR UPDATE SKIP LOCKED
            ),
            """.formatted(DueScans.SCANS, DueScans.OF_SCAN);

    /** Rows that were leased, in the order of their scans; one without a delivery if there are none. */
    private static final String LEASED = """
                RETURNING %s, due.due_at AS due_before, due.stage AS stage_before, d.is_urgent
            )
            SELECT now() AS polled_at, leased.*
            FROM (VALUES (1)) AS poll LEFT JOIN leased ON true
            ORDER BY is_urgent DESC, due_before, id
            """.formatted(COLUMNS);

    private static final String LEASE_HELD = """
            due AS (
                SELECT found.*, d.phone <> to_phone AS is_redirected, to_phone, to_masked, to_hash
                FROM found JOIN textonce.deliveries AS d USING (id), (%1$s) AS redirection
            ),
            entries AS (
            """.formatted(Redirection.COLUMNS)
            + Timeline.ENTRY
            + """
                SELECT id, 'decision', 'reserved', 'reserved', NULL, NULL,
                    CASE WHEN is_redirected THEN '%1$s' END, NULL, NULL
                FROM due
            ),
            leased AS (
                UPDATE textonce.deliveries AS d
                SET %2$s, status = 'reserved', attempt = d.attempt + 1, attempted_at = now(), unknown_since = NULL,
                    due_at = now() + CAST(? AS interval), updated_at = now()
                FROM due WHERE d.id = due.id
            """.formatted(Redirection.WORDS, Redirection.APPLIED)
            + LEASED;

    private static final String LEASE_UNKNOWN = FIND_DUE + """
            run_out AS (
            """ + Timeline.ENTRY + """
                SELECT d.id, 'decision', 'unknown', 'unknown', NULL, NULL,
                    'The lease expired; the instance may have called Twilio', NULL, NULL
                FROM textonce.deliveries AS d JOIN found ON d.id = found.id WHERE d.status = 'reserved'
            ),
            leased AS (
                UPDATE textonce.deliveries AS d
                SET status = 'unknown', unknown_since = coalesce(d.unknown_since, now()),
                    due_at = now() + CAST(? AS interval), updated_at = now()
                FROM found AS due WHERE d.id = due.id
            """ + LEASED;

    private static final String LEASE_SILENT = """
            leased AS (
                UPDATE textonce.deliveries AS d
                SET due_at = now() + CAST(? AS interval)
                FROM found AS due WHERE d.id = due.id
            """ + LEASED;

    /** Change of the sender of a leased message, before it is sent. */
    private static final String MOVE = """
            UPDATE textonce.deliveries SET sender = ? WHERE id = ? AND attempt = ? AND status = 'reserved'
            """;

    /** Condition that a row of any queue is due. */
    private static final String IS_DUE = """
            EXISTS (
                SELECT FROM unnest(ARRAY['held', 'reserved', 'unknown', 'with_twilio']) AS s (stage),
                    unnest(ARRAY[true, false]) AS u (urgent),
                    LATERAL (
                        SELECT FROM textonce.deliveries
                        WHERE stage = s.stage AND is_urgent = u.urgent AND due_at <= now()
                        ORDER BY due_at LIMIT 1
                    ) AS earliest)
            """;

    private final JdbcTemplate jdbc;
    private final Function<Sms, String> senders;
    private final Duration lease;
    private final Redirection redirection;
    private final DueScans held;
    private final DueScans urgentHeld;
    private final DueScans unknown;
    private final DueScans urgentUnknown;
    private final DueScans silent;
    private final DueScans toCancel;

    @Autowired
    DueLeases(JdbcTemplate jdbc, Senders senders, Redirection redirection, TextOnceProperties settings) {
        this(jdbc, senders::current, settings.lease(), redirection, System::nanoTime);
    }

    /** @param senders the sender that a stored message has now: it may have changed since the claim */
    DueLeases(
            JdbcTemplate jdbc,
            Function<Sms, String> senders,
            Duration lease,
            Redirection redirection,
            LongSupplier nanoTime) {
        this.jdbc = jdbc;
        this.senders = senders;
        this.lease = lease;
        this.redirection = redirection;
        this.held = new DueScans(nanoTime, "held");
        this.urgentHeld = this.held.urgent();
        this.unknown = new DueScans(nanoTime, "reserved", "unknown");
        this.urgentUnknown = this.unknown.urgent();
        this.silent = new DueScans(nanoTime, "with_twilio");
        this.toCancel = new DueScans(nanoTime, "with_twilio");
    }

    @Override
    public String condition() {
        return IS_DUE;
    }

    /** Leases held messages that are due, each reserved again, with the sender and the recipient that it has now. */
    public List<DueDelivery> held(int most) {
        return held(held, most);
    }

    /** Leases the urgent ones of them alone. */
    public List<DueDelivery> urgentHeld(int most) {
        return held(urgentHeld, most);
    }

    private List<DueDelivery> held(DueScans scans, int most) {
        return held(
                scans,
                most,
                FIND_DUE + LEASE_HELD,
                most,
                most,
                redirection.phone(),
                redirection.masked(),
                redirection.hash(),
                lease.toString());
    }

    /** Leases held messages that expired before they were due, reserved as well; nothing is sent of them. */
    public List<DueDelivery> expired(int most) {
        return held(
                new DueScans(System::nanoTime, "held"),
                most,
                FIND_EXPIRED + LEASE_HELD,
                most,
                redirection.phone(),
                redirection.masked(),
                redirection.hash(),
                lease.toString());
    }

    private List<DueDelivery> held(DueScans scans, int most, String sql, @Nullable Object... parameters) {
        var begun = new Lease(lease);
        var moved = new ArrayList<Object[]>();
        var leased = lease(
                scans,
                most,
                (row, n) -> {
                    var due = DueDelivery.read(row, begun);
                    String sender = senders.apply(due.sms());
                    if (sender.equals(due.sender())) {
                        return due;
                    }
                    moved.add(new Object[] {sender, due.id(), due.attempt()});
                    return DueDelivery.read(row, begun, sender);
                },
                sql,
                parameters);
        if (!moved.isEmpty()) {
            jdbc.batchUpdate(MOVE, moved);
        }
        return leased;
    }

    /**
     * Leases unknown outcomes whose next check is due, and reservations whose lease expired, which are unknown from now
     * on.
     */
    public List<DueDelivery> unknown(int most) {
        return lease(unknown, most, asStored(), LEASE_UNKNOWN, most, most, lease.toString());
    }

    /** Leases the urgent ones of them alone. */
    public List<DueDelivery> urgentUnknown(int most) {
        return lease(urgentUnknown, most, asStored(), LEASE_UNKNOWN, most, most, lease.toString());
    }

    /**
     * Leases messages at Twilio that are to be canceled, and then those whose callbacks are missing: without callbacks,
     * these may be so many that a cancellation behind them came too late.
     */
    public List<DueDelivery> silent(int most) {
        var leased = new ArrayList<>(ofTwilio(toCancel, FIND_CANCELED, most));
        if (leased.size() < most) {
            leased.addAll(ofTwilio(silent, FIND_DUE, most - leased.size()));
        }
        return leased;
    }

    private List<DueDelivery> ofTwilio(DueScans scans, String find, int most) {
        return lease(scans, most, asStored(), find + LEASE_SILENT, most, most, lease.toString());
    }

    private RowMapper<DueDelivery> asStored() {
        var begun = new Lease(lease);
        return (row, n) -> DueDelivery.read(row, begun);
    }

    /** @param reader whose lease began before */
    private List<DueDelivery> lease(
            DueScans scans, int most, RowMapper<DueDelivery> reader, String sql, @Nullable Object... parameters) {
        var leased = new ArrayList<DueDelivery>();
        jdbc.query(scans.begin().in(sql, parameters), row -> {
            if (row.getString("id") != null) {
                leased.add(reader.mapRow(row, leased.size()));
                scans.leased(row);
            }
            if (row.isLast() && leased.size() < most) {
                scans.drained(row);
            }
        });
        return leased;
    }
}
