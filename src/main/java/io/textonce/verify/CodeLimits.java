package io.textonce.verify;

import io.textonce.delivery.UrgentDatabase;
import io.textonce.event.EventRejected;
import io.textonce.phone.PhoneHash;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.VerifySettings;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Rate limits of code starts and checks, counted in the database so that all instances count together. A start counts
 * for its number, for the block of numbers around it and for its caller, or for none of them if one limit is used up.
 * SMS pumping requests codes for many numbers of one block, each a few times
 * (https://www.twilio.com/docs/verify/preventing-toll-fraud).
 */
@Component
final class CodeLimits {

    private static final String COUNT = """
            INSERT INTO textonce.verify_counts AS known (kind, key, count, ends_at)
            VALUES (?, ?, 1, now() + CAST(? AS interval))
            ON CONFLICT (kind, key) DO UPDATE
            SET count = CASE WHEN known.ends_at <= now() THEN 1 ELSE known.count + 1 END,
                ends_at = CASE WHEN known.ends_at <= now() THEN excluded.ends_at ELSE known.ends_at END
            RETURNING count, ceil(extract(epoch FROM ends_at - now())) AS seconds
            """;

    private static final String GIVE_BACK = """
            UPDATE textonce.verify_counts SET count = count - 1 WHERE kind = ? AND key = ? AND count > 0
            """;

    private static final String FORGET = """
            DELETE FROM textonce.verify_counts WHERE (kind, key) IN (
                SELECT kind, key FROM textonce.verify_counts WHERE ends_at <= now() LIMIT 20 FOR UPDATE SKIP LOCKED)
            """;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transactions;
    private final PhoneHash phoneHash;
    private final VerifySettings settings;

    CodeLimits(UrgentDatabase database, PhoneHash phoneHash, TextOnceProperties settings) {
        this.jdbc = database.jdbc();
        this.transactions = database.transaction();
        this.phoneHash = phoneHash;
        this.settings = settings.verify();
    }

    /** Counts a start, or rejects it with 429. */
    void start(Exchange exchange) {
        count(starts(exchange));
        jdbc.update(FORGET);
    }

    /** Counts a check of a code, or rejects it with 429. */
    void check(Exchange exchange) {
        count(checks(exchange));
    }

    /** Reverts the count of a start that Twilio did not process: no code was sent. */
    void giveBackStart(Exchange exchange) {
        giveBack(starts(exchange));
    }

    /** Reverts the count of a check that Twilio did not process: no code was guessed. */
    void giveBackCheck(Exchange exchange) {
        giveBack(checks(exchange));
    }

    private void giveBack(List<Limit> limits) {
        limits.forEach(limit -> jdbc.update(GIVE_BACK, limit.kind(), limit.key()));
    }

    private List<Limit> checks(Exchange exchange) {
        String number = hash(OneTimeCodes.form(exchange).get("To"));
        return List.of(new Limit("check", number, settings.checksPerNumber(), "Too many code checks for this number"));
    }

    /**
     * Returns the limits of a start, always in this order: otherwise two starts could deadlock on each other's rows.
     */
    private List<Limit> starts(Exchange exchange) {
        String phone = OneTimeCodes.form(exchange).get("To");
        String block = phone.substring(0, Math.max(2, phone.length() - settings.blockDigits()));
        return List.of(
                new Limit(
                        "number", hash(phone), settings.startsPerNumber(), "Too many codes requested for this number"),
                new Limit(
                        "block",
                        hash(block),
                        settings.startsPerBlock(),
                        "Too many codes requested for this block of numbers"),
                new Limit(
                        "caller",
                        OneTimeCodes.caller(exchange),
                        settings.startsPerCaller(),
                        "Too many codes requested by this caller"));
    }

    private void count(List<Limit> limits) {
        transactions.executeWithoutResult(status -> limits.forEach(this::count));
    }

    private void count(Limit limit) {
        var counted = jdbc.queryForObject(
                COUNT,
                CodeLimits::read,
                limit.kind(),
                limit.key(),
                settings.window().toString());
        if (counted != null && counted.count() > limit.most()) {
            throw EventRejected.later(429, "too_many_codes", null, limit.words() + ".", counted.left());
        }
    }

    private String hash(String number) {
        return HexFormat.of().formatHex(phoneHash.of(number));
    }

    private static Counted read(ResultSet row, int number) throws SQLException {
        return new Counted(row.getInt("count"), Duration.ofSeconds(Math.max(1, row.getLong("seconds"))));
    }

    private record Limit(String kind, String key, int most, String words) {}

    private record Counted(int count, Duration left) {}
}
