package io.textonce.reconcile;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.delivery.ClaimedEvent;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.DeliveryTables;
import io.textonce.delivery.OutcomeRepository;
import io.textonce.delivery.TestDatabase;
import io.textonce.message.Sms;
import io.textonce.settings.TextOnceProperties.Unknown;
import io.textonce.twilio.SkewedTwilio;
import io.textonce.twilio.TwilioFailure;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Twilio's clock is not ours, its answers are lost, and no callback comes: the list alone shows what it has. */
class ClockSkewTest {

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final String SENDER = "+15551234567";
    private static final String NUMBER = "+15558675300";
    private static final String TEXT = "Your order 7 has shipped.";

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static DeliveryTables tables;
    private static CamelContext context;

    @BeforeAll
    static void createTables() {
        jdbc = new JdbcTemplate(DATABASE);
        tables = DeliveryTables.migrate(DATABASE, LEASE);
        context = new DefaultCamelContext();
    }

    /** Which other deliveries have the same text can't be known then. */
    @Test
    void resendsNothingWhoseHashKeyIsNotSetAnyMore() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            twilio.simulator().next(resets().afterRecording());
            send(twilio);
            jdbc.update("UPDATE textonce.deliveries SET phone_hash = ''");

            assertThat(check(twilio, Duration.ofMinutes(5))).isNull();

