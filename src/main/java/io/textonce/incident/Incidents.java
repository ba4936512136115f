package io.textonce.incident;

import io.textonce.delivery.Delivery;
import io.textonce.delivery.Refusal;
import io.textonce.incident.Incident.Recipient;
import io.textonce.phone.PhoneHash;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The incidents' state machine. Each step is one transaction, after which everything that remains to be done can be read
 * from the tables: whoever comes next does it. A step that is done twice makes the same text under the same event id, of
 * which the deliveries let one through.
 */
class Incidents {

    private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);

    /** How long after it was to be handed over a text is handed over again. */
    private static final String AGAIN = "5 seconds";

    private static final String OPEN = """
            INSERT INTO textonce.incidents
                (event_id, payload_sha256, name, title, url, asks_reply, escalate_after, expires_at, due_at)
            VALUES (?, ?, ?, ?, ?, ?, CAST(? AS interval), ?, now() + CAST(? AS interval))
            ON CONFLICT (event_id) DO NOTHING
            """;

    private static final String OPEN_ALERT = """
            INSERT INTO textonce.incident_alerts (incident_id, step, phone, phone_hash, consent_at, queued_at)
            VALUES (?, ?, ?, ?, ?, CASE WHEN ? = 1 THEN clock_timestamp() END)
            """;

    private static final String LOCK_NUMBER = "SELECT pg_advisory_xact_lock(hashtextextended(encode(?, 'hex'), 0))";

    private static final String HAS_ROOM = """
            SELECT coalesce(bool_and((
                SELECT count(*) FROM textonce.incident_texts
                WHERE phone_hash = ? AND told_at > clock_timestamp() - rung.span) < rung.most), true)
            FROM unnest(CAST(? AS integer[]), CAST(? AS interval[])) AS rung(most, span)
            """;

    private static final String WAITING = """
            SELECT a.incident_id, a.step, a.phone, a.consent_at
            FROM textonce.incident_alerts AS a JOIN textonce.incidents AS i ON i.event_id = a.incident_id
            WHERE a.phone_hash = ? AND a.queued_at IS NOT NULL AND a.text_id IS NULL AND a.phone IS NOT NULL
              AND i.acknowledged_at IS NULL AND (i.expires_at IS NULL OR i.expires_at > now())
            ORDER BY a.queued_at, a.incident_id
            """;

    private static final String TELL = """
            INSERT INTO textonce.incident_texts (event_id, phone_hash, phone, consent_at, told_at, due_at)
            VALUES (?, ?, ?, ?, clock_timestamp(), clock_timestamp() + CAST(? AS interval))
            """;

    private static final String NUMBERS_WAITING = """
            SELECT DISTINCT a.phone_hash
            FROM textonce.incident_alerts AS a JOIN textonce.incidents AS i ON i.event_id = a.incident_id
            WHERE a.queued_at IS NOT NULL AND a.text_id IS NULL AND a.phone IS NOT NULL
              AND i.acknowledged_at IS NULL AND (i.expires_at IS NULL OR i.expires_at > now())
            """;

    private static final String TAKE_AGAIN = """
            UPDATE textonce.incident_texts SET due_at = clock_timestamp() + CAST(? AS interval)
            WHERE event_id IN (
                SELECT event_id FROM textonce.incident_texts WHERE due_at <= now()
                ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED)
            RETURNING event_id
            """;

    private static final String TEXT = """
            SELECT t.event_id, t.phone, t.consent_at, i.name, i.title, i.url, i.asks_reply, i.expires_at
            FROM textonce.incident_texts AS t
                JOIN textonce.incident_alerts AS a ON a.text_id = t.event_id
                JOIN textonce.incidents AS i ON i.event_id = a.incident_id
            WHERE t.event_id = ? AND t.phone IS NOT NULL
            ORDER BY a.queued_at, a.incident_id
            """;

    private static final String TURN_OVER = """
            SELECT i.event_id, i.name, i.step, i.asks_reply, a.text_id, d.status,
                coalesce(i.expires_at <= now(), false) AS expired, d.id AS delivery
            FROM textonce.incidents AS i
                LEFT JOIN textonce.incident_alerts AS a ON a.incident_id = i.event_id AND a.step = i.step
                LEFT JOIN textonce.deliveries AS d ON d.event = 'incident-alert' AND d.event_id = a.text_id
            WHERE i.due_at <= now()
               OR i.due_at IS NOT NULL AND d.status IN ('undelivered', 'failed', 'rejected', 'canceled')
            ORDER BY i.due_at LIMIT ? FOR UPDATE OF i SKIP LOCKED
            """;

    private static final String NEXT_TURN = """
            WITH turn AS (
                UPDATE textonce.incident_alerts SET queued_at = clock_timestamp()
                WHERE incident_id = ? AND step = ?
                RETURNING incident_id, step
            )
            UPDATE textonce.incidents AS i SET step = turn.step, due_at = now() + i.escalate_after
            FROM turn WHERE i.event_id = turn.incident_id
            """;

    private static final String DECIDED = """
            INSERT INTO textonce.delivery_events (delivery_id, kind, status, words) VALUES (?, 'decision', ?, ?)
            """;

    private static final String REFUSED = """
            UPDATE textonce.incidents AS i SET due_at = now()
            FROM textonce.incident_alerts AS a
            WHERE a.text_id = ? AND a.incident_id = i.event_id AND a.step = i.step AND i.due_at IS NOT NULL
            """;

    /** Numbers that nobody will text any more are forgotten. */
    private static final String FORGET = """
            , forgotten AS (
                UPDATE textonce.incident_alerts AS a SET phone = NULL
                FROM acknowledged WHERE a.incident_id = acknowledged.event_id
            )
            SELECT count(*) FROM acknowledged
            """;

    private static final String ACKNOWLEDGE = """
            WITH acknowledged AS (
                UPDATE textonce.incidents SET acknowledged_at = coalesce(acknowledged_at, now()), due_at = NULL
                WHERE upper(name) = upper(?)
                RETURNING event_id
            )
            """ + FORGET;

    /** Words of a reply that name no incident are words. */
    private static final String ACKNOWLEDGE_TOLD = """
            WITH meant AS MATERIALIZED (
                SELECT DISTINCT upper(name) AS name FROM textonce.incidents
                WHERE upper(name) IN (SELECT upper(word) FROM unnest(CAST(? AS text[])) AS words (word))
            ),
            acknowledged AS (
                UPDATE textonce.incidents AS i SET acknowledged_at = now(), due_at = NULL
                WHERE i.acknowledged_at IS NULL
                  AND (upper(i.name) IN (SELECT name FROM meant) OR NOT EXISTS (SELECT FROM meant))
                  AND EXISTS (
                      SELECT FROM textonce.incident_alerts AS a
                      WHERE a.incident_id = i.event_id AND a.phone_hash = ANY (?) AND a.text_id IS NOT NULL)
                RETURNING event_id
            )
            """ + FORGET;

    private static final String END = """
            WITH ended AS (
                UPDATE textonce.incidents SET due_at = NULL WHERE event_id = ? RETURNING event_id
            )
            UPDATE textonce.incident_alerts AS a SET phone = NULL
            FROM ended WHERE a.incident_id = ended.event_id AND a.queued_at IS NULL
            """;

    private static final String FIRST_DELIVERY = """
            SELECT d.id, d.attempt, d.status, d.message_sid, d.error_code
            FROM textonce.deliveries AS d
                JOIN textonce.incident_alerts AS a ON d.event = 'incident-alert' AND d.event_id = a.text_id
            WHERE a.incident_id = ? AND a.step = 1
            """;

    private final JdbcTemplate jdbc;
    private final TransactionTemplate transaction;
    private final PhoneHash phoneHash;
    private final Ladder ladder;

    Incidents(JdbcTemplate jdbc, TransactionTemplate transaction, PhoneHash phoneHash, Ladder ladder) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.phoneHash = phoneHash;
        this.ladder = ladder;
    }

    /**
     * Opens an incident, with its first number's turn.
     *
     * @return whether it is new
     * @throws Refusal when the id was used before for another event
     */
    boolean open(Incident incident) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            String after = incident.escalateAfter().toString();
            boolean isNew = jdbc.update(
                            OPEN,
                            incident.eventId(),
                            incident.payloadSha256(),
                            incident.name(),
                            incident.title(),
                            incident.url(),
                            incident.asksReply(),
                            after,
                            incident.expiresAt() == null ? null : Timestamp.from(incident.expiresAt()),
                            after)
                    == 1;
            if (isNew) {
                int step = 1;
                for (Recipient recipient : incident.recipients()) {
                    jdbc.update(
                            OPEN_ALERT,
                            incident.eventId(),
                            step,
                            recipient.phone(),
                            phoneHash.of(recipient.phone()),
                            Timestamp.from(recipient.consentAt()),
                            step);
                    step++;
                }
            } else {
                requireSame(incident);
            }
            return isNew;
        }));
    }

    private void requireSame(Incident incident) {
        byte[] known = jdbc.queryForObject(
                "SELECT payload_sha256 FROM textonce.incidents WHERE event_id = ?", byte[].class, incident.eventId());
        if (!Arrays.equals(known, incident.payloadSha256())) {
            throw Refusal.ofReusedId();
        }
    }

    /** Makes the text of what waits for a number, if its ladder has room; null if there is nothing to send now. */
    @Nullable
    String tell(String phone) {
        return tell(phoneHash.of(phone));
    }

    private @Nullable String tell(byte[] number) {
        return transaction.execute(status -> {
            // Of two that look at one number's ladder the second sees what the first has put on it.
            jdbc.query(LOCK_NUMBER, row -> {}, (Object) number);
            if (!hasRoom(number)) {
                return null;
            }
            var waiting = jdbc.query(WAITING, Incidents::alert, (Object) number);
            if (waiting.isEmpty()) {
                return null;
            }
            var first = waiting.get(0);
            String text = waiting.size() == 1 ? first.textId() : first.textId() + "/digest";
            jdbc.update(TELL, text, number, first.phone(), first.consentAt(), AGAIN);
            waiting.forEach(alert -> jdbc.update(
                    "UPDATE textonce.incident_alerts SET text_id = ? WHERE incident_id = ? AND step = ?",
                    text,
                    alert.incident(),
                    alert.step()));
            return text;
        });
    }

    private boolean hasRoom(byte[] number) {
        var most = ladder.rungs().stream().map(Ladder.Rung::most).toArray(Integer[]::new);
        var windows =
                ladder.rungs().stream().map(rung -> rung.window().toString()).toArray(String[]::new);
        return Boolean.TRUE.equals(jdbc.queryForObject(HAS_ROOM, Boolean.class, number, most, windows));
    }

    /** Everything that is due: turns that are over, numbers whose ladder has room again, texts that got stuck. */
    List<String> due(int most) {
        passOn(most);
        var told = jdbc.queryForList(NUMBERS_WAITING, byte[].class).stream()
                .map(this::tell)
                .filter(Objects::nonNull);
        return Stream.concat(told, jdbc.queryForList(TAKE_AGAIN, String.class, AGAIN, most).stream())
                .toList();
    }

    /** Ends the turns that are over; the next number's follows unless somebody knows. */
    void passOn(int most) {
        transaction.executeWithoutResult(status -> jdbc.query(TURN_OVER, Incidents::turn, most)
                .forEach(turn -> {
                    boolean told = List.of("delivered", "read").contains(String.valueOf(turn.status()));
                    if (told && !turn.asksReply() || turn.expired()) {
                        end(turn);
                    } else if (jdbc.update(NEXT_TURN, turn.incident(), turn.step() + 1) == 1) {
                        say(
                                turn,
                                (told ? "Not acknowledged" : "Not delivered") + " in time; the next number is alerted");
                    } else {
                        end(turn);
                        say(turn, (told ? "Not acknowledged" : "Not delivered") + ", and there is no next number");
                        LOG.warn("Incident {} has come to the end of its numbers", turn.name());
                    }
                }));
    }

    private void end(Turn turn) {
        jdbc.update(END, turn.incident());
    }

    private void say(Turn turn, String words) {
        if (turn.delivery() != null) {
            jdbc.update(DECIDED, turn.delivery(), turn.status(), words);
        }
    }

    /** A text as the body of its delivery's event, always the same for the same text; null once it is handed over. */
    @Nullable
    Map<String, Object> text(String id) {
        var lines = jdbc.query(TEXT, Incidents::line, id);
        if (lines.isEmpty()) {
            return null;
        }
        var first = lines.get(0);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("eventId", first.text());
        body.put("phone", first.phone());
        body.put("consentAt", first.consentAt().toInstant().toString());
        if (lines.size() == 1) {
            body.put("incident", first.name());
            body.put("title", first.title());
            if (first.url() != null) {
                body.put("url", first.url());
            }
            if (first.expiresAt() != null) {
                body.put("expiresAt", first.expiresAt().toInstant().toString());
            }
        } else {
            body.put("count", lines.size());
            body.put("incidents", Digest.names(lines.stream().map(Line::name).toList()));
        }
        if (lines.stream().anyMatch(Line::asksReply)) {
            body.put("acknowledge", true);
        }
        return body;
    }

    /** The delivery has it now. A refused one was told to nobody, so the next number's turn comes at once. */
    void handedOver(String id, boolean refused) {
        transaction.executeWithoutResult(status -> {
            jdbc.update("UPDATE textonce.incident_texts SET due_at = NULL, phone = NULL WHERE event_id = ?", id);
            jdbc.update("UPDATE textonce.incident_alerts SET phone = NULL WHERE text_id = ?", id);
            if (refused) {
                jdbc.update(REFUSED, id);
            }
        });
    }

    /** Nobody is alerted of this incident any more; false when there is none of this name. */
    boolean acknowledge(String name) {
        return acknowledged(ACKNOWLEDGE, name) > 0;
    }

    /**
     * Somebody who was alerted has answered.
     *
     * @param words that follow in the answer: the names of incidents among them are meant, or else all of which this
     *     number was alerted
     * @return how many incidents that ended
     */
    int acknowledge(String phone, List<String> words) {
        return acknowledged(ACKNOWLEDGE_TOLD, words.toArray(String[]::new), phoneHash.all(phone));
    }

    private int acknowledged(String sql, @Nullable Object... values) {
        return Objects.requireNonNull(jdbc.queryForObject(sql, Integer.class, values));
    }

    /** What became of the first number's text, or null while it waits. */
    @Nullable
    Delivery firstDelivery(String incident, boolean duplicate) {
        return DataAccessUtils.singleResult(jdbc.query(
                FIRST_DELIVERY,
                (row, n) -> new Delivery(
                        row.getObject("id", UUID.class),
                        row.getInt("attempt"),
                        row.getString("status"),
                        row.getString("message_sid"),
                        row.getObject("error_code", Integer.class),
                        duplicate),
                incident));
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
                row.getTimestamp("consent_at"),
                row.getString("name"),
                row.getString("title"),
                row.getString("url"),
                row.getBoolean("asks_reply"),
                row.getTimestamp("expires_at"));
    }

    private static Turn turn(ResultSet row, int number) throws SQLException {
        return new Turn(
                row.getString("event_id"),
                row.getString("name"),
                row.getInt("step"),
                row.getBoolean("asks_reply"),
                row.getBoolean("expired"),
                row.getObject("delivery", UUID.class),
                row.getString("status"));
    }

    private record Alert(String incident, int step, String phone, Timestamp consentAt) {

        String textId() {
            return step == 1 ? incident : incident + "/" + step;
        }
    }

    private record Line(
            String text,
            String phone,
            Timestamp consentAt,
            String name,
            String title,
            @Nullable String url,
            boolean asksReply,
            @Nullable Timestamp expiresAt) {}

    private record Turn(
            String incident,
            String name,
            int step,
            boolean asksReply,
            boolean expired,
            @Nullable UUID delivery,
            @Nullable String status) {}
}
