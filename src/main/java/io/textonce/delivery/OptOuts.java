package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneHash;
import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Who told a sender to stop. Only the person can take it back, by texting START; a newer consent does not, since nobody
 * but the person can know that it was meant so.
 */
public final class OptOuts {

    /** Twilio's code of a text to somebody who has opted out (https://www.twilio.com/docs/api/errors/21610). */
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

    private static final String HAS = """
            SELECT EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (?) AND sender = ?)
            """;

    private final JdbcTemplate jdbc;
    private final PhoneHash phoneHash;

    OptOuts(JdbcTemplate jdbc, PhoneHash phoneHash) {
        this.jdbc = jdbc;
        this.phoneHash = phoneHash;
    }

    /** What the sender of an event is told. */
    static EventRejected refusal() {
        return EventRejected.ofText(
                422,
                "refused",
                CODE,
                "The customer has opted out of our texts. A newer consent does not undo this; only the customer can, by"
                        + " texting START to us.");
    }

    /** Whether the number's holder has opted out of a sender. */
    boolean has(String e164, String sender) {
        return Boolean.TRUE.equals(jdbc.queryForObject(HAS, Boolean.class, phoneHash.all(e164), sender));
    }

    /**
     * Twilio refused the delivery because its recipient had opted out of our sender. A START that came after the
     * attempt is newer than that, and stays.
     */
    public void record(UUID delivery) {
        jdbc.update(RECORD, delivery);
    }
}
