package io.textonce.twilio;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Circuit breaker that is open while Twilio rejects the account. Then no message is spent on it: all are held, and one
 * at a time, from whichever instance, probes whether Twilio accepts the account again. The state is in the database; an
 * instance's copy is at most as old as the poll interval of the background worker.
 */
@Component("twilio")
final class CircuitBreaker implements HealthIndicator, MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);

    private static final String OPEN = """
            INSERT INTO textonce.circuit_breakers (account_sid, reason, probe_at)
            VALUES (?, ?, now() + CAST(? AS interval))
            ON CONFLICT (account_sid) DO UPDATE SET reason = excluded.reason
            """;

    private static final String TAKE_PROBE = """
            UPDATE textonce.circuit_breakers SET probe_at = now() + CAST(? AS interval)
            WHERE account_sid = ? AND probe_at <= now()
            """;

    private static final String GIVE_BACK =
            "UPDATE textonce.circuit_breakers SET probe_at = now() WHERE account_sid = ?";

    /**
     * Query for an accepted message whose POST was later. The events are read from the newest on, and the last response
     * with a SID is one of the first.
     */
    private static final String TAKEN_LATER = """
            SELECT EXISTS (
                SELECT FROM (
                        SELECT delivery_id FROM textonce.delivery_events
                        WHERE kind = 'answer' AND message_sid IS NOT NULL
                        ORDER BY id DESC LIMIT 1
                    ) AS last
                    JOIN textonce.deliveries AS taken ON taken.id = last.delivery_id
                    JOIN textonce.deliveries AS failed ON failed.id = ?
                WHERE taken.attempted_at > failed.attempted_at
            )
            """;

    private final JdbcTemplate jdbc;
    private final TwilioClock clock;
    private final String account;
    private final Duration probe;
    private final Duration pollInterval;
    private volatile @Nullable String reason;
    private volatile long refreshedAt;

    CircuitBreaker(JdbcTemplate jdbc, TwilioClock clock, TextOnceProperties settings) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.account = settings.twilio().accountSid();
        this.probe = settings.due().probeInterval();
        this.pollInterval = settings.due().pollInterval();
        this.refreshedAt = System.nanoTime() - pollInterval.toNanos();
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("textonce.circuit.breaker.open", () -> isOpen() ? 1 : 0)
                .description("1 while the circuit breaker is open because Twilio rejects the account")
                .register(meters);
    }

    boolean isOpen() {
        return reason != null;
    }

    void open(int code, String words) {
        if (!isOpen()) {
            LOG.error(
                    "Twilio rejects the account (code {}); the circuit breaker is open and all messages are held: {}",
                    code,
                    words);
        }
        reason = words;
        try {
            jdbc.update(OPEN, account, words, probe.toString());
        } catch (DataAccessException e) {
            LOG.warn("The state of the circuit breaker could not be stored; the next rejection stores it", e);
        }
    }

    /**
     * Opens the breaker for the error in a callback, which may be late: it has no effect if Twilio has accepted a
     * message whose POST was later than that of the failed one.
     */
    void open(UUID failed, int code, String words) {
        if (Boolean.TRUE.equals(jdbc.queryForObject(TAKEN_LATER, Boolean.class, failed))) {
            LOG.info(
                    "Twilio has accepted messages since delivery {} failed with code {}; the circuit breaker stays closed",
                    failed,
                    code);
        } else {
            open(code, words);
        }
    }

    /** Closes the breaker: Twilio accepts the account again. */
    void close() {
        if (isOpen()) {
            jdbc.update("DELETE FROM textonce.circuit_breakers WHERE account_sid = ?", account);
            reason = null;
            LOG.info("Twilio accepts the account again; held messages are being sent");
        }
    }

    /** Refreshes the state from the database, at most once per poll interval. */
    void refresh() {
        if (System.nanoTime() - refreshedAt < pollInterval.toNanos()) {
            return;
        }
        reason = DataAccessUtils.singleResult(jdbc.queryForList(
                "SELECT reason FROM textonce.circuit_breakers WHERE account_sid = ?", String.class, account));
        refreshedAt = System.nanoTime();
    }

    /** Leases the half-open probe: the right to one call although the breaker is open; null if another call has it. */
    @Nullable
    Probe takeProbe() {
        return jdbc.update(TAKE_PROBE, probe.toString(), account) == 1 ? new Probe() : null;
    }

    /** Releases a probe whose call was not made, so that the next held message may use it. */
    void giveBack(Probe taken) {
        if (!taken.used) {
            jdbc.update(GIVE_BACK, account);
        }
    }

    @Override
    public Health health() {
        String why = reason;
        var health = why == null ? Health.up() : Health.down().withDetail("reason", why);
        return health.withDetail("clockSkew", clock.skew().toString()).build();
    }

    /** Half-open probe: one call that tests whether Twilio accepts the account again. */
    static final class Probe {

        private volatile boolean used;

        /** Marks the probe as used: the call is about to be made. */
        void use() {
            used = true;
        }
    }
}
