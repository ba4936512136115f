package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
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
final class ClaimRepository extends ServiceSupport implements IdempotentRepository {

    /** What some senders ask for, one row each. Who has opted out by now gets a row, and no text. */
    private static final String ASKED = """
            WITH asked AS MATERIALIZED (
                SELECT t.*, EXISTS (
                        SELECT FROM textonce.opt_outs AS o
                        WHERE o.sender = t.sender AND o.phone_hash = ANY (CAST(t.hashes AS bytea[]))) AS shut
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    AS t(id, event, event_id, sender, hashes, phone_hash, status, until, wait, code, detail, body,
                        payload_sha256, source, client, purpose, consent_at, consent_source, phone_masked, phone,
                        on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments, twilio_options)
            ),
            """;

    /** What was decided goes into the timeline in the same statement. */
    private static final String SAID = """
            ,
            said AS (
                INSERT INTO textonce.delivery_events (delivery_id, kind, status, error_code, detail, until, new_status)
                SELECT id, 'decision', status, error_code, reason, CASE WHEN status = 'held' THEN due_at END, status
                FROM claimed %s
            )
            SELECT id, attempt, status, error_code FROM claimed
            """;

    /**
     * Inserts nothing where the key is taken. That a text is reserved is told only where somebody is told of it: the
     * timeline begins with it anyway.
     */
    private static final String CLAIM =
            ASKED + """
            claimed AS (
                INSERT INTO textonce.deliveries
                    (id, event, event_id, attempt, attempted_at, status, due_at, error_code, reason, body,
                     payload_sha256, source, client, sender, purpose, consent_at, consent_source, phone_masked,
                     phone_hash, phone, on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments,
                     twilio_options)
                SELECT id, event, event_id, 1, now(),
                    CASE WHEN shut THEN 'rejected' ELSE status END,
                    CASE WHEN NOT shut THEN coalesce(until, now() + wait) END,
                    CASE WHEN shut THEN %1$d ELSE code END,
                    CASE WHEN shut THEN '%2$s' ELSE detail END,
                    body, payload_sha256, source, client, sender, purpose, consent_at, consent_source, phone_masked,
                    phone_hash, phone, on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments,
                    twilio_options
                FROM asked
                ON CONFLICT (event_id, event) DO NOTHING
                RETURNING id, attempt, status, error_code, reason, due_at
            )""".formatted(OptOuts.CODE, OptOuts.refusal().getMessage());

    /** What was called off meanwhile, or before its event came, is not sent. */
    private static final String CLAIM_AGAIN = ASKED
            + """
            claimed AS (
                UPDATE textonce.deliveries AS d
                SET attempt = attempt + 1, attempted_at = now(), unknown_since = NULL, updated_at = now(),
                    status = CASE WHEN cancel_requested_at IS NOT NULL THEN 'canceled' WHEN shut THEN 'rejected' ELSE t.status END,
                    due_at = CASE WHEN cancel_requested_at IS NULL AND NOT shut THEN coalesce(until, now() + wait) END,
                    error_code = CASE WHEN cancel_requested_at IS NULL THEN CASE WHEN shut THEN %1$d ELSE code END END,
                    reason = CASE WHEN cancel_requested_at IS NOT NULL THEN reason WHEN shut THEN '%2$s' ELSE detail END,
                    body = CASE WHEN cancel_requested_at IS NULL THEN t.body END,
                    payload_sha256 = t.payload_sha256, source = t.source, client = t.client,
                    sender = t.sender, purpose = t.purpose, consent_at = t.consent_at,
                    consent_source = t.consent_source, phone_masked = t.phone_masked, phone_hash = t.phone_hash,
                    phone = t.phone, on_unknown = t.on_unknown, reconciliation_window = t.reconciliation_window, expires_at = t.expires_at,
                    quiet_hours = t.quiet_hours, time_zone = t.time_zone, segments = t.segments,
                    twilio_options = t.twilio_options
                FROM asked AS t
                WHERE d.event = t.event AND d.event_id = t.event_id AND (d.status = 'rejected' OR d.source = '%3$s')
                RETURNING d.id, d.attempt, d.status, d.error_code, d.reason, d.due_at
            )""".formatted(OptOuts.CODE, OptOuts.refusal().getMessage(), Cancellations.SOURCE)
            + SAID.formatted("");

