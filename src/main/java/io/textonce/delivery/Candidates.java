package io.textonce.delivery;

import io.textonce.message.Sender;
import io.textonce.phone.PhoneHash;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Read side of the reconciliation: deliveries that may own a message in Twilio's list, and messages that have an owner. */
@Component
public final class Candidates {

    /**
     * Query for the candidates. A SID beside a text was assigned by reconciliation. A held delivery with an unknown
     * outcome waits for an operator. After several attempts a SID may be that of the first, and the message of the last
     * may still arrive. An RCS sender shares messages with the number of its fallback, a Messaging Service with itself
     * over RCS, and with each number, which may be in its pool; which of the two sent one is not certain.
     */
    private static final String FIND = """
            SELECT id, status IN ('reserved', 'held') OR sender <> ? AS open, message_sid IS NOT NULL AS bound, body,
                attempted_at, extract(epoch FROM now() - attempted_at) * 1000 AS attempted_ms
            FROM textonce.deliveries
            WHERE phone_hash = ANY (?) AND (regexp_replace(sender, '^rcs:', '') = ANY (?) OR %s = ANY (?)
                  OR (textonce.bare_sender(sender) ~ '^MG[0-9a-fA-F]{32}$') <> ?
                      AND starts_with(sender, 'whatsapp:') = ?)
              AND (body IS NOT NULL
                      AND (status IN ('reserved', 'unknown') OR message_sid IS NOT NULL
                          OR status = 'held' AND unknown_since IS NOT NULL)
                  OR message_sid IS NOT NULL AND attempt > 1)
            ORDER BY attempted_at, id
            """.formatted(OptOuts.FALLBACK);

    private final JdbcTemplate jdbc;
    private final PhoneHash phoneHash;

    Candidates(JdbcTemplate jdbc, PhoneHash phoneHash) {
        this.jdbc = jdbc;
        this.phoneHash = phoneHash;
    }

    /**
     * Returns the deliveries to the number from senders that may have sent the same message and that were attempted, in
     * the order of their claims: those without a message yet, those with one assigned by reconciliation, and those that
     * may have a second one. (A response or a callback is certain, and clears the text.)
     */
    public List<Candidate> of(DueDelivery due) {
        var sender = new Sender(due.sender());
        String[] senders = Stream.of(
                        sender.channel().equals(Sender.RCS) ? sender.bare() : sender.address(),
                        due.sms().policy().fallbackFrom())
                .filter(Objects::nonNull)
                .toArray(String[]::new);
        return jdbc.query(
                FIND,
                (row, n) -> new Candidate(
                        row.getObject("id", UUID.class),
                        row.getBoolean("open"),
                        row.getBoolean("bound"),
                        row.getString("body"),
                        row.getTimestamp("attempted_at").toInstant(),
                        Duration.ofMillis((long) row.getDouble("attempted_ms"))),
                sender.address(),
                phoneHash.all(due.phone()),
                senders,
                senders,
                sender.service() != null,
                sender.channel().equals(Sender.WHATSAPP));
    }

    /** Returns those of the SIDs that belong to a delivery. */
    public Set<String> bound(List<String> sids) {
        return new HashSet<>(jdbc.queryForList(
                "SELECT message_sid FROM textonce.deliveries WHERE message_sid = ANY (?)", String.class, (Object)
                        sids.toArray(String[]::new)));
    }

    /** Returns the unknown outcomes that reconciliation may resolve before it leaves them to an operator. */
    public Unknown unknown() {
        return jdbc.queryForObject(
                "SELECT count(*) AS number, coalesce(min(attempted_at), now()) AS first FROM textonce.deliveries"
                        + " WHERE stage = 'unknown' AND unknown_since > now() - interval '6 h'",
                (row, n) -> new Unknown(
                        row.getInt("number"), row.getTimestamp("first").toInstant()));
    }

    /** Returns the time of the clock that writes the rows. */
    public Instant now() {
        return jdbc.queryForObject("SELECT now()", Timestamp.class).toInstant();
    }

    /**
     * Unknown outcomes.
     *
     * @param first earliest attempt of them
     */
    public record Unknown(int number, Instant first) {}

    /**
     * Delivery that a listed message may belong to.
     *
     * @param open its call may be in progress, an operator has to decide about it, or its sender is another one
     * @param bound reconciliation assigned it a message already, which may be another's of the same text
     * @param text that was sent, or null if it was cleared
     * @param attemptedAt when its attempt was claimed
     * @param attempted how long ago that is, by the database's clock
     */
    public record Candidate(
            UUID id, boolean open, boolean bound, @Nullable String text, Instant attemptedAt, Duration attempted) {}
}
