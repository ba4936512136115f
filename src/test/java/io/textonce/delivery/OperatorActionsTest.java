package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.JdbcTemplate;

/** Operators who act on the same delivery, one after the other. */
class OperatorActionsTest {

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static DeliveryTables tables;

    private Delivery delivery;

    @BeforeAll
    static void createTables() throws IOException {
        jdbc = new JdbcTemplate(DATABASE);
        tables = DeliveryTables.migrate(DATABASE, Duration.ofSeconds(60));
    }

    @BeforeEach
    void claim() {
        delivery = ClaimedEvent.claim(
                        tables, new DefaultCamelContext(), "event-" + UUID.randomUUID(), "", "+15558675312", "Text")
                .orElseThrow();
    }

    @Test
    void undoesAResendOnlyIfNobodyActedSince() {
        record(DeliveryStatus.REJECTED, null, null);
        tables.decisions().resend(delivery.id(), "first", "in bulk");
        var actedAt = lastEntry();

        assertThat(tables.decisions().undoResend(delivery.id(), actedAt, "first", "not this one"))
                .isTrue();
        tables.decisions().resend(delivery.id(), "second", "this one after all");

        assertThat(tables.decisions().undoResend(delivery.id(), actedAt, "first", "undo"))
                .isFalse();
        assertThat(row()).containsEntry("status", "held");
        assertThat(tables.decisions().undoResend(delivery.id(), lastEntry(), "second", "undo"))
                .isTrue();
        assertThat(row()).containsEntry("status", "canceled").containsEntry("due_at", null);
    }

    @Test
    void schedulesNoPollOfAMessageThatIsFinal() {
        record(DeliveryStatus.DELIVERED, TwilioMessage.newSid(), Duration.ofHours(1));
        jdbc.update("UPDATE textonce.deliveries SET due_at = NULL WHERE id = ?", delivery.id());

        tables.decisions().tried(delivery.id(), "operator", "too late");

        assertThat(row()).containsEntry("due_at", null);
    }

    private void record(DeliveryStatus status, @Nullable String sid, @Nullable Duration wait) {
        try (var outcomes = new OutcomeRepository(jdbc)) {
            outcomes.record(
                    new OutcomeRepository.Outcome(delivery.id(), delivery.attempt(), status, sid, null, "test", wait));
        }
    }

    private Instant lastEntry() {
        return jdbc.queryForObject(
                        "SELECT max(happened_at) FROM textonce.delivery_events WHERE delivery_id = ?",
                        Timestamp.class,
                        delivery.id())
                .toInstant();
    }

    private Map<String, Object> row() {
        return jdbc.queryForMap("SELECT status, due_at FROM textonce.deliveries WHERE id = ?", delivery.id());
    }
}
