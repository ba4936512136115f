package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Rate limit of each sender in segments, across all instances. Twilio queues any excess for hours
 * (https://www.twilio.com/docs/messaging/guides/understanding-twilio-rate-limits-and-message-queues), and an urgent
 * message behind it; so a message over the limit waits here. A slot is given to a reserved message, never to a
 * duplicate, a rejected one or one whose attempt has ended meanwhile, and never after its expiry.
 */
final class SenderRateLimit {

    /**
     * Reservation of a slot. An idle sender has a burst of one second. An urgent message waits for urgent ones alone;
     * all wait for it.
     */
    private static final String SLOT = """
            WITH mine AS MATERIALIZED (
                SELECT id FROM set_config('synchronous_commit', 'off', true), textonce.deliveries AS d
                WHERE id = ? AND attempt = ? AND status = 'reserved' FOR UPDATE OF d
            ),
            requested AS (
                SELECT CAST(? AS text) AS sender, CAST(? AS interval) AS takes, CAST(? AS boolean) AS urgent,
                    CAST(? AS timestamptz) AS expires_at, now() - interval '1 s' AS earliest
                FROM mine
            ),
            slot AS (
                INSERT INTO textonce.sender_rate_limits AS p (sender, next_free_at, urgent_next_free_at)
                SELECT sender, earliest + takes, CASE WHEN urgent THEN earliest + takes ELSE '-infinity' END FROM requested
                ON CONFLICT (sender) DO UPDATE
                SET (next_free_at, urgent_next_free_at) = (
                        SELECT greatest(p.next_free_at, earliest) + takes,
                            CASE
                                WHEN urgent THEN greatest(p.urgent_next_free_at, earliest) + takes
                                ELSE p.urgent_next_free_at
                            END
                        FROM requested)
                WHERE (
                    SELECT expires_at IS NULL
                        OR expires_at > CASE WHEN urgent THEN p.urgent_next_free_at ELSE p.next_free_at END
                    FROM requested)
                RETURNING next_free_at, urgent_next_free_at
            ),
            granted AS (
                SELECT CASE WHEN urgent THEN urgent_next_free_at ELSE next_free_at END - takes AS at
                FROM requested LEFT JOIN slot ON true
            ),
            changed AS (
                UPDATE textonce.deliveries AS d
                SET status = CASE
                        WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
                        WHEN at IS NULL THEN 'rejected'
                        ELSE 'held'
                    END,
                    due_at = CASE WHEN cancel_requested_at IS NULL THEN at END, slot_at = at,
                    body = CASE WHEN cancel_requested_at IS NULL THEN body END,
                    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN reason WHEN at IS NULL THEN ? ELSE ? END,
                    updated_at = now()
                FROM granted, mine
                WHERE d.id = mine.id AND (at IS NULL OR at > now())
                RETURNING d.id, d.status, d.reason, d.due_at
            ),
            entries AS (
            """ + Timeline.ENTRY + """
                SELECT id, 'decision', status, status, NULL, NULL, reason, NULL, due_at FROM changed
            )
            SELECT changed.status, changed.due_at FROM mine LEFT JOIN changed ON true
            """;

    private static final String NEXT = """
            SELECT CASE WHEN ? THEN urgent_next_free_at ELSE next_free_at END AS at
            FROM textonce.sender_rate_limits WHERE sender = ?
            """;

    private static final String WAITS = "On hold: the sender's rate limit is reached";
    private static final String ENDED = "The attempt has already ended";
    private static final String TOO_LATE = "Expires before the sender's rate limit allows it to be sent.";

    private final JdbcTemplate jdbc;
    private final double usualRate;
    private final Map<String, Double> rates = new HashMap<>();

    /** @param rates segments in a second, each {@code SENDER=RATE}, or a rate alone for all other senders */
    SenderRateLimit(JdbcTemplate jdbc, List<String> rates) {
        this.jdbc = jdbc;
        double others = 0;
        for (String rate : rates) {
            int equals = rate.indexOf('=');
            if (equals < 0) {
                others = Double.parseDouble(rate);
            } else {
                this.rates.put(rate.substring(0, equals), Double.parseDouble(rate.substring(equals + 1)));
            }
        }
        usualRate = others;
    }

    /** Returns the decision about a new message as of now, without a slot for it. */
    SendDecision preview(Sms sms, Instant now) {
        String sender = sms.sender();
        if (rates.getOrDefault(sender, usualRate) == 0 || sms.sendAt() != null) {
            return SendDecision.SEND;
        }
        return jdbc.query(NEXT, (row, n) -> row.getTimestamp("at"), sms.policy().isUrgent(), sender).stream()
                .filter(at -> at.toInstant().isAfter(now))
                .map(at -> decision(sms.isLate(at.toInstant()) ? null : at))
                .findFirst()
                .orElse(SendDecision.SEND);
    }

    /**
     * Gives a reserved message its slot. One whose slot is later is held until then, and one that would expire before
     * is rejected, unless it was canceled meanwhile; each is recorded before this returns. One that is no longer reserved gets no slot, and is unknown
     * to the caller: another instance may have it.
     */
    SendDecision admit(Delivery reserved, Sms sms) {
        if (usualRate == 0 && rates.isEmpty()) {
            return SendDecision.SEND;
        }
        String sender = sms.sender();
        double rate = rates.getOrDefault(sender, usualRate);
        // A scheduled message is sent by Twilio in its own time.
        if (rate == 0 || sms.sendAt() != null) {
            return SendDecision.SEND;
        }
        var segments = sms.segments();
        var takes = Duration.ofNanos(Math.round((segments == null ? 1 : segments) * 1e9 / rate));
        return jdbc
                .query(
                        SLOT,
                        (row, n) -> decision(row),
                        reserved.id(),
                        reserved.attempt(),
                        sender,
                        takes.toString(),
                        sms.policy().isUrgent(),
                        sms.expiresAt() == null ? null : Timestamp.from(sms.expiresAt()),
                        TOO_LATE,
                        WAITS)
                .stream()
                .findFirst()
                .orElse(SendDecision.unknown(ENDED));
    }

    private static SendDecision decision(ResultSet row) throws SQLException {
        String status = row.getString("status");
        if (status == null) {
            return SendDecision.SEND;
        }
        return status.equals(DeliveryStatus.CANCELED.word())
                ? SendDecision.canceled()
                : decision(row.getTimestamp("due_at"));
    }

    private static SendDecision decision(@Nullable Timestamp slot) {
        return slot == null
                ? SendDecision.rejected(EventRejected.ofText(422, "too_late", null, TOO_LATE))
                : SendDecision.held(slot.toInstant(), WAITS);
    }
}
