package io.textonce.incident;

import io.textonce.delivery.EventPreview;
import io.textonce.delivery.EventPreview.Effect;
import io.textonce.delivery.SendDecision;
import io.textonce.event.EventRejected;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Previews of the events of incidents: what their steps would find in the tables. */
@Component
final class IncidentPreviews {

    private static final String EVENT = "incident-alert";

    private static final String ACKNOWLEDGED = "acknowledged";

    private static final String NAMED = """
            SELECT i.event_id, i.acknowledged_at IS NOT NULL AS acknowledged,
                count(a.message_id) AS alerted, count(*) AS numbers
            FROM textonce.incidents AS i JOIN textonce.incident_alerts AS a ON a.incident_id = i.event_id
            WHERE upper(i.name) = upper(?)
            GROUP BY i.event_id ORDER BY i.created_at, i.event_id
            """;

    private final JdbcTemplate jdbc;
    private final Alerts alerts;

    IncidentPreviews(JdbcTemplate jdbc, Alerts alerts) {
        this.jdbc = jdbc;
        this.alerts = alerts;
    }

    /** Adds whether the incident is known, and when its first alert could be sent. */
    void open(EventPreview preview, Incident incident) {
        if (preview.isOffline()) {
            return;
        }
        var known = jdbc.queryForList(
                "SELECT payload_sha256 FROM textonce.incidents WHERE event_id = ?", byte[].class, incident.eventId());
        if (known.isEmpty()) {
            preview.add(
                    "alertLimit", alerts.preview(incident.recipients().get(0).phone()));
        } else if (Arrays.equals(known.get(0), incident.payloadSha256())) {
            preview.duplicates("bundled");
        } else {
            preview.add("duplicate", SendDecision.rejected(EventRejected.ofReusedId()));
        }
    }

    /**
     * Adds which incidents would be acknowledged.
     *
     * @return whether there is one of this name
     */
    boolean acknowledge(EventPreview preview, String name) {
        if (preview.isOffline()) {
            preview.add(new Effect(
                    "acknowledge",
                    EVENT,
                    name,
                    null,
                    null,
                    "Incident " + name + " would be acknowledged, if the database has it."));
            return true;
        }
        var effects = jdbc.query(NAMED, (row, n) -> effect(row, name), name);
        effects.forEach(preview::add);
        return !effects.isEmpty();
    }

    private static Effect effect(ResultSet row, String name) throws SQLException {
        boolean isDone = row.getBoolean(ACKNOWLEDGED);
        return new Effect(
                isDone ? EventPreview.NONE : "acknowledge",
                EVENT,
                row.getString("event_id"),
                ACKNOWLEDGED,
                null,
                "Incident " + name
                        + (isDone ? " is acknowledged already" : " would be acknowledged, and no other number alerted")
                        + " (alerted: " + row.getInt("alerted") + " of " + row.getInt("numbers") + ").");
    }
}
