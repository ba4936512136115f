package io.textonce.twilio;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Open while Twilio refuses the account itself. Then no text is burnt on it: all are held, and one at a time, from
 * whichever instance, tries whether Twilio takes the account again. The state lies in the database; what an instance
 * remembers of it is at most as old as the background worker's pace.
 */
final class Circuit implements HealthIndicator {

    private static final Logger LOG = LoggerFactory.getLogger(Circuit.class);

    private static final String OPEN = """
            INSERT INTO textonce.circuit (account_sid, code, words, probe_at)
            VALUES (?, ?, ?, now() + CAST(? AS interval))
            ON CONFLICT (account_sid) DO UPDATE SET code = excluded.code, words = excluded.words
            """;

    private static final String TAKE_PROBE = """
            UPDATE textonce.circuit SET probe_at = now() + CAST(? AS interval)
            WHERE account_sid = ? AND probe_at <= now()
            """;

    private final JdbcTemplate jdbc;
    private final String account;
    private final Duration probe;
    private final Duration pace;
    private volatile @Nullable String reason;
    private volatile long refreshedAt;

    Circuit(JdbcTemplate jdbc, String account, Duration probe, Duration pace) {
        this.jdbc = jdbc;
        this.account = account;
        this.probe = probe;
        this.pace = pace;
        this.refreshedAt = System.nanoTime() - pace.toNanos();
    }

    boolean isOpen() {
        return reason != null;
    }

    void open(@Nullable Integer code, String words) {
        if (!isOpen()) {
            LOG.error("Twilio refuses the account (code {}): {}", code, words);
        }
        reason = words;
        try {
            jdbc.update(OPEN, account, code, words, probe.toString());
        } catch (DataAccessException e) {
            LOG.warn("The open circuit could not be written down; the next refusal will", e);
        }
    }

    /** Twilio has answered for the account again. */
    void close() {
        if (isOpen()) {
            jdbc.update("DELETE FROM textonce.circuit WHERE account_sid = ?", account);
            reason = null;
            LOG.info("Twilio takes the account again; what was held goes out");
        }
    }

    /** Reads what other instances have found out, once a pace however often it is asked. */
    void refresh() {
        if (System.nanoTime() - refreshedAt < pace.toNanos()) {
            return;
        }
        reason =
                jdbc
                        .queryForList("SELECT words FROM textonce.circuit WHERE account_sid = ?", String.class, account)
                        .stream()
                        .findFirst()
                        .orElse(null);
        refreshedAt = System.nanoTime();
    }

    /** Whether the caller may try one text although the circuit is open. */
    boolean takeProbe() {
        return jdbc.update(TAKE_PROBE, probe.toString(), account) == 1;
    }

    @Override
    public Health health() {
        String why = reason;
        return why == null
                ? Health.up().build()
                : Health.down().withDetail("reason", why).build();
    }
}