    private static final String FIND = """
            SELECT d.event, d.event_id, d.id, d.attempt, d.status, d.message_sid, d.error_code, d.payload_sha256,
                d.status = 'rejected' OR d.source = '%s' AS is_claimable
            FROM unnest(?, ?) AS t(event, event_id) JOIN textonce.deliveries AS d USING (event_id, event)
            """.formatted(Cancellations.SOURCE);

    private final JdbcTemplate jdbc;
    private final PhoneNumbers phones;
    private final PhoneHash phoneHash;
    private final String sender;
    private final Duration leaseLength;
    private final SendAdmission departure;
    private final String claim;
    private final Clock clock;
    private final StatementBatcher<Claim, Found> claims;

    /** @param tells whether somebody is told of each change of a status */
    ClaimRepository(
            JdbcTemplate jdbc,
            PhoneNumbers phones,
            PhoneHash phoneHash,
            String sender,
            Duration leaseLength,
            SendAdmission departure,
            boolean tells,
            Clock clock) {
        this.jdbc = jdbc;
        this.phones = phones;
        this.phoneHash = phoneHash;
        this.sender = sender;
        this.leaseLength = leaseLength;
        this.departure = departure;
        this.claim = CLAIM + SAID.formatted(tells ? "" : "WHERE status <> 'reserved'");
        this.clock = clock;
        this.claims = new StatementBatcher<>("claims", Claim::key, Comparator.comparing(Claim::key), this::claim);
    }

