package io.textonce.incident;

import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.Rows;
import io.textonce.delivery.SendDecision;
import io.textonce.delivery.UrgentDatabase;
import io.textonce.peer.DueWork;
import io.textonce.phone.PhoneHash;
import io.textonce.settings.TextOnceProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Alert messages within the tiered rate limits of each number: one alert, or a digest of all that wait. A message that
 * is submitted twice has the same event id, so the deliveries accept one.
 */
@Component
class Alerts implements DueWork {

    /** Delay before a message is submitted again. */
    private static final String AGAIN = "5 seconds";

    private static final String LOCK_NUMBER = "SELECT pg_advisory_xact_lock(hashtextextended(encode(?, 'hex'), 0))";

    /** Time of the next free place in every tier, null if there is one; a rejected or canceled message does not count. */
    private static final String FREE_AT = """
            SELECT max((
                SELECT t.alerted_at + tier.span FROM textonce.incident_messages AS t
                WHERE t.phone_hash = ? AND t.alerted_at > clock_timestamp() - tier.span
                  AND NOT EXISTS (
                      SELECT FROM textonce.deliveries AS d
                      WHERE d.event = 'incident-alert' AND d.event_id = t.event_id
                        AND d.status IN ('rejected', 'suppressed', 'canceled'))
                ORDER BY t.alerted_at DESC OFFSET tier.most - 1 LIMIT 1)) AS free_at
            FROM unnest(CAST(? AS integer[]), CAST(? AS interval[])) AS tier(most, span)
            """;

    /** Alerts that wait for the limit of their number. */
    private static final String WAITING = """
            FROM textonce.incident_alerts AS a JOIN textonce.incidents AS i ON i.event_id = a.incident_id
            WHERE a.queued_at IS NOT NULL AND a.message_id IS NULL AND a.phone IS NOT NULL
              AND i.acknowledged_at IS NULL AND (i.expires_at IS NULL OR i.expires_at > now())
            """;

    private static final String NUMBERS_WAITING = "SELECT DISTINCT a.phone_hash " + WAITING;

    private static final String WAITING_FOR_NUMBER = "SELECT a.incident_id, a.step, a.phone, a.consent_at " + WAITING
            + " AND a.phone_hash = ? ORDER BY a.queued_at, a.incident_id";

    private static final String CREATE = """
            INSERT INTO textonce.incident_messages (event_id, phone_hash, phone, consent_at, alerted_at, due_at)
            VALUES (?, ?, ?, ?, clock_timestamp(), clock_timestamp() + CAST(? AS interval))
            """;

    private static final String IS_DUE = "EXISTS (SELECT FROM textonce.incidents WHERE due_at IS NOT NULL)"
            + " OR EXISTS (SELECT FROM textonce.incident_messages WHERE due_at <= now())"
            + " OR EXISTS (" + NUMBERS_WAITING + ") OR " + Replies.IS_WAITING;

    private static final String TAKE_AGAIN = """
            UPDATE textonce.incident_messages SET due_at = clock_timestamp() + CAST(? AS interval)
            WHERE event_id IN (
                SELECT event_id FROM textonce.incident_messages WHERE due_at <= now()
                ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED)
            RETURNING event_id
            """;

    private static final String TEXT = """
            SELECT t.event_id, t.phone, t.consent_at, i.name, i.title, i.url, i.needs_acknowledgment, i.expires_at
            FROM textonce.incident_messages AS t
                JOIN textonce.incident_alerts AS a ON a.message_id = t.event_id
                JOIN textonce.incidents AS i ON i.event_id = a.incident_id
            WHERE t.event_id = ? AND t.phone IS NOT NULL
            ORDER BY a.queued_at, a.incident_id
            """;

    private static final String REJECTED = """
            UPDATE textonce.incidents AS i SET due_at = now()
            FROM textonce.incident_alerts AS a
            WHERE a.message_id = ? AND a.incident_id = i.event_id AND a.step = i.step AND i.due_at IS NOT NULL
            """;

    private static final String FIRST_DELIVERY = """
            SELECT d.id, d.attempt, d.status, d.message_sid, d.error_code
            FROM textonce.deliveries AS d
                JOIN textonce.incident_alerts AS a ON d.event = 'incident-alert' AND d.event_id = a.message_id
            WHERE a.incident_id = ? AND a.step = 1
            """;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final PhoneHash phoneHash;
    private final TieredLimit limit;

    Alerts(UrgentDatabase database, PhoneHash phoneHash, TextOnceProperties settings) {
        this.jdbc = database.jdbc();
        this.transaction = database.transaction();
        this.phoneHash = phoneHash;
        this.limit = TieredLimit.parse(settings.incident().limits());
    }

    /**
     * Creates the message of the alerts that wait for a number, if its rate limit allows one; null if there is nothing
     * to send now.
     */
    @Nullable
    String create(String phone) {
        return create(phoneHash.of(phone));
    }

    private @Nullable String create(byte[] number) {
        return transaction.execute(status -> {
            // Of two transactions for one number, the second sees the message of the first.
            jdbc.query(LOCK_NUMBER, row -> {}, (Object) number);
            if (freeAt(number) != null) {
                return null;
            }
            var waiting = waiting(number);
            if (waiting.isEmpty()) {
                return null;
            }
            var first = waiting.get(0);
            String text = waiting.size() == 1 ? first.textId() : first.textId() + "/digest";
            jdbc.update(CREATE, text, number, first.phone(), first.consentAt(), AGAIN);
            waiting.forEach(alert -> jdbc.update(
                    "UPDATE textonce.incident_alerts SET message_id = ? WHERE incident_id = ? AND step = ?",
                    text,
                    alert.incident(),
                    alert.step()));
            return text;
        });
    }

