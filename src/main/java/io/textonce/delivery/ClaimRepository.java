package io.textonce.delivery;

import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneNumbers;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Claims of events on the deliveries table. A claim is one statement, so of two senders that race for a key exactly one
 * wins, and it commits before anything is sent. Claims of many threads share one execution and one commit.
 */
final class ClaimRepository implements AutoCloseable {

    /** Query of the claims, one row each. A recipient who has opted out by now gets a row, and no message. */
    private static final String REQUESTED = """
            WITH requested AS MATERIALIZED (
                SELECT t.*, EXISTS (
                        SELECT FROM textonce.opt_outs AS o
                        WHERE o.sender = textonce.bare_sender(t.sender)
                          AND o.phone_hash = ANY (CAST(t.hashes AS bytea[]))) AS opted_out
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    AS t(id, event, event_id, sender, hashes, phone_hash, status, until, wait, code, detail, body,
                        payload_sha256, source, client, purpose, consent_at, consent_source, phone_masked, phone,
                        on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments, twilio_options,
                        reference, country, language)
            ),
            """;

    private static final String RECORD = """
            ,
            entries AS (
            """ + Timeline.ENTRY + """
                SELECT id, 'decision', status, status, NULL, error_code, reason, NULL,
                    CASE WHEN status = 'held' THEN due_at END
                FROM claimed %s
            )
            SELECT id, attempt, status, error_code, coalesce(counted_at = now(), false) AS is_uncounted FROM claimed
            """;

    /**
     * Insert of a claim, without effect if the key exists. The status reserved is published only if there is a
     * subscriber: the timeline begins with it anyway.
     */
    private static final String CLAIM =
            REQUESTED + """
            claimed AS (
                INSERT INTO textonce.deliveries
                    (id, event, event_id, attempt, attempted_at, counted_at, status, due_at, error_code, reason, body,
                     payload_sha256, source, client, sender, purpose, consent_at, consent_source, phone_masked,
                     phone_hash, phone, on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments,
                     twilio_options, reference, country, language)
                SELECT id, event, event_id, 1, now(),
                    CASE WHEN NOT opted_out AND status = 'reserved' THEN now() END,
                    CASE WHEN opted_out THEN 'rejected' ELSE status END,
                    CASE WHEN NOT opted_out THEN coalesce(until, now() + wait) END,
                    CASE WHEN opted_out THEN %1$d ELSE code END,
                    CASE WHEN opted_out THEN '%2$s' ELSE detail END,
                    body, payload_sha256, source, client, sender, purpose, consent_at, consent_source, phone_masked,
                    phone_hash, phone, on_unknown, reconciliation_window, expires_at, quiet_hours, time_zone, segments,
                    twilio_options, reference, country, language
                FROM requested
                ON CONFLICT (event_id, event) DO NOTHING
                RETURNING id, attempt, status, error_code, reason, due_at, counted_at
            )""".formatted(OptOuts.CODE, OptOuts.rejection().getMessage());

