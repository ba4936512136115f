package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.message.Sms;
import io.textonce.message.TestSms;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Two actors over the real table: one sends an event's message, the other cancels it, at each moment. */
class CancellationsTest {

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final String PHONE = "+15558675310";
    private static final String REASON = "Canceled by the test";

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static DeliveryTables tables;
    private static Cancellations cancellations;
    private static OutcomeRepository outcomes;
    private static StatusRepository reports;
    private static CamelContext context;

    private String id;

    /** Until when the message has come when it is canceled, and what the cancellation answers then. */
    private enum Moment {
        BEFORE_ITS_EVENT("pending"),
        HELD("canceled"),
        CALLED("requested"),
        UNKNOWN("requested"),
        HELD_AFTER_A_CALL("canceled"),
        REJECTED("canceled"),
        DROPPED("canceled"),
        GIVEN_UP("requested"),
        SCHEDULED("requested"),
        QUEUED("requested"),
        SENT("too_late"),
        DELIVERED("too_late");

        private final String effect;

        Moment(String effect) {
            this.effect = effect;
        }
    }

    @BeforeAll
    static void createTables() throws IOException {
        jdbc = new JdbcTemplate(DATABASE);
        tables = DeliveryTables.migrate(DATABASE, LEASE);
        cancellations = DeliveryTables.cancellations(DATABASE);
        outcomes = new OutcomeRepository(jdbc);
        reports = new StatusRepository(jdbc);
        context = new DefaultCamelContext();
    }

    @BeforeEach
    void newEvent() {
        id = "event-" + UUID.randomUUID();
    }

    @ParameterizedTest
    @EnumSource
    void isAnsweredTrulyHoweverOftenItComes(Moment moment) {
        reach(moment);

        assertThat(cancel()).isEqualTo(moment.effect);
        var first = row();
        assertThat(cancel()).isEqualTo(moment.effect);

        assertThat(row()).containsEntry("cancel_requested_at", first.get("cancel_requested_at"));
        assertThat(entries(REASON)).isEqualTo(moment.effect.equals("too_late") ? 0 : 1);
    }

    @ParameterizedTest
    @EnumSource
    void letsNoRepetitionSendWhatWasCanceled(Moment moment) {
        reach(moment);
        cancel();

        assertThat(claim()).isEmpty();
        var repeated = claim();

        assertThat(repeated).isEmpty();
        assertThat(tables.leases().held(100)).noneMatch(due -> due.eventId().equals(id));
    }

