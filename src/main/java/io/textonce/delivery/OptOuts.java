package io.textonce.delivery;

import java.util.UUID;
import org.springframework.jdbc.core.JdbcTemplate;

/** Who told a sender to stop. Twilio is the first to know; what it says is written down here. */
public final class OptOuts {

    private static final String RECORD = """
            INSERT INTO textonce.opt_outs (phone_hash, sender, source)
            SELECT phone_hash, sender, 'twilio' FROM textonce.deliveries WHERE id = ?
            ON CONFLICT DO NOTHING
            """;

    private final JdbcTemplate jdbc;

    OptOuts(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Twilio refused the delivery because its recipient had opted out of our sender. */
    public void record(UUID delivery) {
        jdbc.update(RECORD, delivery);
    }
}
