package io.textonce.delivery;

import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.delivery.DeliveryStatus.RESERVED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.event.EventRejected;
import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.settings.CapSettings;
import io.textonce.settings.CapSettings.AtLimit;
import io.textonce.settings.CapSettings.Period;
import io.textonce.settings.CapSettings.Unit;
import io.textonce.settings.FrequencySettings;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Caps of several instances on one database. */
@SandboxTest
class CapsTest {

    /** Noon of tomorrow: no period ends while the tests run, and what is held is not due. */
    private static final Instant NOON =
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(36));

    private static final FrequencySettings NO_FREQUENCY = new FrequencySettings(0, Set.of());
    private static final String SENDER = "+15550001111";

    private final String name = "cap-" + UUID.randomUUID().toString().substring(0, 8);
    private final PhoneHash hash = new PhoneHash(new byte[32]);
    private final List<ClaimRepository> repositories = new ArrayList<>();
    private Sandbox sandbox;
    private JdbcTemplate jdbc;

    @BeforeEach
    void open(Sandbox sandbox) {
        this.sandbox = sandbox;
        jdbc = sandbox.database();
    }

    @AfterEach
    void close() {
        repositories.forEach(ClaimRepository::close);
        jdbc.update("DELETE FROM textonce.deliveries WHERE source = ?", name);
    }

    @Test
    void letsOneOfTwoClaimsHaveTheLast() {
        for (int round = 0; round < 10; round++) {
            var cap = cap(name + "-" + round, 1, Unit.MESSAGES, AtLimit.HOLD);
            var here = instance(List.of(cap), NO_FREQUENCY);
            var there = instance(List.of(cap), NO_FREQUENCY);
            var start = new CyclicBarrier(2);

            var statuses = List.of(here, there).stream()
                    .map(instance -> run(() -> {
                        start.await();
                        return status(instance.claim(sms("order-shipped", sandbox.newNumber())));
                    }))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(statuses).containsExactlyInAnyOrder(RESERVED, HELD);
        }
    }

    @Test
    void countsExactlyOverAllInstances() {
        var caps = List.of(
                cap(name + "-a", 40, Unit.MESSAGES, AtLimit.HOLD), cap(name + "-b", 70, Unit.SEGMENTS, AtLimit.HOLD));
        var instances = IntStream.range(0, 4)
                .mapToObj(i -> instance(caps, NO_FREQUENCY))
                .toList();

        var statuses = IntStream.range(0, 100)
                .mapToObj(i -> run(() -> status(instances.get(i % 4).claim(sms("order-shipped", sandbox.newNumber())))))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(Collections.frequency(statuses, RESERVED)).isEqualTo(40);
        assertThat(Collections.frequency(statuses, HELD)).isEqualTo(60);
        assertThat(used(name + "-a")).isEqualTo(40);
        assertThat(used(name + "-b")).isEqualTo(40);
        assertThat(sum("quota", name + "-b")).isLessThanOrEqualTo(70);
    }

    @Test
    void countsDuplicatesOfAllInstancesOnceWhileTheLimitIsReached() {
        var caps = List.of(
                cap(name + "-a", 150, Unit.MESSAGES, AtLimit.HOLD), cap(name + "-b", 90, Unit.MESSAGES, AtLimit.HOLD));
        var instances = IntStream.range(0, 4)
                .mapToObj(i -> instance(caps, NO_FREQUENCY))
                .toList();
        var events = IntStream.range(0, 120)
                .mapToObj(i -> sms("order-shipped", sandbox.newNumber()))
                .toList();

        instances.stream()
                .flatMap(instance -> events.stream().map(sms -> run(() -> instance.claim(sms))))
                .toList()
                .forEach(CompletableFuture::join);

        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM textonce.deliveries WHERE source = ? AND status = 'reserved'",
                        Long.class,
                        name))
                .isEqualTo(90);
        assertThat(used(name + "-a")).isEqualTo(90);
        assertThat(used(name + "-b")).isEqualTo(90);
    }

    /** One that had the key first would wait for the counters of another that waits for the key. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void locksCountersBeforeItTakesAKey(int messagesPerDay) {
        var cap = cap(name, 10, Unit.MESSAGES, AtLimit.HOLD);
        var instance = instance(List.of(cap), new FrequencySettings(messagesPerDay, Set.of()));
        var other = instance(List.of(), NO_FREQUENCY);
        var sms = sms("order-shipped", sandbox.newNumber());
        instance.claim(sms("order-shipped", sandbox.newNumber()));

        var waiting = transactions().execute(status -> {
            jdbc.queryForList("SELECT FROM textonce.cap_counters WHERE name = ? FOR UPDATE", name);
            var claim = run(() -> instance.claim(sms));
            await().until(() -> jdbc.queryForObject("SELECT count(*) FROM pg_locks WHERE NOT granted", Long.class) > 0);
            assertThat(run(() -> status(other.claim(sms)))).succeedsWithin(Duration.ofSeconds(10));
            return claim;
        });

        assertThat(waiting.join().getVariable("delivery", Delivery.class).duplicate())
                .isTrue();
        assertThat(used(name)).isEqualTo(1);
    }

    @Test
    void waitsForNoCounterWithAMessageThatIsHeld() {
        var instance = instance(List.of(cap(name, 1, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        var later = SendDecision.held(Instant.now().plusSeconds(600), "Held");

        transactions().executeWithoutResult(status -> {
            jdbc.queryForList("SELECT FROM textonce.cap_counters WHERE name = ? FOR UPDATE", name);
            assertThat(run(() -> status(instance.claim(sms("order-shipped", sandbox.newNumber()), later))))
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo(HELD);
        });
    }

    @Test
    void makesCountersAnewThatTheDatabaseHasForgotten() {
        var cap = cap(name, 2, Unit.MESSAGES, AtLimit.HOLD);
        var instance = instance(List.of(cap), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        jdbc.update("DELETE FROM textonce.caps WHERE name = ?", name);

        assertThat(status(instance.claim(sms("order-shipped", sandbox.newNumber()))))
                .isEqualTo(RESERVED);
        assertThat(used(name)).isEqualTo(1);
        jdbc.update("DELETE FROM textonce.caps WHERE name = ?", name);
        assertThat(actions(cap).raise(name, 1, null)).isTrue();
    }

    @Test
    void countsAMessageOnceAndNoDuplicate() {
        var instance = instance(List.of(cap(name, 10, Unit.SEGMENTS, AtLimit.HOLD)), NO_FREQUENCY);
        var sms = sms("order-shipped", sandbox.newNumber(), "x".repeat(170));

        instance.claim(sms);
        var again = instance.claim(sms);

        assertThat(again.getVariable("delivery", Delivery.class).duplicate()).isTrue();
        assertThat(used(name)).isEqualTo(2);
    }

    /** With a limit of two all counters are locked, with a larger one the claim itself counts. */
    @ParameterizedTest
    @ValueSource(ints = {2, 1000})
    void countsARejectedMessageThatIsClaimedAgainOnce(int limit) {
        var instance = instance(List.of(cap(name, limit, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        var sms = sms("order-shipped", sandbox.newNumber());
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        instance.claim(sms);
        jdbc.update("UPDATE textonce.deliveries SET status = 'rejected' WHERE event_id = ?", sms.eventId());

        assertThat(status(instance.claim(sms))).isEqualTo(RESERVED);
        assertThat(used(name)).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 1000})
    void doesNotCountAMessageToAPersonWhoHasOptedOut(int limit) {
        var instance = instance(List.of(cap(name, limit, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        var sms = sms("order-shipped", sandbox.newNumber());
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        jdbc.update(
                "INSERT INTO textonce.opt_outs (phone_hash, sender, source) VALUES (?, ?, 'test')",
                hash.of(sms.phone()),
                SENDER);

        assertThat(status(instance.claim(sms))).isEqualTo(REJECTED);
        assertThat(used(name)).isEqualTo(1);
    }

    @Test
    void claimsNothingUnlessEachCapHasRoom() {
        var caps = List.of(
                cap(name + "-a", 1, Unit.MESSAGES, AtLimit.HOLD), cap(name + "-b", 1000, Unit.MESSAGES, AtLimit.HOLD));
        var instance = instance(caps, NO_FREQUENCY);

        assertThat(status(instance.claim(sms("order-shipped", sandbox.newNumber()))))
                .isEqualTo(RESERVED);
        assertThat(status(instance.claim(sms("order-shipped", sandbox.newNumber()))))
                .isEqualTo(HELD);
        assertThat(used(name + "-b")).isEqualTo(1);
    }

    @Test
    void countsAHeldMessageWhenItIsSent() {
        var instance = instance(List.of(cap(name, 1, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        var held = sms("order-shipped", sandbox.newNumber());
        var later = SendDecision.held(Instant.now().plusSeconds(600), "Held");

        var delivery = instance.claim(held, later).getVariable("delivery", Delivery.class);
        assertThat(used(name)).isZero();
        jdbc.update("UPDATE textonce.deliveries SET status = 'reserved' WHERE id = ?", delivery.id());

        assertThat(instance.caps.admit(delivery, held, NOON).isSend()).isTrue();
        assertThat(instance.caps.admit(delivery, held, NOON).isSend()).isTrue();
        assertThat(used(name)).isEqualTo(1);
        assertThat(status(instance.claim(sms("order-shipped", sandbox.newNumber()))))
                .isEqualTo(HELD);
    }

    /** By an instance's own clock that is behind it would be held until a time that is past, and due again at once. */
    @Test
    void countsAHeldMessageByTheClockThatCalledItDue() {
        var midnight = NOON.plus(Duration.ofHours(12));
        var instance = instance(List.of(cap(name, 1, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        var held = sms("order-shipped", sandbox.newNumber());
        var delivery = instance.claim(held).getVariable("delivery", Delivery.class);
        assertThat(sandbox.delivery(held.eventId())).containsEntry("due_at", Timestamp.from(midnight));
        jdbc.update("UPDATE textonce.deliveries SET status = 'reserved' WHERE id = ?", delivery.id());

        assertThat(instance.caps.admit(delivery, held, midnight).isSend()).isTrue();
    }

    @Test
    void endsAHeldMessageThatIsCanceledWhileItIsLeased() {
        var instance = instance(List.of(cap(name, 1, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        var held = sms("order-shipped", sandbox.newNumber());
        var delivery = instance.claim(held, SendDecision.held(NOON, "quiet")).getVariable("delivery", Delivery.class);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        jdbc.update(
                "UPDATE textonce.deliveries SET status = 'reserved', cancel_requested_at = now() WHERE id = ?",
                delivery.id());

        assertThat(instance.caps.admit(delivery, held, NOON).isSend()).isFalse();
        assertThat(jdbc.queryForMap("SELECT status, due_at, body FROM textonce.deliveries WHERE id = ?", delivery.id()))
                .containsEntry("status", "canceled")
                .containsEntry("due_at", null)
                .containsEntry("body", null);
    }

    @Test
    void holdsUntilTheNextPeriodAndSaysSo() {
        var instance = instance(List.of(cap(name, 1, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        var over = sms("order-shipped", sandbox.newNumber());

        instance.claim(over);

        assertThat(sandbox.delivery(over.eventId()))
                .containsEntry("status", "held")
                .containsEntry("reason", "Over the limit of the cap " + name)
                .containsEntry("counted_at", null)
                .extractingByKey("due_at")
                .hasToString(Timestamp.from(NOON.plus(Duration.ofHours(12))).toString());
        assertThat(sandbox.timeline(over.eventId()))
                .extracting(entry -> entry.get("detail"))
                .contains("Over the limit of the cap " + name);
    }

    @Test
    void rejectsWhereThePolicySaysSoAndLetsTheEventTryAgain() {
        var cap = cap(name, 1, Unit.MESSAGES, AtLimit.REJECT);
        var instance = instance(List.of(cap), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        var over = sms("order-shipped", sandbox.newNumber());

        var rejected = instance.claim(over);
        actions(cap).raise(name, 1, null);
        var again = instance.claim(over);

        assertThat(status(rejected)).isEqualTo(REJECTED);
        assertThat(rejected.getVariable("rejection", EventRejected.class).error())
                .isEqualTo("cap_reached");
        assertThat(status(again)).isEqualTo(RESERVED);
        assertThat(used(name)).isEqualTo(2);
    }

    @Test
    void sendsUrgentMessagesOverTheLimitAndCountsThem() {
        var instance = instance(List.of(cap(name, 1, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        var urgent = sms("order-shipped", sandbox.newNumber());
        urgent.policy().setUrgent(true);

        assertThat(status(instance.claim(urgent))).isEqualTo(RESERVED);
        assertThat(used(name)).isEqualTo(2);
    }

    @Test
    void countsOnlyTheMessagesThatItIsFor() {
        var german = new CapSettings(
                Set.of("order-shipped"),
                Set.of("shop"),
                Set.of("DE"),
                Set.of(SENDER),
                Period.MONTH,
                Unit.MESSAGES,
                10,
                AtLimit.HOLD,
                true);
        var instance = instance(List.of(new Cap(name, german, ZoneOffset.UTC)), NO_FREQUENCY);

        instance.claim(sms("order-shipped", "+4915112345678"));
        instance.claim(sms("order-delayed", "+4915112345678"));
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        instance.claim(sms("order-shipped", "+4915112345678", "text", null));

        assertThat(used(name)).isEqualTo(1);
        assertThat(jdbc.queryForObject(
                        "SELECT min(starts_at) FROM textonce.caps WHERE name = ?", Timestamp.class, name))
                .isEqualTo(Timestamp.from(NOON.atZone(ZoneOffset.UTC)
                        .truncatedTo(ChronoUnit.DAYS)
                        .withDayOfMonth(1)
                        .toInstant()));
    }

    @Test
    void notifiesSubscribersOnceAtEightyPercentAndOnceAtTheLimit() {
        var instance = instance(List.of(cap(name, 10, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        var counts = new ArrayList<Integer>();

        for (int i = 1; i <= 12; i++) {
            instance.claim(sms("order-shipped", sandbox.newNumber()));
            counts.add(notices().size());
        }

        assertThat(counts).containsExactly(0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2);
        assertThat(notices()).extracting(notice -> notice.get("status")).containsExactly("warned", "reached");
        assertThat((String) notices().get(0).get("detail"))
                .contains("\"used\":8", "\"limit\":10", "\"unit\":\"messages\"");
    }

    @Test
    void actsOnceForTwoOperatorsWhoSawTheSame() {
        var cap = cap(name, 10, Unit.MESSAGES, AtLimit.HOLD);
        var instance = instance(List.of(cap), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        String seen = actions(cap).states().get(0).version();
        instance.claim(sms("order-shipped", sandbox.newNumber()));

        assertThat(actions(cap).reset(name, seen)).isTrue();
        assertThatThrownBy(() -> actions(cap).reset(name, seen)).isInstanceOf(EventRejected.class);
        String zero = actions(cap).states().get(0).version();
        assertThat(actions(cap).raise(name, 5, zero)).isTrue();
        assertThatThrownBy(() -> actions(cap).raise(name, 5, zero)).isInstanceOf(EventRejected.class);

        assertThat(actions(cap).states().get(0).limit()).isEqualTo(15);
        assertThatThrownBy(() -> actions(cap).raise(name, 5, "1/10/0")).isInstanceOf(EventRejected.class);
    }

    @Test
    void sendsWhatItHoldsWhenItIsRaisedOrReset() {
        var cap = cap(name, 1, Unit.MESSAGES, AtLimit.HOLD);
        var instance = instance(List.of(cap), NO_FREQUENCY);
        instance.claim(sms("order-shipped", sandbox.newNumber()));
        var over = sms("order-shipped", sandbox.newNumber());
        instance.claim(over);

        assertThat(actions(cap).reset(name, null)).isTrue();

        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM textonce.deliveries WHERE event_id = ? AND status = 'held' AND due_at > now()",
                        Long.class,
                        over.eventId()))
                .isZero();
        assertThat(used(name)).isZero();
        assertThat(actions(cap).raise("none", 1, null)).isFalse();
        assertThat(actions(cap).states())
                .singleElement()
                .satisfies(state -> assertThat(state.limit()).isEqualTo(1));
    }

    @Test
    void appliesALimitThatWasLowered() {
        instance(List.of(cap(name, 100, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY)
                .claim(sms("order-shipped", sandbox.newNumber()));

        var after = instance(List.of(cap(name, 2, Unit.MESSAGES, AtLimit.HOLD)), NO_FREQUENCY);
        var statuses = IntStream.range(0, 3)
                .mapToObj(i -> status(after.claim(sms("order-shipped", sandbox.newNumber()))))
                .toList();

        assertThat(statuses).containsExactly(RESERVED, HELD, HELD);
    }

    @Test
    void letsAPersonHaveSoManyMessagesADay() {
        var frequency = new FrequencySettings(1, Set.of("codes"));
        var here = instance(List.of(), frequency);
        var there = instance(List.of(), frequency);
        for (int round = 0; round < 5; round++) {
            String number = sandbox.newNumber();
            var start = new CyclicBarrier(2);

            var statuses = List.of(here, there).stream()
                    .map(instance -> run(() -> {
                        start.await();
                        return status(instance.claim(sms("order-shipped", number)));
                    }))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(statuses).containsExactlyInAnyOrder(RESERVED, HELD);
            var code = sms("order-shipped", number);
            code.policy().setPurpose("codes");
            assertThat(status(here.claim(code))).isEqualTo(RESERVED);
        }
    }

    @Test
    void holdsAMessageTooManyUntilADayAfterTheOldest() {
        var instance = instance(List.of(), new FrequencySettings(1, Set.of()));
        String number = sandbox.newNumber();
        instance.claim(sms("order-shipped", number));
        var second = sms("order-shipped", number);

        instance.claim(second);

        assertThat(((Timestamp) sandbox.delivery(second.eventId()).get("due_at")).toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofHours(23)), Instant.now().plus(Duration.ofHours(25)));
        assertThat(sandbox.delivery(second.eventId()))
                .containsEntry("reason", "The person has had 1 messages in 24 hours");
    }

    /** A day of 23 hours, in the database's session: such as that of the JVM's time zone after the clocks went forward. */
    @Test
    void countsTwentyFourHoursWhenTheClocksWereChanged() throws SQLException {
        var change = OffsetDateTime.now(ZoneOffset.UTC).minusHours(2);
        int day = change.getDayOfYear() - 1;
        try (var connection = jdbc.getDataSource().getConnection()) {
            jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            jdbc.execute("SET TimeZone = 'STD0DST,%d/%d,%d/0'".formatted(day, change.getHour(), (day + 180) % 365));
            var instance = instance(List.of(), new FrequencySettings(1, Set.of()));
            String number = sandbox.newNumber();
            var first = sms("order-shipped", number);
            instance.claim(first);
            jdbc.update(
                    "UPDATE textonce.deliveries SET counted_at = now() - interval '23.5 h',"
                            + " attempted_at = now() - interval '23.5 h' WHERE event_id = ?",
                    first.eventId());

            assertThat(status(instance.claim(sms("order-shipped", number)))).isEqualTo(HELD);

            jdbc.execute("RESET TimeZone");
            jdbc = sandbox.database();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Sent an hour ago, long after it was counted.
        "reserved, 10 m, 1 h, HELD",
        // Counted, and to be sent in 10 minutes.
        "held, 10 m, 25 h, HELD",
        // Left to an operator.
        "held, , 25 h, RESERVED"
    })
    void countsAMessageForItsPersonWhenItIsSent(String status, String dueIn, String attempted, DeliveryStatus next) {
        var instance = instance(List.of(), new FrequencySettings(1, Set.of()));
        String number = sandbox.newNumber();
        var first = sms("order-shipped", number);
        instance.claim(first);
        jdbc.update(
                "UPDATE textonce.deliveries SET status = ?, due_at = now() + CAST(? AS interval),"
                        + " counted_at = now() - interval '25 h', attempted_at = now() - CAST(? AS interval)"
                        + " WHERE event_id = ?",
                status,
                dueIn,
                attempted,
                first.eventId());

        assertThat(status(instance.claim(sms("order-shipped", number)))).isEqualTo(next);
    }

    /** Rejected by Twilio, and so not counted for the person, who has got another one since. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void holdsAMessageTooManyThatIsSentAgain(boolean isResent) {
        var instance = instance(List.of(cap(name, 9, Unit.MESSAGES, AtLimit.HOLD)), new FrequencySettings(1, Set.of()));
        String number = sandbox.newNumber();
        var first = sms("order-shipped", number);
        var claimed = instance.claim(first).getVariable("delivery", Delivery.class);
        jdbc.update(
                "UPDATE textonce.deliveries SET status = 'rejected', due_at = NULL WHERE event_id = ?",
                first.eventId());
        assertThat(status(instance.claim(sms("order-shipped", number)))).isEqualTo(RESERVED);

        if (isResent) {
            jdbc.update("UPDATE textonce.deliveries SET status = 'reserved' WHERE event_id = ?", first.eventId());
            instance.caps.admit(claimed, first, Instant.now());
        } else {
            instance.claim(first);
        }

        assertThat(sandbox.delivery(first.eventId()))
                .containsEntry("status", "held")
                .containsEntry("reason", "The person has had 1 messages in 24 hours");
    }

    /** As when an operator resends all that Twilio rejected for a mistake in the account: one is sent a day, and counted once. */
    @Test
    void sendsOneOfSeveralMessagesThatAreSentAgain() {
        var instance = instance(List.of(cap(name, 9, Unit.MESSAGES, AtLimit.HOLD)), new FrequencySettings(1, Set.of()));
        String number = sandbox.newNumber();
        var rejected = new LinkedHashMap<Sms, Delivery>();
        for (int i = 0; i < 3; i++) {
            var sms = sms("order-shipped", number);
            rejected.put(sms, instance.claim(sms).getVariable("delivery", Delivery.class));
            jdbc.update("UPDATE textonce.deliveries SET status = 'rejected' WHERE event_id = ?", sms.eventId());
        }
        rejected.keySet()
                .forEach(sms -> jdbc.update(
                        "UPDATE textonce.deliveries SET status = 'reserved' WHERE event_id = ?", sms.eventId()));

        assertThat(sent(instance, rejected)).isEqualTo(1);

        for (int day = 2; day <= 3; day++) {
            jdbc.update(
                    "UPDATE textonce.deliveries SET due_at = now() + interval '1 h',"
                            + " attempted_at = attempted_at - interval '25 h', counted_at = counted_at - interval '25 h'"
                            + " WHERE source = ?",
                    name);
            var held = new LinkedHashMap<>(rejected);
            held.keySet()
                    .removeIf(sms ->
                            !"held".equals(sandbox.delivery(sms.eventId()).get("status")));
            long sent = 0;
            for (var each : held.entrySet()) {
                jdbc.update(
                        "UPDATE textonce.deliveries SET status = 'reserved', attempted_at = now() WHERE event_id = ?",
                        each.getKey().eventId());
                sent += sent(instance, Map.of(each.getKey(), each.getValue()));
            }

            assertThat(sent).as("day %s", day).isEqualTo(1);
        }
        assertThat(used(name)).isEqualTo(3);
    }

    private static long sent(Instance instance, Map<Sms, Delivery> leased) {
        return leased.entrySet().stream()
                .filter(each -> instance.caps
                        .admit(each.getValue(), each.getKey(), Instant.now())
                        .isSend())
                .count();
    }

    private List<Map<String, Object>> notices() {
        return jdbc.queryForList(
                "SELECT status, detail FROM textonce.delivery_events WHERE kind = 'cap' AND detail LIKE ? ORDER BY id",
                "%\"" + name + "\"%");
    }

    private long used(String cap) {
        return sum("used", cap);
    }

    private long sum(String column, String cap) {
        return jdbc.queryForObject(
                "SELECT coalesce(sum(" + column + "), 0) FROM textonce.cap_counters WHERE name = ?", Long.class, cap);
    }

    private CapActions actions(Cap cap) {
        return new CapActions(jdbc, transactions(), List.of(cap), Clock.fixed(NOON, ZoneOffset.UTC));
    }

    private TransactionTemplate transactions() {
        return new TransactionTemplate(new JdbcTransactionManager(jdbc.getDataSource()));
    }

    private static Cap cap(String name, long limit, Unit unit, AtLimit atLimit) {
        return new Cap(
                name,
                new CapSettings(Set.of(), Set.of(), Set.of(), Set.of(), Period.DAY, unit, limit, atLimit, true),
                ZoneOffset.UTC);
    }

    private Instance instance(List<Cap> caps, FrequencySettings frequency) {
        var counting = new Caps(
                jdbc,
                transactions(),
                caps,
                new CapCounters(jdbc),
                new FrequencyCap(jdbc, frequency),
                hash,
                new SimpleMeterRegistry(),
                Clock.fixed(NOON, ZoneOffset.UTC));
        var repository = new ClaimRepository(jdbc, counting, new PhoneNumbers(), Duration.ofMinutes(1), true);
        repositories.add(repository);
        var claims = new IdempotentClaims(
                repository,
                hash,
                Duration.ofMinutes(1),
                sandbox.context().getBean(SendAdmission.class),
                new WriteMemory(Duration.ZERO),
                () -> {},
                Clock.systemUTC());
        return new Instance(counting, claims, sandbox.context().getBean(CamelContext.class));
    }

    private Sms sms(String event, String number) {
        return sms(event, number, "text");
    }

    private Sms sms(String event, String number, String text) {
        return sms(event, number, text, "shop");
    }

    private Sms sms(String event, String number, String text, String client) {
        var policy = new SendPolicy();
        policy.setEvent(event);
        policy.setPurpose("order-updates");
        String id = sandbox.newEventId();
        return new Sms(
                event,
                id,
                id.getBytes(StandardCharsets.UTF_8),
                number,
                text,
                List.of(),
                Instant.EPOCH,
                null,
                policy,
                SENDER,
                null,
                name,
                client,
                null,
                null,
                null,
                null);
    }

    private static DeliveryStatus status(Exchange claimed) {
        return claimed.getVariable("delivery", Delivery.class).status();
    }

    private static <T> CompletableFuture<T> run(Callable<T> task) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return task.call();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                call -> new Thread(call).start());
    }

    /** One of the processes that share the database. */
    private record Instance(Caps caps, IdempotentClaims claims, CamelContext camel) {

        Exchange claim(Sms sms) {
            return claim(sms, SendDecision.SEND);
        }

        Exchange claim(Sms sms, SendDecision decision) {
            var exchange = new DefaultExchange(camel);
            exchange.setVariable("sms", sms);
            exchange.setVariable("decision", decision);
            claims.add(exchange, sms.key());
            return exchange;
        }
    }
}
