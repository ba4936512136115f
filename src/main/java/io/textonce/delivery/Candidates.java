package io.textonce.delivery;

import io.textonce.phone.PhoneHash;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** Read side of the reconciliation: deliveries that may own a message in Twilio's list, and messages that have an owner. */
public final class Candidates {

    /**
     * A SID beside a text is one that evidence gave. What is held although its outcome is unknown is for a person to
     * decide. After several attempts a SID may be that of the first, and the message of the last still be on its way.
     */
    private static final String FIND = """
            SELECT id, status IN ('reserved', 'held') AS open, message_sid IS NOT NULL AS bound, body, attempted_at,
                extract(epoch FROM now() - attempted_at) * 1000 AS attempted_ms
            FROM textonce.deliveries
            WHERE phone_hash = ANY (?) AND sender = ?
              AND (body IS NOT NULL
                      AND (status IN ('reserved', 'unknown') OR message_sid IS NOT NULL
                          OR status = 'held' AND unknown_since IS NOT NULL)
                  OR message_sid IS NOT NULL AND attempt > 1)
            ORDER BY attempted_at, id
            """;

    private final JdbcTemplate jdbc;
    private final PhoneHash phoneHash;

    Candidates(JdbcTemplate jdbc, PhoneHash phoneHash) {
        this.jdbc = jdbc;
        this.phoneHash = phoneHash;
    }

    /**
     * Deliveries to the number from the same sender for which an attempt was made, in the order of their claims: those
     * that have no message yet, those that evidence gave one, and those that may have a second one. (An answer or a
     * callback is certain, and clears the text.)
     */
    public List<Candidate> of(DueDelivery due) {
        return jdbc.query(
                FIND,
                (row, n) -> new Candidate(
                        row.getObject("id", UUID.class),
                        row.getBoolean("open"),
                        row.getBoolean("bound"),
                        row.getString("body"),
                        row.getTimestamp("attempted_at").toInstant(),
                        Duration.ofMillis((long) row.getDouble("attempted_ms"))),
                phoneHash.all(due.phone()),
                due.sender());
    }

    /** Those of the SIDs that belong to a delivery. */
    public Set<String> bound(List<String> sids) {
        return new HashSet<>(jdbc.queryForList(
                "SELECT message_sid FROM textonce.deliveries WHERE message_sid = ANY (?)", String.class, (Object)
                        sids.toArray(String[]::new)));
    }

    /** The time by the clock that writes the rows. */
    public Instant now() {
        return jdbc.queryForObject("SELECT now()", Timestamp.class).toInstant();
    }

    /**
     * A delivery that a message of the list may belong to.
     *
     * @param open its call may be under way at this moment, or a person is to decide about it
     * @param bound evidence gave it a message already, which may be another's of the same text
     * @param text that was sent, or null where it was cleared
     * @param attemptedAt when its attempt was claimed
     * @param attempted how long ago that is, by the database's clock
     */
    public record Candidate(
            UUID id, boolean open, boolean bound, @Nullable String text, Instant attemptedAt, Duration attempted) {}
}
