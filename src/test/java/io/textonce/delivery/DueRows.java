package io.textonce.delivery;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Many deliveries at once in the table, as if the background worker had to work on them. */
public final class DueRows {

    private static final String INSERT = """
            INSERT INTO textonce.deliveries
                (id, event, event_id, payload_sha256, source, sender, purpose, consent_at, phone_masked, phone_hash, phone,
                 body, on_unknown, status, attempt, attempted_at, unknown_since, due_at, twilio_options, message_sid)
            SELECT gen_random_uuid(), 'order-shipped', CAST(? AS text) || n, '', 'http', '+15551234567', 'orders', now(),
                '+1555***', '', '+1555' || 2000000 + n, 'Your order ' || n || ' has shipped.', 'resend', status, 1,
                now() - interval '2 min', CASE status WHEN 'unknown' THEN now() - interval '1 min' END,
                now() - CAST(? AS interval), CAST(? AS text),
                CASE WHEN textonce.status_rank(status) >= 0 THEN 'SM' || gen_random_uuid() END
            FROM (SELECT CAST(? AS text) AS status) AS s, generate_series(1, CAST(? AS integer)) AS n
            """;

    private DueRows() {}

    /** Returns the number of the n-th. */
    public static String phone(int n) {
        return "+1555" + (2_000_000 + n);
    }

    /** Returns the message of the n-th. */
    public static String text(int n) {
        return "Your order " + n + " has shipped.";
    }

    /**
     * Inserts rows to the numbers from {@code +15552000001} on.
     *
     * @param prefix of the event ids, which count from 1
     * @param dueFor time since they were due
     */
    public static void insert(
            JdbcTemplate jdbc, String status, String prefix, Duration dueFor, @Nullable String options, int number) {
        jdbc.update(INSERT, prefix, dueFor.toString(), options, status, number);
    }
}