    /**
     * Claim of an existing key. A message that was canceled meanwhile, or before its event was received, is not sent.
     */
    private static final String CLAIM_AGAIN = REQUESTED
            + """
            claimed AS (
                UPDATE textonce.deliveries AS d
                SET attempt = attempt + 1, attempted_at = now(), unknown_since = NULL, updated_at = now(),
                    counted_at = CASE
                        WHEN cancel_requested_at IS NULL AND NOT opted_out AND t.status = 'reserved'
                            THEN coalesce(counted_at, now())
                        ELSE counted_at
                    END,
                    status = CASE
                        WHEN cancel_requested_at IS NOT NULL THEN 'canceled'
                        WHEN opted_out THEN 'rejected'
                        ELSE t.status
                    END,
                    due_at = CASE
                        WHEN cancel_requested_at IS NULL AND NOT opted_out THEN coalesce(until, now() + wait)
                    END,
                    error_code = CASE
                        WHEN cancel_requested_at IS NOT NULL THEN NULL
                        WHEN opted_out THEN %1$d
                        ELSE code
                    END,
                    reason = CASE
                        WHEN cancel_requested_at IS NOT NULL THEN reason
                        WHEN opted_out THEN '%2$s'
                        ELSE detail
                    END,
                    body = CASE WHEN cancel_requested_at IS NULL THEN t.body END,
                    payload_sha256 = t.payload_sha256, source = t.source, client = t.client,
                    sender = t.sender, purpose = t.purpose, consent_at = t.consent_at,
                    consent_source = t.consent_source, phone_masked = t.phone_masked, phone_hash = t.phone_hash,
                    phone = t.phone, on_unknown = t.on_unknown, reconciliation_window = t.reconciliation_window,
                    expires_at = t.expires_at, quiet_hours = t.quiet_hours, time_zone = t.time_zone,
                    segments = t.segments,
                    twilio_options = t.twilio_options, reference = t.reference, country = t.country,
                    language = t.language
                FROM requested AS t
                WHERE d.event = t.event AND d.event_id = t.event_id AND (d.status = 'rejected' OR d.source = '%3$s')
                RETURNING d.id, d.attempt, d.status, d.error_code, d.reason, d.due_at, d.counted_at
            )""".formatted(OptOuts.CODE, OptOuts.rejection().getMessage(), Cancellations.SOURCE)
            + RECORD.formatted("");

    private static final String FIND = """
            SELECT d.event, d.event_id, d.id, d.attempt, d.status, d.message_sid, d.error_code, d.payload_sha256,
                d.status = 'rejected' OR d.source = '%s' AS is_claimable
            FROM unnest(?, ?) AS t(event, event_id) JOIN textonce.deliveries AS d USING (event_id, event)
            """.formatted(Cancellations.SOURCE);

    private final JdbcTemplate jdbc;
    private final Caps caps;
    private final PhoneNumbers phones;
    private final Duration leaseLength;
    private final String claim;
    private final StatementBatcher<Claim, ClaimResult> claims;

    /** @param publishes whether there are subscribers to status changes */
    ClaimRepository(JdbcTemplate jdbc, Caps caps, PhoneNumbers phones, Duration leaseLength, boolean publishes) {
        this.jdbc = jdbc;
        this.caps = caps;
        this.phones = phones;
        this.leaseLength = leaseLength;
        this.claim = CLAIM + RECORD.formatted(publishes ? "" : "WHERE status <> 'reserved'");
        this.claims = new StatementBatcher<>("claims", Claim::key, Comparator.comparing(Claim::key), this::claim);
    }

    /** Claims the key of an event, or finds the delivery that has it. */
    ClaimResult claim(Claim claim) {
        return claims.with(claim);
    }

    private List<ClaimResult> claim(List<Claim> claims) {
        var found = claimed(claim, claims);
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
                .map(claim -> found.getOrDefault(claim.key(), ClaimResult.NOTHING))
                .toList();
    }

    /** Claims a key that may be claimed again; nothing when another sender was faster. */
    ClaimResult claimAgain(Claim claim) {
        return claimed(CLAIM_AGAIN, List.of(claim)).getOrDefault(claim.key(), ClaimResult.NOTHING);
    }

    /** Claims and counts in one transaction; returns what was claimed, by its key. */
    private Map<String, ClaimResult> claimed(String sql, List<Claim> claims) {
        return caps.counting(claims.stream().map(Claim::sms).toList(), now -> {
            var found = new HashMap<String, ClaimResult>();
            var uncounted = new ArrayList<Caps.Item>();
            var byId = claims.stream().collect(Collectors.toMap(Claim::id, Function.identity()));
            for (var row : rows(sql, claims)) {
                var claim = byId.getOrDefault(row.delivery().id(), claims.get(0));
                found.put(claim.key(), new ClaimResult(row.delivery(), null, false, null));
                if (row.isUncounted()) {
                    uncounted.add(new Caps.Item(row.delivery().id(), claim.sms(), claim.hashes()));
                }
            }
            var barred = caps.count(uncounted, now);
            found.replaceAll(
                    (key, each) -> each.barredBy(barred.get(each.delivery().id())));
            return found;
        });
    }

