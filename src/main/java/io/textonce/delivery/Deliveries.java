package io.textonce.delivery;

import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The idempotent repository of events: the deliveries table itself. {@link #add} is one statement, so of two senders
 * that race for an event exactly one wins, and it commits before anything is sent. A key is never removed by a failure:
 * what may be sent again is for the row's status to say.
 */
final class Deliveries extends ServiceSupport implements IdempotentRepository {

    /**
     * Inserts nothing when the key is taken. Who has opted out by then gets a row, and no text. That a text is reserved
     * is told only where somebody is told of it: the timeline begins with it anyway.
     */
    private static final String CLAIM = """
            WITH gate AS (
                SELECT EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (?) AND sender = ?) AS shut
            ),
            claimed AS (
                INSERT INTO textonce.deliveries
                    (id, status, due_at, error_code, reason, body,
                     payload_sha256, source, client, sender, purpose, consent_at, consent_source, phone_masked,
                     phone_hash, phone, on_unknown, horizon, expires_at, quiet_hours, time_zone, segments, twilio_options,
                     event, event_id, attempt, attempted_at)
                VALUES (?,
                    CASE WHEN (SELECT shut FROM gate) THEN 'rejected' ELSE ? END,
                    CASE WHEN NOT (SELECT shut FROM gate)
                        THEN coalesce(CAST(? AS timestamptz), now() + CAST(? AS interval)) END,
                    CASE WHEN (SELECT shut FROM gate) THEN ? ELSE CAST(? AS integer) END,
                    CASE WHEN (SELECT shut FROM gate) THEN ? ELSE ? END,
                    ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS interval), ?, ?, ?, ?, ?, ?, ?, 1, now())
                ON CONFLICT (event_id, event) DO NOTHING
                RETURNING id, attempt, status, error_code, reason, due_at
            ),
            said AS (
                INSERT INTO textonce.delivery_events (delivery_id, kind, status, error_code, words, until, became)
                SELECT id, 'decision', status, error_code, reason, CASE WHEN status = 'held' THEN due_at END, status
                FROM claimed WHERE status <> 'reserved' OR ?
            )
            SELECT id, attempt, status, error_code FROM claimed
            """;

    private static final String CLAIM_AGAIN = """
            WITH gate AS (
                SELECT EXISTS (SELECT FROM textonce.opt_outs WHERE phone_hash = ANY (?) AND sender = ?) AS shut
            ),
            claimed AS (
                UPDATE textonce.deliveries
                SET attempt = attempt + 1, attempted_at = now(), unknown_since = NULL, updated_at = now(),
                    status = CASE WHEN (SELECT shut FROM gate) THEN 'rejected' ELSE ? END,
                    due_at = CASE WHEN NOT (SELECT shut FROM gate)
                        THEN coalesce(CAST(? AS timestamptz), now() + CAST(? AS interval)) END,
                    error_code = CASE WHEN (SELECT shut FROM gate) THEN ? ELSE CAST(? AS integer) END,
                    reason = CASE WHEN (SELECT shut FROM gate) THEN ? ELSE ? END,
                    body = ?, payload_sha256 = ?, source = ?, client = ?, sender = ?, purpose = ?, consent_at = ?,
                    consent_source = ?, phone_masked = ?, phone_hash = ?, phone = ?, on_unknown = ?,
                    horizon = CAST(? AS interval), expires_at = ?, quiet_hours = ?, time_zone = ?, segments = ?,
                    twilio_options = ?
                WHERE event = ? AND event_id = ? AND status = 'rejected'
                RETURNING id, attempt, status, error_code, reason, due_at
            ),
            said AS (
                INSERT INTO textonce.delivery_events (delivery_id, kind, status, error_code, words, until, became)
                SELECT id, 'decision', status, error_code, reason, CASE WHEN status = 'held' THEN due_at END, status
                FROM claimed
            )
            SELECT id, attempt, status, error_code FROM claimed
            """;

    private static final String FIND = """
            SELECT id, attempt, status, message_sid, error_code, payload_sha256
            FROM textonce.deliveries
            WHERE event = ? AND event_id = ?
            """;

    private final JdbcTemplate jdbc;
    private final PhoneNumbers phones;
    private final PhoneHash phoneHash;
    private final String sender;
    private final Duration leaseLength;
    private final Pace pace;
    private final boolean tells;
    private final Clock clock;

    /** @param tells whether somebody is told of each change of a status */
    Deliveries(
            JdbcTemplate jdbc,
            PhoneNumbers phones,
            PhoneHash phoneHash,
            String sender,
            Duration leaseLength,
            Pace pace,
            boolean tells,
            Clock clock) {
        this.jdbc = jdbc;
        this.phones = phones;
        this.phoneHash = phoneHash;
        this.sender = sender;
        this.leaseLength = leaseLength;
        this.pace = pace;
        this.tells = tells;
        this.clock = clock;
    }

    /**
     * Claims the event of the exchange's variable {@code sms}, as the gates' {@code verdict} says: to be sent now, held,
     * or refused. Whoever may send finds the claim in the variable {@code delivery} and may do so while {@code lease}
     * holds; all others find there what became of the event, and the reason of a refusal in {@code refusal}.
     *
     * @return whether this exchange is the one that sends
     * @throws Refusal when the id was used before for another event
     * @throws org.springframework.dao.DataAccessException when the database doesn't answer; nothing is sent then
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        var sms = exchange.getVariable("sms", Sms.class);
        var verdict = exchange.getVariable("verdict", Verdict.SEND, Verdict.class);
        while (true) {
            var lease = new Lease(leaseLength, sms.expiresAt());
            var claimed = claim(sms, verdict);
            if (claimed != null && claimed.status().equals(Delivery.RESERVED)) {
                verdict = pace.turn(claimed, sms);
                claimed = verdict.isSend() ? claimed : claimed.with(verdict.status(), null, null);
            }
            if (claimed != null) {
                exchange.setVariable("delivery", claimed);
                exchange.setVariable("lease", lease);
                if (claimed.status().equals(Delivery.REJECTED)) {
                    exchange.setVariable("refusal", verdict.refusal() == null ? OptOuts.refusal() : verdict.refusal());
                }
                return claimed.status().equals(Delivery.RESERVED);
            }
            var known = known(sms);
            // Refused between the two statements: not a duplicate of a text, so it is tried again.
            if (!known.status().equals(Delivery.REJECTED)) {
                exchange.setVariable("delivery", known);
                return false;
            }
        }
    }

    private @Nullable Delivery claim(Sms sms, Verdict verdict) {
        var values = values(sms, verdict);
        var insert = new ArrayList<>(values);
        insert.add(2, DeliveryId.next(clock.millis()));
        insert.add(tells);
        var claimed = claimed(CLAIM, insert);
        if (claimed != null) {
            return claimed;
        }
        var known = find(sms);
        return known == null || !known.delivery().status().equals(Delivery.REJECTED)
                ? null
                : claimed(CLAIM_AGAIN, values);
    }

    private @Nullable Delivery claimed(String sql, List<@Nullable Object> values) {
        return DataAccessUtils.singleResult(jdbc.query(
                sql,
                (row, n) -> new Delivery(
                        row.getObject("id", UUID.class),
                        row.getInt("attempt"),
                        row.getString("status"),
                        null,
                        row.getObject("error_code", Integer.class),
                        false),
                values.toArray()));
    }

    /** In the order of both statements, but for the id of a new row. */
    private List<@Nullable Object> values(Sms sms, Verdict verdict) {
        var policy = sms.policy();
        byte[][] hashes = phoneHash.all(sms.phone());
        return Arrays.asList(
                hashes,
                policy.sender(sender),
                verdict.status(),
                verdict.isSend() ? null : timestamp(verdict.until()),
                verdict.isSend() ? leaseLength.toString() : null,
                OptOuts.CODE,
                verdict.code(),
                OptOuts.refusal().getMessage(),
                verdict.words(),
                sms.text(),
                sms.payloadSha256(),
                sms.source(),
                sms.client(),
                policy.sender(sender),
                policy.purpose(),
                Timestamp.from(sms.consentAt()),
                sms.consentSource(),
                phones.mask(sms.phone()),
                hashes[0],
                sms.phone(),
                policy.onUnknown(),
                policy.horizon() == null ? null : policy.horizon().toString(),
                timestamp(sms.expiresAt()),
                policy.quietHours() == null ? null : policy.quietHours().toString(),
                sms.timeZone() == null ? null : sms.timeZone().getId(),
                sms.segments(),
                policy.written(sms.sendAt()),
                sms.event(),
                sms.eventId());
    }

    private Delivery known(Sms sms) {
        var known = find(sms);
        if (known == null) {
            throw new Refusal(503, "try_again", "The event is being removed; send it again.");
        }
        boolean rejected = known.delivery().status().equals(Delivery.REJECTED);
        // The digest of an erased person's event is erased too.
        boolean erased = known.payloadSha256().length == 0;
        if (!rejected && !erased && !Arrays.equals(known.payloadSha256(), sms.payloadSha256())) {
            throw Refusal.ofReusedId();
        }
        return known.delivery();
    }

    private @Nullable Known find(Sms sms) {
        return DataAccessUtils.singleResult(jdbc.query(FIND, Deliveries::read, sms.event(), sms.eventId()));
    }

    private static Known read(ResultSet row, int number) throws SQLException {
        var delivery = new Delivery(
                row.getObject("id", UUID.class),
                row.getInt("attempt"),
                row.getString("status"),
                row.getString("message_sid"),
                row.getObject("error_code", Integer.class),
                true);
        return new Known(delivery, row.getBytes("payload_sha256"));
    }

    private static @Nullable Timestamp timestamp(@Nullable Instant at) {
        return at == null ? null : Timestamp.from(at);
    }

    @Override
    public boolean add(String key) {
        throw new UnsupportedOperationException("an event is claimed with its exchange");
    }

    @Override
    public boolean contains(String key) {
        throw new UnsupportedOperationException("looking before claiming is a race; claim");
    }

    @Override
    public boolean remove(String key) {
        return false;
    }

    @Override
    public boolean confirm(String key) {
        return true;
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException("deliveries are purged by age, not cleared");
    }

    private record Known(Delivery delivery, byte[] payloadSha256) {}
}