    /** Decides when an alert to a number may be sent. */
    SendDecision preview(String phone) {
        byte[] number = phoneHash.of(phone);
        int waiting = waiting(number).size();
        String bundled = waiting == 0 ? "" : ", in one message with others that wait: " + waiting;
        var freeAt = freeAt(number);
        return freeAt == null
                ? new SendDecision(DeliveryStatus.RESERVED, null, null, waiting == 0 ? null : "Sent" + bundled)
                : SendDecision.held(freeAt, "Waits for the limit of alerts to this number" + bundled);
    }

    private List<Alert> waiting(byte[] number) {
        return jdbc.query(WAITING_FOR_NUMBER, Alerts::alert, (Object) number);
    }

    private @Nullable Instant freeAt(byte[] number) {
        var most = limit.tiers().stream().map(TieredLimit.Tier::most).toArray(Integer[]::new);
        var windows =
                limit.tiers().stream().map(tier -> tier.window().toString()).toArray(String[]::new);
        return jdbc.queryForObject(FREE_AT, (row, n) -> Rows.instant(row, "free_at"), number, most, windows);
    }

    /** An incident that is not over is work: when the next recipient's turn begins depends on the alert before. */
    @Override
    public String condition() {
        return IS_DUE;
    }

    /**
     * Returns the messages that are due: of numbers within their rate limit again, and those whose submission was
     * interrupted.
     */
    List<String> due(int most) {
        var alerted = jdbc.queryForList(NUMBERS_WAITING, byte[].class).stream()
                .map(this::create)
                .filter(Objects::nonNull);
        return Stream.concat(alerted, jdbc.queryForList(TAKE_AGAIN, String.class, AGAIN, most).stream())
                .toList();
    }

    /**
     * Returns a message as the body of its delivery's event, always the same for the same message; null once it is
     * submitted.
     */
    @Nullable
    Map<String, Object> text(String id) {
        var lines = jdbc.query(TEXT, Alerts::line, id);
        if (lines.isEmpty()) {
            return null;
        }
        var first = lines.get(0);
        boolean needsAcknowledgment = lines.stream().anyMatch(Line::needsAcknowledgment);
        if (lines.size() == 1) {
            return Incident.alert(
                    first.text(),
                    first.phone(),
                    first.consentAt(),
                    first.name(),
                    first.title(),
                    first.url(),
                    first.expiresAt(),
                    needsAcknowledgment);
        }
        Map<String, Object> digest = new LinkedHashMap<>();
        digest.put("eventId", first.text());
        digest.put("phone", first.phone());
        digest.put("consentAt", first.consentAt().toString());
        digest.put("count", lines.size());
        digest.put("incidents", Digest.names(lines.stream().map(Line::name).toList()));
        var expiresAt = lastExpiry(lines);
        if (expiresAt != null) {
            digest.put("expiresAt", expiresAt.toString());
        }
        if (needsAcknowledgment) {
            digest.put("acknowledge", true);
        }
        return digest;
    }

    /** Returns when all incidents of a digest have expired, or null if one does not expire. */
    private static @Nullable Instant lastExpiry(List<Line> lines) {
        return lines.stream().anyMatch(line -> line.expiresAt() == null)
                ? null
                : lines.stream()
                        .map(Line::expiresAt)
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
    }

    /** Records the submission of a message. After a rejection the next number is alerted at once. */
    void handedOver(String id, boolean rejected) {
        transaction.executeWithoutResult(status -> {
            jdbc.update("UPDATE textonce.incident_messages SET due_at = NULL, phone = NULL WHERE event_id = ?", id);
            jdbc.update("UPDATE textonce.incident_alerts SET phone = NULL WHERE message_id = ?", id);
            if (rejected) {
                jdbc.update(REJECTED, id);
            }
        });
    }

    /** Returns the delivery of the first number's message, or null while it waits. */
    @Nullable
    Delivery firstDelivery(String incident, boolean duplicate) {
        return DataAccessUtils.singleResult(
                jdbc.query(FIRST_DELIVERY, (row, n) -> Delivery.read(row, duplicate), incident));
    }

    private static Alert alert(ResultSet row, int number) throws SQLException {
        return new Alert(
                row.getString("incident_id"),
                row.getInt("step"),
                row.getString("phone"),
                row.getTimestamp("consent_at"));
    }

    private static Line line(ResultSet row, int number) throws SQLException {
        return new Line(
                row.getString("event_id"),
                row.getString("phone"),
                row.getTimestamp("consent_at").toInstant(),
                row.getString("name"),
                row.getString("title"),
                row.getString("url"),
                row.getBoolean("needs_acknowledgment"),
                Rows.instant(row, "expires_at"));
    }

    private record Alert(String incident, int step, String phone, Timestamp consentAt) {

        String textId() {
            return step == 1 ? incident : incident + "/" + step;
        }
    }

    private record Line(
            String text,
            String phone,
            Instant consentAt,
            String name,
            String title,
            @Nullable String url,
            boolean needsAcknowledgment,
            @Nullable Instant expiresAt) {}
}