    /**
     * Claims the event of the exchange's variable {@code sms}, as the gates' {@code verdict} says: to be sent now, held,
     * or refused. Whoever may send finds the claim in the variable {@code delivery} and may do so while {@code lease}
     * holds; all others find there what became of the event, and the reason of a refusal in {@code refusal}.
     *
     * @return whether this exchange is the one that sends
     * @throws EventRejected when the id was used before for another event
     * @throws org.springframework.dao.DataAccessException when the database doesn't answer; nothing is sent then
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        var sms = exchange.getVariable("sms", Sms.class);
        var verdict = exchange.getVariable("verdict", SendDecision.SEND, SendDecision.class);
        while (true) {
            var lease = new Lease(leaseLength).of(clock.instant(), sms.expiresAt());
            var claim = new Claim(DeliveryId.next(clock.millis()), sms.key(), sms, verdict, phoneHash.all(sms.phone()));
            var found = claims.with(claim);
            var claimed = found.isClaimable() ? claimAgain(claim) : found.claimed();
            if (claimed != null && claimed.status().equals(Delivery.RESERVED)) {
                verdict = departure.of(claimed, sms, false);
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
            // One refused between the two statements is not a duplicate of a text, so it is tried again.
            if (!found.isClaimable()) {
                exchange.setVariable("delivery", found.taken(sms));
                return false;
            }
        }
    }

    private List<Found> claim(List<Claim> claims) {
        var found = new HashMap<String, Found>();
        var ids = claims.stream().collect(Collectors.toMap(Claim::id, Claim::key));
        for (var delivery : claimed(claim, claims)) {
            found.put(ids.get(delivery.id()), new Found(delivery, null, false));
        }
        var rest =
                claims.stream().filter(claim -> !found.containsKey(claim.key())).toList();
        if (!rest.isEmpty()) {
            jdbc.query(
                    new Columns<>(rest)
                            .add("text", claim -> claim.sms().event())
                            .add("text", claim -> claim.sms().eventId())
                            .in(FIND),
                    row -> {
                        found.put(Sms.key(row.getString("event"), row.getString("event_id")), read(row));
                    });
        }
        return claims.stream()
                .map(claim -> found.getOrDefault(claim.key(), Found.NOTHING))
                .toList();
    }

    private @Nullable Delivery claimAgain(Claim claim) {
        return DataAccessUtils.singleResult(claimed(CLAIM_AGAIN, List.of(claim)));
    }

    private List<Delivery> claimed(String sql, List<Claim> claims) {
        var columns = new Columns<>(claims)
                .add("uuid", Claim::id)
                .add("text", claim -> claim.sms().event())
                .add("text", claim -> claim.sms().eventId())
                .add("text", claim -> claim.policy().sender(sender))
                .add("text", Claim::hashList)
                .add("bytea", claim -> claim.hashes()[0])
                .add("text", claim -> claim.verdict().status())
                .add(
                        "timestamptz",
                        claim -> claim.verdict().isSend()
                                ? null
                                : claim.verdict().until())
                .add("interval", claim -> claim.verdict().isSend() ? leaseLength : null)
                .add("int4", claim -> claim.verdict().code())
                .add("text", claim -> claim.verdict().words())
                .add("text", claim -> claim.sms().text())
                .add("bytea", claim -> claim.sms().payloadSha256())
                .add("text", claim -> claim.sms().source())
                .add("text", claim -> claim.sms().client())
                .add("text", claim -> claim.policy().purpose())
                .add("timestamptz", claim -> claim.sms().consentAt())
                .add("text", claim -> claim.sms().consentSource())
                .add("text", claim -> phones.mask(claim.sms().phone()))
                .add("text", claim -> claim.sms().phone())
                .add("text", claim -> claim.policy().onUnknown())
                .add("interval", claim -> claim.policy().horizon())
                .add("timestamptz", claim -> claim.sms().expiresAt())
                .add("text", claim -> claim.policy().quietHours())
                .add("text", claim -> claim.sms().timeZone())
                .add("int4", claim -> claim.sms().segments())
                .add("text", claim -> claim.policy().written(claim.sms().sendAt()));
        return jdbc.query(
                columns.in(sql),
                (row, n) -> new Delivery(
                        row.getObject("id", UUID.class),
                        row.getInt("attempt"),
                        row.getString("status"),
                        null,
                        row.getObject("error_code", Integer.class),
                        false));
    }

    private static Found read(ResultSet row) throws SQLException {
        var delivery = new Delivery(
                row.getObject("id", UUID.class),
                row.getInt("attempt"),
                row.getString("status"),
                row.getString("message_sid"),
                row.getObject("error_code", Integer.class),
                true);
        return new Found(delivery, row.getBytes("payload_sha256"), row.getBoolean("is_claimable"));
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

    @Override
    protected void doShutdown() {
        claims.close();
    }

    private record Claim(UUID id, String key, Sms sms, SendDecision verdict, byte[][] hashes) {

        SendPolicy policy() {
            return sms.policy();
        }

        /** As PostgreSQL writes an array. */
        String hashList() {
            return Arrays.stream(hashes)
                    .map(hash -> "\"\\" + Columns.bytes(hash) + '"')
                    .collect(Collectors.joining(",", "{", "}"));
        }
    }

    /**
     * What a claim came upon.
     *
     * @param delivery null where the row was removed meanwhile
     * @param payloadSha256 of the event that had the key before, null where the claim won
     * @param isClaimable whether the event may claim the key that was taken before: for one that was refused, or called
     *     off before it came
     */
    private record Found(@Nullable Delivery delivery, byte @Nullable [] payloadSha256, boolean isClaimable) {

        static final Found NOTHING = new Found(null, null, false);

        @Nullable
        Delivery claimed() {
            return payloadSha256 == null ? delivery : null;
        }

        /** The delivery that had the key before, of the same event. */
        Delivery taken(Sms sms) {
            if (delivery == null) {
                throw new EventRejected(503, "try_again", "The event is being removed; send it again.");
            }
            // The digest of an erased person's event is erased too.
            if (payloadSha256.length > 0 && !Arrays.equals(payloadSha256, sms.payloadSha256())) {
                throw EventRejected.ofReusedId();
            }
            return delivery;
        }
    }
}
