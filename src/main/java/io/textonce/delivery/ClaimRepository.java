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

    private static final String FIND = """
            SELECT d.event, d.event_id, d.id, d.attempt, d.status, d.message_sid, d.error_code, d.payload_sha256,
                d.status = 'rejected' OR d.source = '%s' AS is_claimable
            FROM unnest(?, ?) AS t(event, event_id) JOIN textonce.deliveries AS d USING (event_id, event)
            """.formatted(Cancellations.SOURCE);

    private final JdbcTemplate jdbc;
    private final Caps caps;
    private final PhoneNumbers phones;
    private final Duration leaseLength;
    private final ClaimStatements claim;
    private final ClaimStatements claimAgain = ClaimStatements.again();
    private final StatementBatcher<Claim, ClaimResult> claims;

    /** @param publishes whether there are subscribers to status changes */
    ClaimRepository(JdbcTemplate jdbc, Caps caps, PhoneNumbers phones, Duration leaseLength, boolean publishes) {
        this.jdbc = jdbc;
        this.caps = caps;
        this.phones = phones;
        this.leaseLength = leaseLength;
        this.claim = ClaimStatements.ofNew(publishes);
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
        return claimed(claimAgain, List.of(claim)).getOrDefault(claim.key(), ClaimResult.NOTHING);
    }

    /** Claims and counts in one transaction; returns what was claimed, by its key. */
    private Map<String, ClaimResult> claimed(ClaimStatements statements, List<Claim> claims) {
        var byId = claims.stream().collect(Collectors.toMap(Claim::id, Function.identity()));
        var items = claims.stream()
                .filter(claim -> claim.decision().isSend())
                .map(claim -> claim.item(claim.id(), false))
                .toList();
        var won = new ArrayList<Claimed>();
        var barred = caps.counting(items, count -> {
            var columns = columns(claims);
            var rows = jdbc.query(
                    count == null
                            ? columns.in(statements.claim())
                            : columns.add(count.columns()).in(statements.claimAndCount(), count.stripe()),
                    ClaimRepository::row);
            if (rows.contains(null)) {
                return null;
            }
            won.clear();
            won.addAll(rows);
            return rows.stream()
                    .filter(row -> count == null && row.delivery().status() == DeliveryStatus.RESERVED)
                    .map(row -> byId.get(row.claimId()).item(row.delivery().id(), !row.isCountable()))
                    .toList();
        });
        var found = new HashMap<String, ClaimResult>();
        for (var row : won) {
            var result = new ClaimResult(row.delivery(), null, false, null);
            found.put(
                    byId.get(row.claimId()).key(),
                    result.barredBy(barred.get(row.delivery().id())));
        }
        return found;
    }

    private Columns<Claim> columns(List<Claim> claims) {
        return new Columns<>(claims)
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
    }

    private static @Nullable String written(Sms sms) {
        return sms.policy().written(sms.sendAt(), sms.isScheduledAtTwilio());
    }

    /** Returns what was claimed; null for the row that says that there was no room. */
    private static @Nullable Claimed row(ResultSet row, int number) throws SQLException {
        var claimId = row.getObject("claim_id", UUID.class);
        return claimId == null
                ? null
                : new Claimed(
                        claimId,
                        new Delivery(
                                row.getObject("id", UUID.class),
                                row.getInt("attempt"),
                                DeliveryStatus.ofColumn(row.getString("status")),
                                null,
                                row.getObject("error_code", Integer.class),
                                false),
                        row.getBoolean("is_countable"));
    }

    /** Returns PostgreSQL's notation of an array. */
    static String array(byte[][] hashes) {
        return Arrays.stream(hashes)
                .map(hash -> "\"\\" + Columns.bytes(hash) + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static ClaimResult read(ResultSet row) throws SQLException {
        return new ClaimResult(
                Delivery.read(row, true), row.getBytes("payload_sha256"), row.getBoolean("is_claimable"), null);
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

        CountedClaim.Item item(UUID deliveryId, boolean isCounted) {
            return new CountedClaim.Item(deliveryId, sms, hashes, isCounted);
        }
    }

    /** @param isCountable whether this claim is the one that caps count */
    private record Claimed(UUID claimId, Delivery delivery, boolean isCountable) {}
}
