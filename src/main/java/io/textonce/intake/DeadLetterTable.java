package io.textonce.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.privacy.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/**
 * Dead letters of last resort, in the database that every event needs anyway. Whatever an event holds, its row can be
 * written: an event that can't even be kept would come again for ever.
 */
@Component
final class DeadLetterTable {

    /** No event is as large; of what is larger only the beginning is kept. */
    static final int MOST = 1 << 20;

    private static final int LONGEST = 500;

    private static final String KEEP = """
            INSERT INTO textonce.dead_letters (sha256, route, event, reason, body) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (sha256) DO UPDATE SET reason = excluded.reason, created_at = excluded.created_at
            """;

    private final JdbcTemplate jdbc;
    private final Counter stored;

    DeadLetterTable(JdbcTemplate jdbc, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.stored = Counter.builder("textonce.dead_letters.stored")
                .description("Events stored in the dead-letter table because no SMS can be made of them")
                .register(meters);
    }

    /** Keeps an event; the same one of the same route once. */
    void keep(String route, @Nullable String event, String reason, byte[] body) {
        jdbc.update(KEEP, sha256(route, body), route, event == null ? null : plain(event), plain(reason), first(body));
        stored.increment();
    }

    /** PostgreSQL takes no NUL in a text. */
    private static String plain(String words) {
        String plain = words.replaceAll("\\p{Cntrl}", " ");
        return plain.substring(0, Math.min(plain.length(), LONGEST));
    }

    private static byte[] first(byte[] body) {
        return body.length > MOST ? Arrays.copyOf(body, MOST) : body;
    }

    private static byte[] sha256(String route, byte[] body) {
        var digest = Sha256.digest();
        digest.update(route.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        return digest.digest(body);
    }
}
