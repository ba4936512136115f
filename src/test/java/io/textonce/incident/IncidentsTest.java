package io.textonce.incident;

import static io.textonce.sandbox.Fault.refuses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.event.EventRejected;
import io.textonce.incident.Incident.Recipient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The state machine under several instances, here threads beside the worker, and under lost transactions. */
@SandboxTest
class IncidentsTest {

    @Autowired
    private Incidents incidents;

    @Autowired
    private Replies replies;

    @Autowired
    private Alerts alerts;

    @Autowired
    @Qualifier("urgentDataSource")
    private DataSource dataSource;

    private String id;
    private List<Recipient> recipients;

    @BeforeEach
    void newIncident(Sandbox sandbox) {
        id = sandbox.newEventId();
        recipients = Stream.generate(() -> new Recipient(sandbox.newNumber(), Instant.parse("2026-06-02T09:00:00Z")))
                .limit(9)
                .toList();
    }

    @Test
    void makesOneTextOfWhatManyTell() {
        incidents.open(incident(id, null));

        var told = IntStream.range(0, 12)
                .parallel()
                .mapToObj(n -> alerts.create(recipients.get(0).phone()))
                .filter(Objects::nonNull)
                .toList();

        assertThat(told).hasSizeLessThanOrEqualTo(1);
        // The worker may have been faster, and not have committed it yet.
        await().untilAsserted(() -> assertThat(
                        count("SELECT count(*) FROM textonce.incident_messages WHERE event_id = ?", id))
                .isEqualTo(1));
    }

    @Test
    void passesATurnOnOnceHoweverManyDo(Sandbox sandbox) {
        incidents.open(incident(id, null));

        for (int next = 2; next < 6; next++) {
            int step = next;
            sandbox.database().update("UPDATE textonce.incidents SET due_at = now() WHERE event_id = ?", id);
            IntStream.range(0, 6).parallel().forEach(n -> incidents.passOn(100));
            // The worker may have been faster, and not have committed it yet.
            await().untilAsserted(() -> assertThat(count("SELECT step FROM textonce.incidents WHERE event_id = ?", id))
                    .isEqualTo(step));
            assertThat(count(
                            "SELECT count(*) FROM textonce.incident_alerts WHERE incident_id = ?"
                                    + " AND queued_at IS NOT NULL",
                            id))
                    .isEqualTo(step);
        }
    }

    @Test
    void takesAStepAgainWhoseTransactionWasLost(Sandbox sandbox) {
        incidents.open(incident(id, null));
        sandbox.database().update("UPDATE textonce.incidents SET due_at = now() WHERE event_id = ?", id);

        new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult(lost -> {
            incidents.passOn(100);
            alerts.create(recipients.get(1).phone());
            lost.setRollbackOnly();
        });
        incidents.passOn(100);

        sandbox.awaitStatus(id + "/2", "delivered");
        assertThat(count("SELECT step FROM textonce.incidents WHERE event_id = ?", id))
                .isEqualTo(2);
        assertThat(sandbox.twilio().sentTo(recipients.get(1).phone())).hasSize(1);
    }

    @Test
    void alertsNobodyAfterItsTime(Sandbox sandbox) {
        incidents.open(incident(id, Instant.now().plusSeconds(600)));
        sandbox.database()
                .update("UPDATE textonce.incidents SET expires_at = now(), due_at = now() WHERE event_id = ?", id);

        assertThat(alerts.create(recipients.get(0).phone())).isNull();
        incidents.passOn(100);

        assertThat(count("SELECT step FROM textonce.incidents WHERE event_id = ?", id))
                .isEqualTo(1);
        assertThat(sandbox.twilio().sentTo(recipients.get(1).phone())).isEmpty();
    }

    /** Such as one that a crash left behind: it is handed over when an instance runs again. */
    @Test
    void alertsNobodyByADigestAfterTheTimeOfAllItsIncidents() {
        var first = Instant.now().plusSeconds(300).truncatedTo(ChronoUnit.MILLIS);
        var last = first.plusSeconds(300);

        // No worker sees it before the end.
        new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult(own -> {
            incidents.open(incident(id, last));
            incidents.open(incident(id + "-2", first));
            String digest = alerts.create(recipients.get(0).phone());

            assertThat(alerts.text(digest)).containsEntry("count", 2).containsEntry("expiresAt", last.toString());
            own.setRollbackOnly();
        });
    }

    @Test
    void limitsNoDigestWithAnIncidentThatDoesNotExpire() {
        new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult(own -> {
            incidents.open(incident(id, Instant.now().plusSeconds(300)));
            incidents.open(incident(id + "-2", null));
            String digest = alerts.create(recipients.get(0).phone());

            assertThat(alerts.text(digest)).containsEntry("count", 2).doesNotContainKey("expiresAt");
            own.setRollbackOnly();
        });
    }

