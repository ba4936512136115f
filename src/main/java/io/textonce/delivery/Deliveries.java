package io.textonce.delivery;

import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
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

    private static final String CLAIM = """
            INSERT INTO textonce.deliveries
                (id, event, event_id, payload_sha256, source, client, sender, purpose, consent_at, phone_masked, phone_hash,
                 phone, body, on_unknown, horizon, expires_at, status, attempt, attempted_at, due_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS interval), ?, 'reserved', 1, now(),
                 now() + CAST(? AS interval))
            ON CONFLICT (event_id, event) DO NOTHING
            """;

    private static final String CLAIM_AGAIN = """
            UPDATE textonce.deliveries
            SET status = 'reserved', attempt = attempt + 1, attempted_at = now(), due_at = now() + CAST(? AS interval),
                payload_sha256 = ?, source = ?, client = ?, sender = ?, purpose = ?, consent_at = ?, phone_masked = ?,
                phone_hash = ?, phone = ?, body = ?, on_unknown = ?, horizon = CAST(? AS interval), expires_at = ?,
                error_code = NULL, reason = NULL, unknown_since = NULL, updated_at = now()
            WHERE event = ? AND event_id = ? AND status = 'rejected'
            RETURNING id, attempt
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
    private final Clock clock;

    Deliveries(
            JdbcTemplate jdbc,
            PhoneNumbers phones,
            PhoneHash phoneHash,
            String sender,
            Duration leaseLength,
            Clock clock) {
        this.jdbc = jdbc;
        this.phones = phones;
        this.phoneHash = phoneHash;
        this.sender = sender;
        this.leaseLength = leaseLength;
        this.clock = clock;
    }

    /**
     * Claims the event of the exchange's variable {@code sms}. The winner finds its claim in the variable
     * {@code delivery} and may send while {@code lease} holds; all others find what became of the first one.
     *
     * @return whether this exchange is the one that sends
     * @throws Refusal when the id was used before for another event
     * @throws org.springframework.dao.DataAccessException when the database doesn't answer; nothing is sent then
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        var sms = exchange.getVariable("sms", Sms.class);
        while (true) {
            var lease = new Lease(leaseLength, sms.expiresAt());
            boolean late = sms.isLate(clock.instant());
            var claimed = late ? null : claim(sms);
            if (claimed != null) {
                exchange.setVariable("delivery", claimed);
                exchange.setVariable("lease", lease);
                return true;
            }
            var known = known(sms, late);
            // Refused between the two statements: not a duplicate of a text, so it is tried again.
            if (!known.status().equals(Delivery.REJECTED)) {
                exchange.setVariable("delivery", known);
                return false;
            }
        }
    }

    private @Nullable Delivery claim(Sms sms) {
        var id = DeliveryId.next(clock.millis());
        byte[] hash = phoneHash.of(sms.phone());
        String masked = phones.mask(sms.phone());
        int inserted = jdbc.update(
                CLAIM,
                id,
                sms.event(),
                sms.eventId(),
                sms.payloadSha256(),
                sms.source(),
                sms.client(),
                sender,
                sms.policy().purpose(),
                Timestamp.from(sms.consentAt()),
                masked,
                hash,
                sms.phone(),
                sms.text(),
                sms.policy().onUnknown(),
                interval(sms.policy().horizon()),
                timestamp(sms),
                interval(leaseLength));
        if (inserted == 1) {
            return Delivery.claimed(id, 1);
        }
        var known = find(sms);
        if (known == null || !known.delivery().status().equals(Delivery.REJECTED)) {
            return null;
        }
        return DataAccessUtils.singleResult(jdbc.query(
                CLAIM_AGAIN,
                (row, n) -> Delivery.claimed(row.getObject("id", UUID.class), row.getInt("attempt")),
                interval(leaseLength),
                sms.payloadSha256(),
                sms.source(),
                sms.client(),
                sender,
                sms.policy().purpose(),
                Timestamp.from(sms.consentAt()),
                masked,
                hash,
                sms.phone(),
                sms.text(),
                sms.policy().onUnknown(),
                interval(sms.policy().horizon()),
                timestamp(sms),
                sms.event(),
                sms.eventId()));
    }

    private Delivery known(Sms sms, boolean late) {
        var known = find(sms);
        if (late && (known == null || known.delivery().status().equals(Delivery.REJECTED))) {
            throw Refusal.ofText(422, "too_late", null, "The text's time has passed.");
        }
        if (known == null) {
            throw new Refusal(503, "try_again", "The event is being removed; send it again.");
        }
        boolean rejected = known.delivery().status().equals(Delivery.REJECTED);
        if (!rejected && !Arrays.equals(known.payloadSha256(), sms.payloadSha256())) {
            throw new Refusal(
                    422, "event_id_reused", "This eventId was used before for another event. Give each event its own.");
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

    private static @Nullable Timestamp timestamp(Sms sms) {
        return sms.expiresAt() == null ? null : Timestamp.from(sms.expiresAt());
    }

    private static @Nullable String interval(@Nullable Duration duration) {
        return duration == null ? null : duration.toString();
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