            assertThat(twilio.simulator().sentTo(NUMBER)).hasSize(1);
            assertThat(delivery()).containsEntry("status", "unknown");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {90, -90, 290, -290})
    void findsATextThatTwilioHas(long ahead) {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ofSeconds(ahead))) {
            twilio.simulator().next(resets().afterRecording());
            send(twilio);

            assertThat(check(twilio, Duration.ofMinutes(5))).isNull();

            assertThat(twilio.simulator().sentTo(NUMBER))
                    .singleElement()
                    .satisfies(text -> assertThat(delivery()).containsEntry("message_sid", text.sid()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {90, -90, 290, -290})
    void sendsATextThatTwilioDoesNotHaveOnceMore(long ahead) {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ofSeconds(ahead))) {
            twilio.simulator().next(answers(500));
            send(twilio);

            assertThat(check(twilio, Duration.ofMinutes(5)))
                    .satisfies(again -> assertThat(again.attempt()).isEqualTo(2));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3600, -3600})
    void neverTakesATextForAbsentWhileTheClocksAreFarApart(long ahead) {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ofSeconds(ahead))) {
            twilio.simulator().next(answers(500));
            send(twilio);

            assertThat(check(twilio, Duration.ofMinutes(5))).isNull();

            assertThat(delivery()).containsEntry("status", DeliveryStatus.UNKNOWN.word());
        }
    }

    /** Our clock was four minutes ahead when it claimed, and is right by now: what was written then is wrong for ever. */
    @Test
    void leavesATextToAPersonWhoseEqualIsTooOldOnlyBecauseAClockWasSet() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            twilio.simulator().next(resets().afterRecording());
            send(twilio);
            jdbc.update("UPDATE textonce.deliveries SET attempted_at = attempted_at + interval '4 min'");

            assertThat(check(twilio, Duration.ofMinutes(5))).isNull();
            assertThat(delivery()).containsEntry("status", DeliveryStatus.UNKNOWN.word());

            assertThat(check(twilio, Duration.ofHours(7))).isNull();
            assertThat(delivery())
                    .containsEntry("status", DeliveryStatus.HELD.word())
                    .containsEntry("due_at", null)
                    .hasEntrySatisfying(
                            "reason", reason -> assertThat((String) reason).contains("An operator must decide"));
        }
    }

    /** A list that was read before the window was over may lack a message that is there by now. */
    @Test
    void sendsATextAgainOnlyByAListThatWasReadAfterTheWindow() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            twilio.simulator().next(resets());
            send(twilio);

            assertThat(check(twilio, Duration.ofSeconds(150), Duration.ofSeconds(45)))
                    .isNull();
            assertThat(delivery()).containsEntry("status", DeliveryStatus.UNKNOWN.word());

            assertThat(check(twilio, Duration.ofSeconds(150), Duration.ofSeconds(15)))
                    .isNotNull();
        }
    }

    /** Until then its message may be another's of the same text, which is not in the list yet. */
    @Test
    void checksAgainAsSoonAsTheMessageOfAnotherWithTheSameTextMustBeListed() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            loseTwo(twilio);

            assertThat(check(twilio, Duration.ofSeconds(160))).isNull();

            assertThat(jdbc.queryForMap(
                            "SELECT status, due_at < now() + interval '30 s' AS is_soon FROM textonce.deliveries"
                                    + " WHERE event_id = 'event-1'"))
                    .containsEntry("status", DeliveryStatus.UNKNOWN.word())
                    .containsEntry("is_soon", true);
        }
    }

    /** Its first message was found, and that of its second attempt may still be in no list. */
    @Test
    void resendsNothingWhileTheSecondMessageOfAnotherMayNotBeListed() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            loseTwo(twilio);
            jdbc.update(
                    "UPDATE textonce.deliveries SET status = 'accepted', message_sid = 'SM1', body = NULL, attempt = 2"
                            + " WHERE event_id = 'event-2'");

            assertThat(check(twilio, Duration.ofSeconds(160))).isNull();

            assertThat(jdbc.queryForObject(
                            "SELECT status FROM textonce.deliveries WHERE event_id = 'event-1'", String.class))
                    .isEqualTo(DeliveryStatus.UNKNOWN.word());
        }
    }

    /** An operator may find out that the listed message is that one's. */
    @Test
    void takesNoMessageThatMayBelongToADeliveryOfAnOperator() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            twilio.simulator().next(resets().afterRecording());
            send(twilio);
            jdbc.update("UPDATE textonce.deliveries SET status = 'held'");
            ClaimedEvent.claim(tables, context, "event-2", "", NUMBER, TEXT).orElseThrow();
            jdbc.update("UPDATE textonce.deliveries SET status = 'unknown' WHERE event_id = 'event-2'");

            assertThat(check(twilio, Duration.ofMinutes(5))).isNull();

            assertThat(jdbc.queryForMap(
                            "SELECT status, message_sid FROM textonce.deliveries WHERE event_id = 'event-2'"))
                    .containsEntry("status", DeliveryStatus.UNKNOWN.word())
                    .containsEntry("message_sid", null);
        }
    }

    @Test
    void endsAMessageWhoseNumberWasErased() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            twilio.simulator().next(resets());
            send(twilio);
            jdbc.update("UPDATE textonce.deliveries SET phone = NULL, body = NULL");

            assertThat(check(twilio, Duration.ofMinutes(5))).isNull();

            assertThat(delivery()).containsEntry("status", DeliveryStatus.CANCELED.word());
        }
    }

    @Test
    void findsATextThoughAClockWasSetByLessThanAMinute() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            twilio.simulator().next(resets().afterRecording());
            send(twilio);
            jdbc.update("UPDATE textonce.deliveries SET attempted_at = attempted_at + interval '50 s'");

            assertThat(check(twilio, Duration.ofMinutes(5))).isNull();

            assertThat(delivery().get("message_sid"))
                    .isEqualTo(twilio.simulator().sentTo(NUMBER).get(0).sid());
        }
    }

    /** Twilio rejects a time that has passed. */
    @Test
    void sendsAtOnceWhatWasPlannedForATimeThatHasPassed() {
        try (var twilio = new SkewedTwilio(SENDER, Duration.ZERO)) {
            twilio.simulator().next(resets());
            send(twilio);
            jdbc.update("UPDATE textonce.deliveries SET twilio_options = 'sendAt=2026-01-01T00:00:00Z'");

            var again = checked(twilio, Duration.ofMinutes(5), Duration.ZERO);

            assertThat(again.getVariable("delivery", Delivery.class)).isNotNull();
            assertThat(again.getVariable("sms", Sms.class).sendAt()).isNull();
        }
    }

    /** Two messages of one text, with unknown outcomes since 160 s; Twilio has neither. */
    private static void loseTwo(SkewedTwilio twilio) {
        twilio.simulator().next(resets());
        send(twilio);
        ClaimedEvent.claim(tables, context, "event-2", "", NUMBER, TEXT).orElseThrow();
        jdbc.update("UPDATE textonce.deliveries SET attempted_at = now() - interval '160 s', status = 'unknown'");
    }

    private static void send(SkewedTwilio twilio) {
        jdbc.update("TRUNCATE textonce.deliveries, textonce.delivery_events");
        var claimed =
                ClaimedEvent.claim(tables, context, "event-1", "", NUMBER, TEXT).orElseThrow();
        assertThatThrownBy(() -> twilio.post(NUMBER, TEXT)).isInstanceOf(TwilioFailure.Unclear.class);
        try (var outcomes = new OutcomeRepository(jdbc)) {
            outcomes.record(new OutcomeRepository.Outcome(
                    claimed.id(), claimed.attempt(), DeliveryStatus.UNKNOWN, null, null, "lost", Duration.ZERO));
        }
    }

    /**
     * Looks once, as if the answer had been lost that long ago.
     *
     * @return the attempt that is to be posted, or null
     */
    private static @Nullable Delivery check(SkewedTwilio twilio, Duration later) {
        return check(twilio, later, Duration.ZERO);
    }

    /** @param age of the list */
    private static @Nullable Delivery check(SkewedTwilio twilio, Duration later, Duration age) {
        return checked(twilio, later, age).getVariable("delivery", Delivery.class);
    }

    private static Exchange checked(SkewedTwilio twilio, Duration later, Duration age) {
        jdbc.update(
                "UPDATE textonce.deliveries SET due_at = now(), unknown_since = now() - CAST(? AS interval)",
                later.toString());
        var settings = TestSettings.with(
                LEASE, new Unknown(Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofSeconds(100)));
        var reconciliation = TestReconciliation.of(
                tables,
                (due, since) -> new SharedList.Listed(twilio.messages().sentTo(due.phone(), since), age),
                twilio.clock()::skew,
                settings);
        var exchange = new DefaultExchange(context);
        exchange.getMessage().setBody(tables.leases().unknown(1).get(0));
        reconciliation.check(exchange);
        return exchange;
    }

    private static Map<String, Object> delivery() {
        return jdbc.queryForMap("SELECT * FROM textonce.deliveries");
    }
}