    /** An operator resends what was rejected or dropped, one by one or in bulk, and may not know of the cancellation. */
    @ParameterizedTest
    @EnumSource
    void letsNoOperatorSendWhatWasCanceled(Moment moment) {
        reach(moment);
        cancel();

        assertThat(tables.decisions().resend((UUID) row().get("id"), "operator", "again"))
                .isFalse();
        assertThat(tables.decisions().release((UUID) row().get("id"), "operator", "again"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "held, canceled",
        "rejected, canceled",
        "unknown, unknown",
        "scheduled, scheduled",
        "queued, queued",
        "sent, sent"
    })
    void endsByTheOutcomeOfTheCallThatWasUnderWay(String outcome, String status) {
        var claimed = claim().orElseThrow();
        cancel();

        record(claimed, outcome);

        assertThat(row()).containsEntry("status", status);
        assertThat(claim()).isEmpty();
        assertThat(row()).containsEntry("status", status);
        assertThat(lastChange()).isEqualTo(status);
    }

    @Test
    void endsAMessageThatWaitsForItsSendersRateLimitMeanwhile() {
        var rateLimit = new SenderRateLimit(jdbc, List.of(DeliveryTables.SENDER + "=0.01"));
        rateLimit.admit(claim().orElseThrow(), sms());
        newEvent();
        var claimed = claim().orElseThrow();
        cancel();

        var decision = rateLimit.admit(claimed, sms());

        assertThat(decision.status()).isEqualTo(DeliveryStatus.CANCELED);
        assertThat(row())
                .containsEntry("status", "canceled")
                .containsEntry("due_at", null)
                .containsEntry("body", null)
                .containsEntry("reason", REASON);
        assertThat(lastChange()).isEqualTo("canceled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scheduled", "accepted", "queued"})
    void isDueAtOnceWhereTwilioGotTheMessageMeanwhile(String status) {
        var claimed = claim().orElseThrow();
        cancel();

        record(claimed, status);

        assertThat(tables.leases().silent(100)).anySatisfy(due -> {
            assertThat(due.eventId()).isEqualTo(id);
            assertThat(due.isCancelled()).isTrue();
        });
    }

    @Test
    void isDueAtOnceWhereTheMessageIsFoundLater() {
        reach(Moment.UNKNOWN);
        cancel();
        makeDue();
        var unknown = unknown();

        assertThat(tables.due().bind(unknown, TwilioMessage.newSid(), "scheduled", null, Duration.ofHours(1)))
                .isTrue();

        assertThat(tables.leases().silent(100)).extracting(DueDelivery::eventId).contains(id);
    }

    @Test
    void isDueAtOnceWhereACallbackShowsTheMessage() {
        reach(Moment.UNKNOWN);
        cancel();

        reports.record(new StatusRepository.Report(
                "callback", (UUID) row().get("id"), TwilioMessage.newSid(), "queued", null, null, Duration.ofHours(1)));

        assertThat(tables.leases().silent(100)).extracting(DueDelivery::eventId).contains(id);
    }

    @Test
    void isNotSentOnceMoreWhenItIsCanceledWhileReconciliationLooks() {
        reach(Moment.UNKNOWN);
        makeDue();
        var unknown = unknown();

        assertThat(tables.gate().again(unknown).isSend()).isTrue();
        cancel();

        assertThat(tables.due().again(unknown, unknown.sms())).isNull();
        tables.due().end(unknown, DeliveryStatus.HELD, "An operator must decide");
        assertThat(row()).containsEntry("status", "canceled").containsEntry("body", null);
    }

    @Test
    void keepsWhatItsEventTellsWhenThatComesAfterTheCancellation() {
        cancel();

        claim();

        assertThat(row())
                .containsEntry("status", "canceled")
                .containsEntry("source", "test")
                .containsEntry("reason", REASON)
                .containsEntry("phone", PHONE)
                .containsEntry("body", null)
                .containsEntry("due_at", null);
        assertThat(lastChange()).isEqualTo("canceled");
        assertThat(cancel()).isEqualTo("canceled");
    }

    @Test
    void ofACancellationAndItsEventAtTheSameMomentOneWins() throws Exception {
        var both = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 200; round++) {
                newEvent();
                var start = new CyclicBarrier(2);
                var canceled = both.submit(() -> {
                    start.await();
                    return cancel();
                });
                var claimed = both.submit(() -> {
                    start.await();
                    return claim();
                });

                boolean sends = claimed.get().isPresent();

                assertThat(canceled.get()).isEqualTo(sends ? "requested" : canceled.get());
                assertThat(canceled.get()).isIn("requested", "pending", "canceled");
                assertThat(row()).containsEntry("status", sends ? "reserved" : "canceled");
            }
        } finally {
            both.shutdownNow();
        }
    }

    private void reach(Moment moment) {
        switch (moment) {
            case BEFORE_ITS_EVENT -> {}
            case HELD -> ClaimedEvent.hold(tables, context, id, "", PHONE, "Text", Duration.ofHours(1));
            case CALLED -> claim();
            case UNKNOWN -> record(claim().orElseThrow(), "unknown");
            case HELD_AFTER_A_CALL -> record(claim().orElseThrow(), "held");
            case DROPPED -> {
                record(claim().orElseThrow(), "unknown");
                makeDue();
                tables.due().end(unknown(), DeliveryStatus.CANCELED, "Dropped by the test");
            }
            case GIVEN_UP -> {
                record(claim().orElseThrow(), "unknown");
                makeDue();
                tables.due().giveUp(unknown(), "Left to an operator by the test");
            }
            default -> record(claim().orElseThrow(), moment.name().toLowerCase(Locale.ROOT));
        }
    }

    private Optional<Delivery> claim() {
        return ClaimedEvent.claim(tables, context, id, "", PHONE, "Text");
    }

    private Sms sms() {
        return TestSms.of(TestSms.policy(), id, DeliveryTables.SENDER, PHONE, "Text");
    }

    private String cancel() {
        return cancellations.cancel("order-shipped", id, REASON).effect();
    }

    private static void record(Delivery claimed, String status) {
        boolean ours = List.of("held", "rejected", "unknown").contains(status);
        outcomes.record(new OutcomeRepository.Outcome(
                claimed.id(),
                claimed.attempt(),
                DeliveryStatus.ofColumn(status),
                ours ? null : TwilioMessage.newSid(),
                null,
                "test",
                status.equals("rejected") ? null : Duration.ofHours(1)));
    }

    private void makeDue() {
        jdbc.update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ?", id);
    }

    private DueDelivery unknown() {
        return tables.leases().unknown(100).stream()
                .filter(due -> due.eventId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private Map<String, Object> row() {
        return jdbc.queryForMap("SELECT * FROM textonce.deliveries WHERE event_id = ?", id);
    }

    private int entries(String words) {
        return jdbc.queryForObject(
                "SELECT count(*) FROM textonce.delivery_events WHERE delivery_id = ? AND detail = ?",
                Integer.class,
                row().get("id"),
                words);
    }

    /** To what the timeline says that the status changed last. */
    private @Nullable String lastChange() {
        return jdbc
                .queryForList(
                        "SELECT new_status FROM textonce.delivery_events WHERE delivery_id = ? AND new_status IS NOT NULL"
                                + " ORDER BY id DESC LIMIT 1",
                        String.class,
                        row().get("id"))
                .stream()
                .findFirst()
                .orElse(null);
    }
}