    private List<Claimed> rows(String sql, List<Claim> claims) {
        var columns = new Columns<>(claims)
                .add("uuid", Claim::id)
                .add("text", claim -> claim.sms().event())
                .add("text", claim -> claim.sms().eventId())
                .add("text", claim -> claim.sms().sender())
                .add("text", claim -> array(claim.hashes()))
                .add("bytea", claim -> claim.hashes()[0])
                .add("text", claim -> claim.decision().status())
                .add(
                        "timestamptz",
                        claim -> claim.decision().isSend()
                                ? null
                                : claim.decision().until())
                .add("interval", claim -> claim.decision().isSend() ? leaseLength : null)
                .add("int4", claim -> claim.decision().code())
                .add("text", claim -> claim.decision().words())
                .add("text", claim -> claim.sms().body())
                .add("bytea", claim -> claim.sms().payloadSha256())
                .add("text", claim -> claim.sms().source())
                .add("text", claim -> claim.sms().client())
                .add("text", claim -> claim.policy().purpose())
                .add("timestamptz", claim -> claim.sms().consentAt())
                .add("text", claim -> claim.sms().consentSource())
                .add("text", claim -> phones.mask(claim.sms().phone()))
                .add("text", claim -> claim.sms().phone())
                .add("text", claim -> claim.policy().onUnknown())
                .add("interval", claim -> claim.policy().reconciliationWindow())
                .add("timestamptz", claim -> claim.sms().expiresAt())
                .add("text", claim -> claim.policy().quietHours())
                .add("text", claim -> claim.sms().timeZone())
                .add("int4", claim -> claim.sms().segments())
                .add("text", claim -> written(claim.sms()))
                .add("text", claim -> claim.sms().reference())
                .add("text", claim -> Countries.of(claim.sms().phone()))
                .add("text", claim -> claim.sms().language());
        return jdbc.query(
                columns.in(sql),
                (row, n) -> new Claimed(
                        new Delivery(
                                row.getObject("id", UUID.class),
                                row.getInt("attempt"),
                                DeliveryStatus.ofColumn(row.getString("status")),
                                null,
                                row.getObject("error_code", Integer.class),
                                false),
                        row.getBoolean("is_uncounted")));
    }

    private static @Nullable String written(Sms sms) {
        return sms.policy().written(sms.isScheduledAtTwilio() ? sms.sendAt() : null);
    }

    /** Returns PostgreSQL's notation of an array. */
    static String array(byte[][] hashes) {
        return Arrays.stream(hashes)
                .map(hash -> "\"\\" + Columns.bytes(hash) + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static ClaimResult read(ResultSet row) throws SQLException {
        var delivery = new Delivery(
                row.getObject("id", UUID.class),
                row.getInt("attempt"),
                DeliveryStatus.ofColumn(row.getString("status")),
                row.getString("message_sid"),
                row.getObject("error_code", Integer.class),
                true);
        return new ClaimResult(delivery, row.getBytes("payload_sha256"), row.getBoolean("is_claimable"), null);
    }

    @Override
    public void close() {
        claims.close();
    }

    /**
     * Claim, prepared by its own thread.
     *
     * @param id that the delivery gets if the key is free
     * @param hashes of the number
     */
    record Claim(UUID id, String key, Sms sms, SendDecision decision, byte[][] hashes) {

        SendPolicy policy() {
            return sms.policy();
        }
    }

    /** @param isUncounted whether this claim is the one that caps count */
    private record Claimed(Delivery delivery, boolean isUncounted) {}
}
