package io.textonce.delivery;

import io.textonce.message.Sms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.springframework.jdbc.core.JdbcTemplate;

/** Work queue of held deliveries, with the sender and the recipient that each has when it is sent. */
final class HeldQueue {

    /** Lease of held deliveries, or of expired ones alone, among the earliest: no other precedes what can be sent. */
    private static final String TAKE = """
            WITH due AS (
                SELECT id, due_at, phone <> to_phone AS is_redirected, to_phone, to_masked, to_hash
                FROM textonce.deliveries, (%1$s) AS redirection
                WHERE stage = 'held' AND due_at <= now() AND (NOT ? OR expires_at <= now() AND id IN (
                    SELECT id FROM textonce.deliveries WHERE stage = 'held' AND due_at <= now()
                    ORDER BY due_at LIMIT 1000))
                ORDER BY due_at LIMIT ? FOR UPDATE OF deliveries SKIP LOCKED
            ),
            entries AS (
            """.formatted(Redirection.COLUMNS)
            + Timeline.ENTRY
            + """
                SELECT id, 'decision', 'reserved', 'reserved', NULL, NULL,
                    CASE WHEN is_redirected THEN '%1$s' END, NULL, NULL
                FROM due
            )
            UPDATE textonce.deliveries AS d
            SET %2$s, status = 'reserved', attempt = d.attempt + 1, attempted_at = now(), unknown_since = NULL,
                due_at = now() + CAST(? AS interval), updated_at = now()
            FROM due WHERE d.id = due.id
            RETURNING
            """.formatted(Redirection.WORDS, Redirection.APPLIED)
            + DueRepository.COLUMNS;

    /** Change of the sender of a leased message, before it is sent. */
    private static final String MOVE = """
            UPDATE textonce.deliveries SET sender = ? WHERE id = ? AND attempt = ? AND status = 'reserved'
            """;

    private final JdbcTemplate jdbc;
    private final Function<Sms, String> senders;
    private final Duration lease;
    private final Redirection redirection;

    HeldQueue(JdbcTemplate jdbc, Function<Sms, String> senders, Duration lease, Redirection redirection) {
        this.jdbc = jdbc;
        this.senders = senders;
        this.lease = lease;
        this.redirection = redirection;
    }

    /** @param isExpired whether those alone are leased that expired before they were due */
    List<DueDelivery> take(boolean isExpired, int most) {
        var begun = new Lease(lease);
        var moved = new ArrayList<Object[]>();
        var taken = jdbc.query(
                TAKE,
                (row, n) -> {
                    var due = DueDelivery.read(row, begun);
                    String sender = senders.apply(due.sms());
                    if (sender.equals(due.sender())) {
                        return due;
                    }
                    moved.add(new Object[] {sender, due.id(), due.attempt()});
                    return DueDelivery.read(row, begun, sender);
                },
                redirection.phone(),
                redirection.masked(),
                redirection.hash(),
                isExpired,
                most,
                lease.toString());
        if (!moved.isEmpty()) {
            jdbc.batchUpdate(MOVE, moved);
        }
        return taken;
    }
}
