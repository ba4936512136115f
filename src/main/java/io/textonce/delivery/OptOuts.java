package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneHash;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Opt-outs by number and sender. Only the recipient can undo one, by texting START; a newer consent does not, since
 * only the recipient can know that it was meant so.
 */
@Component
public final class OptOuts {

    /** Twilio's code of a message to a recipient who has opted out (https://www.twilio.com/docs/api/errors/21610). */
    static final int CODE = 21610;

    private static final String RECORD = """
            INSERT INTO textonce.opt_outs (phone_hash, sender, source)
            SELECT phone_hash, sender, 'twilio' FROM textonce.deliveries AS d
            WHERE id = ? AND NOT EXISTS (
                SELECT FROM textonce.inbound_messages AS t
                WHERE t.phone_hash = d.phone_hash AND t.kind = 'start' AND t.received_at > d.attempted_at
                  AND d.sender IN (t.recipient, t.service))
            ON CONFLICT DO NOTHING
            """;

    /**
     * Stop of a number's messages. Held ones are rejected; one that is scheduled at Twilio or being posted is canceled
     * there by the background worker.
     */
    private static final String STOP = """
            WITH opted_out AS (
                INSERT INTO textonce.opt_outs (phone_hash, sender, source)
                SELECT CAST(:hash AS bytea), sender, 'person' FROM unnest(CAST(:senders AS text[])) AS senders (sender)
                ON CONFLICT (phone_hash, sender) DO UPDATE SET source = 'person'
            ),
            stopped AS (
                UPDATE textonce.deliveries
                SET status = CASE WHEN status = 'held' THEN 'rejected' ELSE status END,
                    error_code = CASE WHEN status = 'held' THEN %d ELSE error_code END,
                    reason = 'The customer texted STOP',
                    cancel_requested_at = coalesce(cancel_requested_at, CASE WHEN status <> 'held' THEN now() END),
                    due_at = CASE status WHEN 'held' THEN NULL WHEN 'scheduled' THEN now() ELSE due_at END,
                    updated_at = now()
                WHERE phone_hash = ANY (CAST(:hashes AS bytea[])) AND sender = ANY (CAST(:senders AS text[]))
                  AND status IN ('held', 'reserved', 'unknown', 'scheduled')
                RETURNING id, status, error_code, reason
            ),
            entries AS (
            """.formatted(CODE) + Timeline.ENTRY + """
                SELECT id, 'decision', status, CASE WHEN status = 'rejected' THEN status END, NULL, error_code, reason,
                    NULL, NULL
                FROM stopped
            )
            SELECT count(*) FROM stopped
            """;

    private static final String START = """
            DELETE FROM textonce.opt_outs
            WHERE phone_hash = ANY (CAST(:hashes AS bytea[])) AND sender = ANY (CAST(:senders AS text[]))
            """;

    private static final String HAS = """
            SELECT EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (?) AND sender = ?)
            """;

    private final JdbcTemplate jdbc;
    private final NamedParameterJdbcTemplate named;
    private final PhoneHash phoneHash;

    OptOuts(JdbcTemplate jdbc, PhoneHash phoneHash) {
        this.jdbc = jdbc;
        this.named = new NamedParameterJdbcTemplate(jdbc);
        this.phoneHash = phoneHash;
    }

    /** Returns the rejection for the sender of the event. */
    static EventRejected rejection() {
        return EventRejected.ofText(
                422,
                "refused",
                CODE,
                "The customer has opted out of our messages. A newer consent does not change this; only the customer"
                        + " can opt in again, by texting START to us.");
    }

    /**
     * Opts a number out of senders, and stops its messages from them.
     *
     * @return how many were stopped
     */
    public int stop(String e164, List<String> senders) {
        return named.queryForObject(STOP, parameters(e164, senders), Integer.class);
    }

    /** Removes opt-outs. */
    public void start(String e164, List<String> senders) {
        named.update(START, parameters(e164, senders));
    }

    private Map<String, ?> parameters(String e164, List<String> senders) {
        byte[][] hashes = phoneHash.all(e164);
        return Map.of("hash", hashes[0], "hashes", hashes, "senders", senders.toArray(String[]::new));
    }

    /** Returns whether the number has opted out of a sender. */
    boolean has(String e164, String sender) {
        return Boolean.TRUE.equals(jdbc.queryForObject(HAS, Boolean.class, phoneHash.all(e164), sender));
    }

    /**
     * Records the opt-out of a delivery that Twilio rejected because its recipient had opted out. A START after the
     * attempt is newer, and stays.
     */
    public void record(UUID delivery) {
        jdbc.update(RECORD, delivery);
    }
}
