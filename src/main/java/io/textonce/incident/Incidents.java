package io.textonce.incident;

import io.textonce.delivery.Cancellations;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.Timeline;
import io.textonce.delivery.UrgentDatabase;
import io.textonce.event.EventRejected;
import io.textonce.incident.Incident.Recipient;
import io.textonce.phone.PhoneHash;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * State machine of the incidents: escalation and end. Each step is one transaction, after which all remaining work can
 * be read from the tables, so that any instance continues. {@link Alerts} creates the messages of a step.
 */
@Component
class Incidents {

    private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);

    private static final String EVENT = "incident-alert";
    private static final String ACKNOWLEDGED = "The incident was acknowledged";

    private static final String OPEN = """
            INSERT INTO textonce.incidents
                (event_id, payload_sha256, name, title, url, needs_acknowledgment, escalate_after, expires_at, due_at)
            VALUES (?, ?, ?, ?, ?, ?, CAST(? AS interval), ?, now() + CAST(? AS interval))
            ON CONFLICT (event_id) DO NOTHING
            RETURNING coalesce(expires_at <= now(), false)
            """;

    private static final String OPEN_ALERT = """
            INSERT INTO textonce.incident_alerts (incident_id, step, phone, phone_hash, consent_at, queued_at)
            VALUES (?, ?, ?, ?, ?, CASE WHEN ? = 1 THEN clock_timestamp() END)
            """;

    private static final String TURN_OVER = """
            SELECT i.event_id, i.name, i.step, i.needs_acknowledgment, a.message_id, d.status,
                coalesce(i.expires_at <= now(), false) AS expired, d.id AS delivery
            FROM textonce.incidents AS i
                LEFT JOIN textonce.incident_alerts AS a ON a.incident_id = i.event_id AND a.step = i.step
                LEFT JOIN textonce.deliveries AS d ON d.event = 'incident-alert' AND d.event_id = a.message_id
            WHERE i.due_at <= now()
               OR i.due_at IS NOT NULL AND d.status IN ('undelivered', 'failed', 'rejected', 'suppressed', 'canceled')
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

    /** Removal of phone numbers that will not be alerted any more. */
    private static final String FORGET = """
            , forgotten AS (
                UPDATE textonce.incident_alerts AS a SET phone = NULL
                FROM acknowledged WHERE a.incident_id = acknowledged.event_id
            )
            SELECT event_id FROM acknowledged
            """;

    /** Alert messages that may still be sent, and whose incidents are all acknowledged; by their ids or those of incidents. */
    private static final String NOT_SENT = """
            SELECT t.event_id
            FROM textonce.incident_messages AS t
                LEFT JOIN textonce.deliveries AS d ON d.event = 'incident-alert' AND d.event_id = t.event_id
            WHERE t.event_id = ANY (CAST(? AS text[]) || ARRAY(
                SELECT message_id FROM textonce.incident_alerts WHERE incident_id = ANY (?)))
              AND (d.status IN ('held', 'reserved', 'unknown') OR d.id IS NULL AND t.due_at IS NOT NULL)
              AND NOT EXISTS (
                  SELECT FROM textonce.incident_alerts AS a JOIN textonce.incidents AS i ON i.event_id = a.incident_id
                  WHERE a.message_id = t.event_id AND i.acknowledged_at IS NULL)
            """;

    private static final String ACKNOWLEDGE = """
            WITH acknowledged AS (
                UPDATE textonce.incidents SET acknowledged_at = coalesce(acknowledged_at, now()), due_at = NULL
                WHERE upper(name) = upper(?)
                RETURNING event_id
            )
            """ + FORGET;

    /**
     * Acknowledgment of all incidents of which a number was alerted before it replied; other words of a reply are ignored.
     * The reply is done with.
     */
    private static final String ACKNOWLEDGE_ALERTED = """
            WITH reply AS (
                DELETE FROM textonce.incident_replies WHERE message_sid = ?
                RETURNING phone_hashes, words, received_at
            ),
            meant AS MATERIALIZED (
                SELECT DISTINCT upper(name) AS name FROM textonce.incidents
                WHERE upper(name) IN (SELECT upper(word) FROM reply, unnest(reply.words) AS words (word))
            ),
            acknowledged AS (
                UPDATE textonce.incidents AS i SET acknowledged_at = now(), due_at = NULL
                FROM reply
                WHERE i.acknowledged_at IS NULL
                  AND (upper(i.name) IN (SELECT name FROM meant) OR NOT EXISTS (SELECT FROM meant))
                  AND EXISTS (
                      SELECT FROM textonce.incident_alerts AS a
                          JOIN textonce.incident_messages AS t ON t.event_id = a.message_id
                      WHERE a.incident_id = i.event_id AND a.phone_hash = ANY (reply.phone_hashes)
                        AND t.alerted_at <= reply.received_at)
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

    private final JdbcTemplate jdbc;
    private final Timeline timeline;
    private final TransactionTemplate transaction;
    private final PhoneHash phoneHash;
    private final Cancellations cancellations;

    Incidents(UrgentDatabase database, PhoneHash phoneHash, Cancellations cancellations) {
        this.cancellations = cancellations;
        this.jdbc = database.jdbc();
        this.timeline = new Timeline(jdbc);
        this.transaction = database.transaction();
        this.phoneHash = phoneHash;
    }

    /**
     * Opens an incident, with the step of its first number.
     *
     * @return whether it is new
     * @throws EventRejected when the id was used before for another event, or its time has passed; then it is not kept
     */
    boolean open(Incident incident) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            String after = incident.escalateAfter().toString();
            var late = jdbc.queryForList(
                    OPEN,
                    Boolean.class,
                    incident.eventId(),
                    incident.payloadSha256(),
                    incident.name(),
                    incident.title(),
                    incident.url(),
                    incident.needsAcknowledgment(),
                    after,
                    incident.expiresAt() == null ? null : Timestamp.from(incident.expiresAt()),
                    after);
            boolean isNew = !late.isEmpty();
            if (isNew) {
                if (late.get(0)) {
                    throw EventRejected.ofText(422, "too_late", null, "Expired before it was received.");
                }
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
            throw EventRejected.ofReusedId();
        }
    }

    /** Ends the steps whose time is over; the next number is alerted unless the incident is acknowledged. */
    void passOn(int most) {
        transaction.executeWithoutResult(status -> jdbc.query(TURN_OVER, Incidents::turn, most)
                .forEach(turn -> {
                    boolean delivered =
                            turn.status() == DeliveryStatus.DELIVERED || turn.status() == DeliveryStatus.READ;
                    if (delivered && !turn.needsAcknowledgment() || turn.expired()) {
                        end(turn);
                        if (turn.text() == null) {
                            LOG.warn("Incident {} expired while an alert was rate limited", turn.name());
                        }
                    } else if (jdbc.update(NEXT_TURN, turn.incident(), turn.step() + 1) == 1) {
                        record(
                                turn,
                                (delivered ? "Not acknowledged" : "Not delivered")
                                        + " in time; the next number is alerted");
                    } else {
                        end(turn);
                        record(
                                turn,
                                (delivered ? "Not acknowledged" : "Not delivered") + ", and there is no next number");
                        LOG.warn("Incident {} was not acknowledged, and there is no next number", turn.name());
                    }
                }));
    }

    private void end(Turn turn) {
        jdbc.update(END, turn.incident());
    }

    private void record(Turn turn, String words) {
        if (turn.delivery() != null) {
            timeline.decided(turn.delivery(), Objects.requireNonNull(turn.status()), words);
        }
    }

    /** Acknowledges an incident, so that no number is alerted any more; false if there is none of this name. */
    boolean acknowledge(String name) {
        return acknowledged(ACKNOWLEDGE, name) > 0;
    }

    /** Acknowledges the incidents of an alerted number by its stored reply; returns how many ended. */
    int acknowledgeAlerted(String sid) {
        return acknowledged(ACKNOWLEDGE_ALERTED, sid);
    }

    /** Ends incidents, and cancels what waits to be sent. */
    private int acknowledged(String sql, String of) {
        var ended = new ArrayList<String>();
        cancellations.cancelAll(
                EVENT,
                () -> {
                    ended.addAll(jdbc.queryForList(sql, String.class, of));
                    return notSent(List.of(), ended);
                },
                ACKNOWLEDGED);
        return ended.size();
    }

    /**
     * Cancels a message whose incidents were acknowledged while it was created: neither transaction saw the other. Its
     * delivery then ends as canceled.
     */
    void cancelIfAcknowledged(String message) {
        notSent(List.of(message), List.of()).forEach(id -> cancellations.cancel(EVENT, id, ACKNOWLEDGED));
    }

    private List<String> notSent(List<String> messages, List<String> ended) {
        return jdbc.queryForList(NOT_SENT, String.class, messages.toArray(String[]::new), ended.toArray(String[]::new));
    }

    private static Turn turn(ResultSet row, int number) throws SQLException {
        return new Turn(
                row.getString("event_id"),
                row.getString("name"),
                row.getInt("step"),
                row.getBoolean("needs_acknowledgment"),
                row.getBoolean("expired"),
                row.getString("message_id"),
                row.getObject("delivery", UUID.class),
                row.getString("status") == null ? null : DeliveryStatus.ofColumn(row.getString("status")));
    }

    private record Turn(
            String incident,
            String name,
            int step,
            boolean needsAcknowledgment,
            boolean expired,
            @Nullable String text,
            @Nullable UUID delivery,
            @Nullable DeliveryStatus status) {}
}
