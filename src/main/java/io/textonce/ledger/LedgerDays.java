package io.textonce.ledger;

import io.textonce.ledger.Comparison.Difference;
import io.textonce.ledger.Comparison.Kind;
import java.time.LocalDate;
import java.util.UUID;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Days to compare, each leased by one instance, and the differences that were found. A day is due an hour after its end,
 * and for a week: its callbacks have arrived by then, and Twilio's list is complete. The day of the first delivery is
 * left out, since the sender may have been another application's before.
 */
@Component
final class LedgerDays {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerDays.class);

    private static final long MOST_DAYS = 7;

    private static final String LEASE = """
            WITH today AS (
                SELECT CAST((now() - interval '1 hour') AT TIME ZONE 'UTC' AS date) AS day
            ),
            first AS (
                SELECT CAST(created_at AT TIME ZONE 'UTC' AS date) AS day FROM textonce.deliveries ORDER BY id LIMIT 1
            )
            INSERT INTO textonce.ledger_days AS l (day, holder, leased_until)
            SELECT today.day - n, ?, now() + interval '10 minutes'
            FROM today, first, generate_series(1, CAST(? AS integer)) AS n
            WHERE today.day - n > first.day
              AND NOT EXISTS (
                  SELECT FROM textonce.ledger_days AS other
                  WHERE other.day = today.day - n
                    AND (other.leased_until > now()
                        OR other.compared_at >= CAST(other.day + 1 AS timestamp) AT TIME ZONE 'UTC'))
            ORDER BY n LIMIT 1
            ON CONFLICT (day) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
            WHERE (l.leased_until IS NULL OR l.leased_until <= now())
              AND (l.compared_at IS NULL OR l.compared_at < CAST(l.day + 1 AS timestamp) AT TIME ZONE 'UTC')
            RETURNING day
            """;

    private static final String EXTEND = """
            UPDATE textonce.ledger_days SET leased_until = now() + interval '10 minutes' WHERE day = ? AND holder = ?
            """;

    /** Without effect if another instance has the lease by now: it records the same. */
    private static final String RECORD = """
            WITH compared AS (
                INSERT INTO textonce.ledger_days AS l (day, compared_at, listed) VALUES (?, now(), ?)
                ON CONFLICT (day) DO UPDATE
                SET holder = NULL, leased_until = NULL, compared_at = excluded.compared_at, listed = excluded.listed
                WHERE l.holder IS NULL OR l.holder = ?
                RETURNING day
            ),
            old_days AS (
                DELETE FROM textonce.ledger_days WHERE day < now() - interval '90 days'
            ),
            old_differences AS (
                DELETE FROM textonce.ledger_differences WHERE found_at < now() - interval '90 days'
            )
            INSERT INTO textonce.ledger_differences (message_sid, kind, sender, sent_at)
            SELECT t.sid, t.kind, t.sender, t.sent_at
            FROM compared, unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS text[]), CAST(? AS timestamptz[]))
                AS t(sid, kind, sender, sent_at)
            ON CONFLICT (message_sid) DO NOTHING
            """;

    private final JdbcTemplate jdbc;
    private final LedgerComparison comparison;
    private final UUID holder = UUID.randomUUID();

    LedgerDays(JdbcTemplate jdbc, LedgerComparison comparison) {
        this.jdbc = jdbc;
        this.comparison = comparison;
    }

    /** Sets the newest day that is due and that no other instance compares, or no body. */
    void lease(Exchange exchange) {
        exchange.getMessage()
                .setBody(DataAccessUtils.singleResult(jdbc.queryForList(
                        LEASE, LocalDate.class, holder, Math.min(MOST_DAYS, comparison.comparableDays()))));
    }

    /** Compares a day. Its lease is extended on the way; if it fails, the day is due again after that. */
    void compare(Exchange exchange) {
        var day = exchange.getMessage().getBody(LocalDate.class);
        exchange.getMessage().setBody(comparison.of(day, () -> jdbc.update(EXTEND, day, holder)));
    }

    void record(Exchange exchange) {
        var compared = exchange.getMessage().getBody(Comparison.class);
        jdbc.update(
                RECORD,
                compared.day(),
                compared.listed(),
                holder,
                column(compared, Difference::sid),
                column(compared, difference -> difference.kind().column()),
                column(compared, Difference::sender),
                column(compared, difference -> difference.sentAt().toString()));
        if (compared.differences().isEmpty()) {
            LOG.info("Twilio's {} messages of {} are those of the deliveries", compared.listed(), compared.day());
        } else {
            LOG.warn(
                    "Of {}, Twilio has {} messages that no delivery explains, and lacks {} of the deliveries'; the page"
                            + " Ledger lists them",
                    compared.day(),
                    compared.count(Kind.UNEXPLAINED),
                    compared.count(Kind.MISSING));
        }
    }

    private static String[] column(Comparison compared, Function<Difference, String> of) {
        return compared.differences().stream().map(of).toArray(String[]::new);
    }
}