    @Test
    void keepsNothingOfAnIncidentThatComesTooLate() {
        assertThatThrownBy(() -> incidents.open(incident(id, Instant.now().minusSeconds(1))))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.error()).isEqualTo("too_late"));

        assertThat(count("SELECT count(*) FROM textonce.incidents WHERE event_id = ?", id))
                .isZero();
    }

    @Test
    void isStoppedByTheAnswerOfWhoWasTold(Sandbox sandbox) {
        openWithItsAlert();
        incidents.open(incident(id + "-elsewhere", null));

        int byAnother = replies.acknowledge(recipients.get(1).phone(), List.of(), "SM0");
        int ofAnother = replies.acknowledge(recipients.get(0).phone(), List.of("INC-" + id + "-elsewhere"), "SM0");
        int once =
                replies.acknowledge(recipients.get(0).phone(), List.of(("inc-" + id).toUpperCase(Locale.ROOT)), "SM0");
        int twice = replies.acknowledge(recipients.get(0).phone(), List.of(), "SM0");

        assertThat(List.of(byAnother, ofAnother, once, twice)).containsExactly(0, 0, 1, 0);
        assertThat(count(
                        "SELECT count(*) FROM textonce.incident_alerts WHERE incident_id = ? AND phone IS NOT NULL",
                        id))
                .isZero();
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT due_at IS NULL AND acknowledged_at IS NOT NULL FROM textonce.incidents"
                                        + " WHERE event_id = ?",
                                Boolean.class,
                                id))
                .isTrue();
    }

    /** As when it is acknowledged between the two statements that create the alert, or the instance then ends at once. */
    @Test
    void sendsNoAlertThatIsCreatedWhileItIsAcknowledged(Sandbox sandbox) {
        openWithItsAlert();
        sandbox.database()
                .update("UPDATE textonce.incidents SET acknowledged_at = now(), due_at = NULL WHERE event_id = ?", id);

        sandbox.context().getBean(ProducerTemplate.class).sendBody("direct:incident-send", id);

        assertThat(sandbox.delivery(id)).containsEntry("status", "canceled");
        assertThat(sandbox.twilio().sentTo(recipients.get(0).phone())).isEmpty();
        assertThat(count("SELECT count(*) FROM textonce.incident_messages WHERE event_id = ? AND due_at IS NULL", id))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"undelivered", "failed", "canceled"})
    void alertsTheNextNumberAtOnceIfTheFirstGetsNoMessage(String status, Sandbox sandbox) {
        incidents.open(incident(id, null));
        alerts.create(recipients.get(0).phone());
        sandbox.context().getBean(ProducerTemplate.class).sendBody("direct:incident-send", id);
        sandbox.awaitStatus(id, "delivered");

        sandbox.database().update("UPDATE textonce.deliveries SET status = ? WHERE event_id = ?", status, id);
        incidents.passOn(100);

        assertThat(count("SELECT step FROM textonce.incidents WHERE event_id = ?", id))
                .isEqualTo(2);
    }

    @Test
    void sendsAnAlertThatWaitsForTheLimitAfterTheLastTurnIsOver(Sandbox sandbox) {
        recipients = recipients.subList(0, 1);

        // No worker sees it before the end.
        new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult(own -> {
            incidents.open(incident(id, null));
            new JdbcTemplate(dataSource).update("UPDATE textonce.incidents SET due_at = now() WHERE event_id = ?", id);
            incidents.passOn(100);

            assertThat(count("SELECT count(*) FROM textonce.incidents WHERE event_id = ? AND due_at IS NULL", id))
                    .isEqualTo(1);
            assertThat(alerts.create(recipients.get(0).phone())).isEqualTo(id);
        });
    }

    /** As when the instance ends in between, or the database does not accept the second. */
    @Test
    void isAcknowledgedWithItsCancellationsOrNotAtAll(Sandbox sandbox) throws SQLException {
        openWithItsAlert();
        sandbox.twilio().forNumber(recipients.get(0).phone(), refuses(21611));
        sandbox.context().getBean(ProducerTemplate.class).sendBody("direct:incident-send", id);
        sandbox.awaitStatus(id, "held");

        try (var other = sandbox.database().getDataSource().getConnection()) {
            other.setAutoCommit(false);
            try (var lock = other.prepareStatement("SELECT FROM textonce.deliveries WHERE event_id = ? FOR UPDATE")) {
                lock.setString(1, id);
                lock.execute();
            }
            assertThatThrownBy(() -> incidents.acknowledge("INC-" + id)).isInstanceOf(DataAccessException.class);
            assertThat(acknowledged()).isZero();

            // A reply waits instead: nobody sends it once more.
            replies.acknowledge(recipients.get(0).phone(), List.of(), "SM" + id);
            assertThat(acknowledged()).isZero();
            other.rollback();
        }

        sandbox.awaitStatus(id, "canceled");
        assertThat(acknowledged()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(
                        count("SELECT count(*) FROM textonce.incident_replies WHERE message_sid = ?", "SM" + id))
                .isZero());
    }

    /** In one transaction, so that the worker neither creates nor sends its alert. */
    private void openWithItsAlert() {
        new TransactionTemplate(new JdbcTransactionManager(dataSource)).executeWithoutResult(own -> {
            incidents.open(incident(id, null));
            alerts.create(recipients.get(0).phone());
        });
    }

    private int acknowledged() {
        return count("SELECT count(*) FROM textonce.incidents WHERE event_id = ? AND acknowledged_at IS NOT NULL", id);
    }

    @Test
    void staysAcknowledgedIfAnAlertIsRejectedAfterwards() {
        openWithItsAlert();
        incidents.acknowledge("INC-" + id);

        alerts.handedOver(id, true);

        assertThat(count("SELECT count(*) FROM textonce.incidents WHERE event_id = ? AND due_at IS NULL", id))
                .isEqualTo(1);
    }

    private Incident incident(String eventId, Instant expiresAt) {
        return new Incident(
                eventId,
                new byte[32],
                "INC-" + eventId,
                "Database down",
                null,
                true,
                Duration.ofMinutes(5),
                expiresAt,
                recipients);
    }

    private int count(String sql, String of) {
        return new JdbcTemplate(dataSource).queryForObject(sql, Integer.class, of);
    }
}
