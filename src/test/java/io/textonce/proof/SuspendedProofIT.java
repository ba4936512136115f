package io.textonce.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** An instance stands still in the middle of a transaction, or its machine is gone: the other one must get its locks. */
@Tag("proof")
class SuspendedProofIT extends Proof {

    private static final String NUMBER = "+15558675309";

    private static final String LOCK = """
            SELECT pg_advisory_xact_lock(hashtextextended(encode(phone_hash, 'hex'), 0)) FROM textonce.incident_messages
            """;

    @Test
    void alertsThoughAnInstanceStandsStillWithTheLockOfTheNumber() throws SQLException {
        app = instance().with("TEXTONCE_INCIDENT_LIMITS", "9/1m").start();
        other = instance().with("TEXTONCE_INCIDENT_LIMITS", "9/1m").start();
        peers.twilio().callbackTarget(other.hostAndPort());
        assertThat(alert(app, 1)).contains("\"accepted\":true");
        await().until(() -> sent() == 1);

        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeQuery(LOCK).close();
            var second = CompletableFuture.supplyAsync(() -> alert(app, 2), task -> new Thread(task).start());
            await().untilAsserted(() -> assertThat(waiting())
                    .as(second.isDone() ? second.join() : "no response yet")
                    .isPositive());
            app.freeze();
            connection.commit();
        }
        assertThat(app.isFrozen()).isTrue();
        CompletableFuture.runAsync(() -> alert(other, 3));

        await("alerts of both incidents, in one message or two").atMost(MOST).until(() -> alerted() == 3);
        await().until(() -> sent() >= 2);
        app.kill();
    }

    private static String alert(AppProcess instance, int number) {
        return instance.post(
                        "incident-alert",
                        "{\"eventId\":\"incident-%1$d\",\"phone\":\"%2$s\",\"consentAt\":\"2026-06-02T09:00:00Z\",\"incident\":\"INC-%1$d\",\"title\":\"Down\"}"
                                .formatted(number, NUMBER))
                .body();
    }

    private int sent() {
        return peers.twilio().sentTo(NUMBER).size();
    }

    private long waiting() {
        return count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    }

    private long alerted() {
        return count("SELECT count(*) FROM textonce.incident_alerts WHERE message_id IS NOT NULL");
    }

    private long count(String sql) {
        return new JdbcTemplate(new DriverManagerDataSource(peers.postgres().url(), "postgres", "postgres"))
                .queryForObject(sql, Long.class);
    }
}
