package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import io.textonce.settings.FrequencySettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Cap on the messages of one person in 24 hours, exact over all instances: claims for a person wait for one another by an
 * advisory lock of the number's hash, and then find what was counted.
 */
final class FrequencyCap {

    private static final Duration DAY = Duration.ofDays(1);

    private static final String LOCK = "SELECT pg_advisory_xact_lock(key) FROM unnest(?) AS t(key)";

    /**
     * Query of when the messages that were counted are sent: at their last attempt, or when one that is held since is due,
     * but for those that this cap holds: they would hold each other for ever. The interval is in hours, as a day of the
     * session's time zone may have 23 or 25.
     */
    private static final String COUNTED = """
            WITH requested AS MATERIALIZED (SELECT * FROM unnest(?, ?) AS t(id, hashes)),
            counted AS (
                SELECT r.id,
                    CASE WHEN d.status = 'held' AND d.due_at IS NOT NULL THEN greatest(d.due_at, now())
                        ELSE greatest(d.counted_at, d.attempted_at) END AS sent_at
                FROM requested AS r JOIN textonce.deliveries AS d ON d.phone_hash = ANY (CAST(r.hashes AS bytea[]))
                WHERE d.counted_at IS NOT NULL AND d.status NOT IN ('rejected', 'canceled')
                  AND NOT (d.status = 'held' AND d.counted_at = '-infinity')
                  AND d.purpose <> ALL (?) AND d.id NOT IN (SELECT id FROM requested)
            )
            SELECT id, sent_at FROM counted WHERE sent_at > now() - interval '24 h'
            """;

    private final JdbcTemplate jdbc;
    private final FrequencySettings settings;

    FrequencyCap(JdbcTemplate jdbc, FrequencySettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    boolean isFor(Sms sms) {
        return settings.messagesPerDay() > 0
                && !settings.exemptPurposes().contains(sms.policy().purpose());
    }

    /** Locks the persons of messages until the transaction ends, in an order that all instances keep to. */
    void lock(List<CountedClaim.Item> items) {
        var keys = items.stream()
                .map(item -> ByteBuffer.wrap(item.hashes()[0]).getLong())
                .distinct()
                .sorted()
                .toList();
        jdbc.query(new Columns<>(keys).add("int8", key -> key).in(LOCK), row -> {});
    }

    /** Returns when the messages of the last day to each item's person were or will be sent, but for the items themselves. */
    Map<UUID, List<Instant>> counted(List<CountedClaim.Item> items) {
        var counted = new HashMap<UUID, List<Instant>>();
        var columns = new Columns<>(items)
                .add("uuid", CountedClaim.Item::id)
                .add("text", item -> ClaimRepository.array(item.hashes()))
                .in(COUNTED);
        jdbc.query(
                connection -> {
                    var statement = columns.createPreparedStatement(connection);
                    statement.setArray(
                            3,
                            connection.createArrayOf(
                                    "text", settings.exemptPurposes().toArray()));
                    return statement;
                },
                row -> {
                    counted.computeIfAbsent(row.getObject("id", UUID.class), id -> new ArrayList<>())
                            .add(row.getTimestamp("sent_at").toInstant());
                });
        return counted;
    }

    /**
     * Returns the decision about a message that is one too many, or null.
     *
     * @param counted times of the messages to the same person
     */
    @Nullable
    SendDecision decide(Sms sms, List<Instant> counted) {
        int most = settings.messagesPerDay();
        if (counted.size() < most) {
            return null;
        }
        var until = counted.stream()
                .sorted(Comparator.reverseOrder())
                .skip(most - 1)
                .findFirst()
                .orElseThrow()
                .plus(DAY);
        String words = "The person has had " + most + " messages in 24 hours";
        return sms.isLate(until)
                ? SendDecision.rejected(
                        EventRejected.ofText(422, "too_late", null, words + ", and it expires before the next."))
                : SendDecision.held(until, words);
    }
}
