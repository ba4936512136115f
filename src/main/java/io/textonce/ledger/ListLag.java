package io.textonce.ledger;

import io.textonce.delivery.OutcomeRepository;
import io.textonce.message.Sender;
import io.textonce.message.Sms;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Measurement of the lag of Twilio's message list, by samples: at most once a minute, the list is read after a response
 * with a SID until it has that SID, with growing intervals. The lag is that of the first list that has it, so it is
 * measured too long, by a third at most.
 */
@Component
final class ListLag implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ListLag.class);

    private static final long INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final Duration FIRST_WAIT = Duration.ofMillis(250);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

    /** Twilio's clock may differ from this machine's. */
    private static final Duration MOST_SKEW = Duration.ofHours(1);

    private static final String RECORD = """
            WITH old AS (
                DELETE FROM textonce.list_lags WHERE day < now() - interval '90 days'
            )
            INSERT INTO textonce.list_lags AS l (day, longest, samples)
            VALUES (CAST(now() AT TIME ZONE 'UTC' AS date), CAST(? AS interval), 1)
            ON CONFLICT (day) DO UPDATE SET longest = greatest(l.longest, excluded.longest), samples = l.samples + 1
            """;

    private final TwilioMessages messages;
    private final JdbcTemplate jdbc;
    private final Duration assumed;
    private final Duration window;
    private final ScheduledExecutorService checks =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("list-lag-"));
    private final AtomicLong next = new AtomicLong(System.nanoTime());

    @Autowired
    ListLag(TwilioMessages messages, JdbcTemplate jdbc, TextOnceProperties settings) {
        this(messages, jdbc, settings.unknown().listLag(), settings.unknown().window());
    }

    /**
     * @param assumed longest lag that the windows cover
     * @param window for reconciliation
     */
    ListLag(TwilioMessages messages, JdbcTemplate jdbc, Duration assumed, Duration window) {
        this.messages = messages;
        this.jdbc = jdbc;
        this.assumed = assumed;
        this.window = window;
    }

    /** Samples a message that Twilio has accepted, if a sample is due. */
    void sample(Exchange exchange) {
        long now = System.nanoTime();
        long due = next.get();
        if (now - due >= 0
                && exchange.getMessage().getBody() instanceof OutcomeRepository.Outcome outcome
                && outcome.sid() != null
                && next.compareAndSet(due, now + INTERVAL_NANOS)) {
            var sms = exchange.getVariable("sms", Sms.class);
            measure(new Sender(sms.sender()).addressOf(sms.phone()), outcome.sid());
        }
    }

    /** Measures when the list of a number has a message that Twilio has just accepted. */
    void measure(String phone, String sid) {
        long accepted = System.nanoTime();
        checks.execute(() -> check(phone, sid, accepted));
    }

    private void check(String phone, String sid, long accepted) {
        var lag = Duration.ofNanos(System.nanoTime() - accepted);
        try {
            boolean isListed = messages.sentTo(phone, Instant.now().minus(MOST_SKEW)).stream()
                    .anyMatch(seen -> seen.sid().equals(sid));
            if (isListed || lag.compareTo(window.multipliedBy(2)) > 0) {
                record(sid, lag);
            } else {
                var wait = lag.dividedBy(3);
                wait = wait.compareTo(FIRST_WAIT) < 0 ? FIRST_WAIT : wait;
                wait = wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
                checks.schedule(() -> check(phone, sid, accepted), wait.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (TwilioFailure | DataAccessException e) {
            LOG.info("The lag of Twilio's message list could not be measured: {}", e.getMessage());
        }
    }

    private void record(String sid, Duration lag) {
        if (!assumed.isZero() && lag.compareTo(assumed.dividedBy(2)) > 0) {
            LOG.warn(
                    "Twilio's message list had no {} for {} s; the reconciliation windows cover {} s"
                            + " (textonce.unknown.list-lag)",
                    sid,
                    lag.toSeconds(),
                    assumed.toSeconds());
        }
        jdbc.update(RECORD, lag.toString());
    }

    @Override
    public void close() {
        checks.shutdownNow();
    }
}
