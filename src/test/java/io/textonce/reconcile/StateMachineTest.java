package io.textonce.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.Cancellations;
import io.textonce.delivery.ClaimedEvent;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.DeliveryTables;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.Histories;
import io.textonce.delivery.OutcomeRepository;
import io.textonce.delivery.StatusRepository;
import io.textonce.delivery.TestDatabase;
import io.textonce.sandbox.ProofSize;
import io.textonce.sandbox.TwilioMessage;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TextOnceProperties.Unknown;
import io.textonce.twilio.TwilioClock.Skew;
import io.textonce.twilio.TwilioFailures;
import io.textonce.twilio.TwilioMessages.Seen;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Drives the state machine, over the real table and the real statements, with answers, callbacks, lists and crashes in
 * random order; some texts are planned for later, some are called off, some are refused; two senders send equal texts to
 * the same numbers, and Twilio's clock is minutes away. Twilio is honest here: a message is in its list before the
 * horizon is over, though it does not show all texts. Then a status never falls, a SID is bound once, no event gets a
 * second text, and in the end every event has had one, but for those that were called off in time or refused, and those
 * that a person dropped, since Twilio has a message that may be theirs. The same when the database is set back in the
 * middle of it, and all events are repeated.
 */
@Tag("slow")
class StateMachineTest {

    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration HORIZON = Duration.ofMinutes(2);
    private static final Duration MOST_LAG = Duration.ofSeconds(90);

    /** From the last check of the lease until Twilio has the message. With the lag it is as long as the horizon. */
    private static final Duration MOST_FLIGHT = HORIZON.minus(MOST_LAG);

    private static final TextOnceProperties SETTINGS =
            TestSettings.with(LEASE, new Unknown(Duration.ofSeconds(5), HORIZON, MOST_LAG));

    private static final String DEFAULT_SERVICE = "MG000000000000000000000000000000bb";
    private static final String SERVICE = "MG000000000000000000000000000000aa";
    private static final List<String> STATUSES = List.of("queued", "sending", "sent", "delivered", "undelivered");

    @RegisterExtension
    private static final TestDatabase DATABASE = new TestDatabase();

    private static JdbcTemplate jdbc;
    private static DeliveryTables tables;
    private static CamelContext context;
    private static OutcomeRepository outcomes;
    private static StatusRepository reports;
    private static Cancellations cancellations;

    private Random random = new Random();
    private final List<Text> twilio = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final Map<UUID, String> seenStatus = new HashMap<>();
    private final Map<UUID, String> seenSid = new HashMap<>();
    private final HashSet<UUID> freed = new HashSet<>();
    private final Map<String, Sms> requested = new HashMap<>();
    private Duration skew = Duration.ZERO;
    private final HashSet<String> decided = new HashSet<>();
    private int nextEvent;
    private Instant restoredTo;
    private Duration passed = Duration.ZERO;

    @BeforeAll
    static void createTables() throws IOException {
        DATABASE.setConnectionInitSql("SET synchronous_commit = off");
        jdbc = new JdbcTemplate(DATABASE);
        tables = DeliveryTables.migrate(DATABASE, LEASE);
        context = new DefaultCamelContext();
        outcomes = new OutcomeRepository(jdbc);
        reports = new StatusRepository(jdbc);
        cancellations = DeliveryTables.cancellations(DATABASE);
    }

    private void restart() {
        tables.close();
        tables = DeliveryTables.of(DATABASE, LEASE, restoredTo);
    }

    static Stream<Long> seeds() {
        return LongStream.concat(LongStream.range(0, ProofSize.LARGE ? 24 : 8), LongStream.of(System.nanoTime()))
                .boxed();
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void neverSendsTwiceAndNeverLosesAText(long seed) {
        begin(seed);

        for (int step = 0; step < 80; step++) {
            randomStep(14);
            checkInvariants();
            if (step % 10 == 0) {
                checkTimelines();
            }
        }
        settle();

        checkInvariants();
        checkTimelines();
        checkTheEnd();
    }

    /** Twilio's clock is right, or wrong by as much as may be. */
    private void begin(long seed) {
        random = new Random(seed);
        jdbc.update("TRUNCATE textonce.deliveries, textonce.delivery_events");
        skew = Duration.ofSeconds(List.of(0, 90, -90, 290, -290).get(random.nextInt(5)));
    }

    static Stream<Long> fewSeeds() {
        return seeds().skip(ProofSize.LARGE ? 18 : 6);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("fewSeeds")
    void neverSendsTwiceAndNeverLosesATextWhenTheDatabaseIsSetBack(long seed) {
        begin(seed);

        steps(30, 14);
        jdbc.execute("DROP TABLE IF EXISTS backup, backup_events");
        jdbc.execute("CREATE TABLE backup AS TABLE textonce.deliveries");
        jdbc.execute("CREATE TABLE backup_events AS TABLE textonce.delivery_events");
        var backedUpAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
        var atBackup = passed;
        steps(30, 13);
        setBack(backedUpAt, atBackup);
        var events = new ArrayList<>(requested.keySet());
        Collections.shuffle(events, random);
        for (String event : events) {
            repeat(event);
            if (random.nextInt(3) == 0) {
                work();
                checkInvariants();
            }
        }
        steps(30, 13);
        settle();
        restoredTo = null;
        restart();

        checkInvariants();
        checkTimelines();
        checkTheEnd();
    }

    @Test
    void afterARestoreSendsWhatIsNotThereAndLeavesATemplateThatMayBeThereToAPerson() {
        jdbc.update("TRUNCATE textonce.deliveries, textonce.delivery_events, textonce.restores");
        restoredTo = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MICROS);
        restart();
        String other = "+15558675302";
        var template = new Sms("", other, "Of a template");
        twilio.add(new Text(
                TwilioMessage.newSid(), "event-of-before", UUID.randomUUID(), template, passed, Duration.ZERO, false));
        claim("event-0", new Sms("", "+15558675300", "{}"));
        claim("event-1", new Sms("", other, "{}"));
        jdbc.update(
                "UPDATE textonce.deliveries SET on_unknown = 'hold', twilio_options = 'contentSid=HX' || repeat('0', 32)");

        for (int look = 0; look < 100; look++) {
            pass(Duration.ofSeconds(30));
            work();
        }
        restoredTo = null;
        restart();

        assertThat(calls)
                .singleElement()
                .satisfies(call -> assertThat(call.sms.phone).isEqualTo("+15558675300"));
        assertThat(jdbc.queryForMap("SELECT status, due_at FROM textonce.deliveries WHERE event_id = 'event-1'"))
                .containsEntry("status", DeliveryStatus.HELD.word())
                .containsEntry("due_at", null);
    }

    private void checkTheEnd() {
        var sent = textsSent();
        textsWanted(false)
                .forEach((text, wanted) -> assertThat(sent.getOrDefault(text, 0L))
                        .as("how often " + text + " was sent in the end")
                        .isGreaterThanOrEqualTo(wanted));
        assertThat(jdbc.queryForList(
                        "SELECT DISTINCT status FROM textonce.deliveries WHERE status IN ('reserved', 'unknown', 'held')",
                        String.class))
                .isEmpty();
    }

    private void steps(int number, int kinds) {
        for (int step = 0; step < number; step++) {
            randomStep(kinds);
            checkInvariants();
        }
    }

    /** All processes end; the tables are as they were at the time of the backup, which time has left behind. */
    private void setBack(Instant backedUpAt, Duration atBackup) {
        calls.clear();
        seenStatus.clear();
        seenSid.clear();
        freed.clear();
        jdbc.execute("TRUNCATE textonce.deliveries, textonce.delivery_events, textonce.restores");
        jdbc.execute("ALTER TABLE backup DROP COLUMN stage, DROP COLUMN is_urgent");
        jdbc.execute("INSERT INTO textonce.deliveries TABLE backup");
        jdbc.execute("INSERT INTO textonce.delivery_events OVERRIDING SYSTEM VALUE TABLE backup_events");
        var since = passed.minus(atBackup);
        restoredTo = backedUpAt.minus(since);
        age(since);
    }

    private void repeat(String event) {
        var sms = requested.get(event);
        ClaimedEvent.claim(tables, context, event, sms.service, sms.phone, sms.body)
                .ifPresent(delivery -> calls.add(new Call(delivery, event, sms, passed)));
    }

    private void randomStep(int kinds) {
        switch (random.nextInt(kinds)) {
            case 12 -> holdNewEvent();
            case 13 -> cancelAnEvent();
            case 0, 1 -> claimNewEvent();
            case 2 -> claimKnownEvent();
            case 3, 4, 5 -> pickCall().ifPresent(this::proceed);
            case 6 -> pickCall().ifPresent(calls::remove); // the process was killed
            case 7 -> pickText().ifPresent(this::callBack);
            case 8 -> work();
            case 9 -> pass(Duration.ofSeconds(1 + random.nextInt(20)));
            case 10 -> pass(Duration.ofSeconds(20 + random.nextInt(60)));
            default -> pass(Duration.ofMillis(random.nextInt(900)));
        }
    }

    /**
     * Nothing new happens, Twilio behaves, and time goes on until all is quiet: equal texts wait for each other, and at
     * last for a person.
     */
    private void settle() {
        for (int round = 0; round < 300 && (round < 5 || !calls.isEmpty() || isOpen()); round++) {
            for (Call call : List.copyOf(calls)) {
                if (!call.posted) {
                    post(call, true);
                }
                answer(call, true);
            }
            work();
            decide();
            pass(round < 60 ? Duration.ofSeconds(30) : Duration.ofHours(1));
        }
    }

    /** A person looks into Twilio's console: a message that no delivery has may be the one. */
    private void decide() {
        for (String event : jdbc.queryForList(
                "SELECT event_id FROM textonce.deliveries WHERE status = 'held' AND due_at IS NULL ORDER BY attempted_at",
                String.class)) {
            var id = jdbc.queryForObject("SELECT id FROM textonce.deliveries WHERE event_id = ?", UUID.class, event);
            var known = new HashSet<>(jdbc.queryForList(
                    "SELECT message_sid FROM textonce.deliveries WHERE message_sid IS NOT NULL", String.class));
            var found = twilio.stream()
                    .filter(text -> text.sms.equals(requested.get(event)) && !known.contains(text.sid))
                    .filter(text -> decided.add(text.sid))
                    .findFirst();
            if (found.isPresent()) {
                tables.decisions().drop(id, "test", "Twilio has it");
            } else {
                tables.decisions().release(id, "test", "Twilio does not have it");
            }
        }
    }

    private boolean isOpen() {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                "SELECT EXISTS (SELECT FROM textonce.deliveries WHERE status IN ('reserved', 'unknown', 'held'))",
                Boolean.class));
    }

    private void claimNewEvent() {
        claim("event-" + nextEvent++, anySms());
    }

    /** Few senders, numbers and texts, so that equal texts to one number are common. */
    private Sms anySms() {
        return new Sms(
                random.nextInt(3) == 0 ? SERVICE : "", "+1555867530" + random.nextInt(2), "Text " + random.nextInt(2));
    }

    private void holdNewEvent() {
        String event = "event-" + nextEvent++;
        var sms = anySms();
        requested.put(event, sms);
        ClaimedEvent.hold(
                tables, context, event, sms.service, sms.phone, sms.body, Duration.ofSeconds(random.nextInt(200)));
    }

    /** What is held, or is to come yet, is never sent then; what may be with Twilio may be sent. */
    private void cancelAnEvent() {
        String event = "event-" + random.nextInt(nextEvent + 2);
        boolean held = jdbc.queryForList(
                        "SELECT status FROM textonce.deliveries WHERE event_id = ?", String.class, event)
                .equals(List.of(DeliveryStatus.HELD.word()));
        String effect = cancellations.cancel("order-shipped", event, "test").effect();
        if (!requested.containsKey(event)) {
            assertThat(effect).isEqualTo("pending");
        } else if (held) {
            assertThat(effect).isEqualTo("canceled");
        }
    }

    private void claimKnownEvent() {
        if (nextEvent > 0) {
            String event = "event-" + random.nextInt(nextEvent);
            String status = jdbc.queryForObject(
                    "SELECT status FROM textonce.deliveries WHERE event_id = ?", String.class, event);
            int before = calls.size();
            repeat(event);
            assertThat(calls.size() - before)
                    .as("calls by a second claim of an event that is " + status)
                    .isLessThanOrEqualTo(status.equals(DeliveryStatus.REJECTED.word()) ? 1 : 0);
        }
    }

    private void claim(String event, Sms sms) {
        requested.put(event, sms);
        repeat(event);
    }

    private void proceed(Call call) {
        if (!call.posted) {
            post(call, random.nextInt(4) > 0);
        } else {
            answer(call, random.nextInt(3) > 0);
        }
    }

    /** What the lease forbids is not sent: that is the sender's part of the promise. */
    private void post(Call call, boolean recorded) {
        if (passed.minus(call.claimedAt).compareTo(LEASE) >= 0) {
            calls.remove(call);
            return;
        }
        call.posted = true;
        if (recorded) {
            boolean hidden = random.nextInt(12) == 0;
            call.text = new Text(
                    TwilioMessage.newSid(),
                    call.event,
                    call.delivery.id(),
                    call.sms,
                    passed.plus(upTo(MOST_FLIGHT)),
                    upTo(MOST_LAG),
                    hidden);
            twilio.add(call.text);
        }
    }

    private void answer(Call call, boolean clear) {
        calls.remove(call);
        boolean has = call.text != null && isCreated(call.text) && clear;
        boolean refused = call.text == null && clear && random.nextInt(3) == 0;
        var status = has
                ? DeliveryStatus.QUEUED
                : refused
                        ? DeliveryStatus.REJECTED
                        : call.text == null && clear ? DeliveryStatus.HELD : DeliveryStatus.UNKNOWN;
        String sid = has ? call.text.sid : null;
        var again = has ? Duration.ofHours(1) : refused ? null : Duration.ofSeconds(clear ? 30 : 5);
        noteFreed(call.delivery.id(), sid);
        outcomes.record(new OutcomeRepository.Outcome(
                call.delivery.id(), call.delivery.attempt(), status, sid, null, "test", again));
    }

    private void callBack(Text text) {
        String status = STATUSES.get(random.nextInt(STATUSES.size()));
        noteFreed(text.delivery, text.sid);
        reports.record(new StatusRepository.Report(
                "callback", text.delivery, text.sid, status, null, null, Duration.ofHours(1)));
    }

    /** A SID that reconciliation gave to another delivery with the same text goes back to its owner: the one fall there is. */
    private void noteFreed(UUID owner, String sid) {
        if (sid != null) {
            freed.addAll(jdbc.queryForList(
                    "SELECT id FROM textonce.deliveries WHERE message_sid = ? AND id <> ?", UUID.class, sid, owner));
        }
    }

    private void work() {
        for (DueDelivery due : tables.leases().held(10)) {
            var decision = tables.gate().again(due);
            if (!decision.isSend()) {
                tables.due().end(due, decision);
                continue;
            }
            var delivery = new Delivery(due.id(), due.attempt(), due.status(), null, null, false);
            if (tables.admission().of(delivery, due.sms(), due.hasSlot()).isSend()) {
                calls.add(new Call(delivery, due.eventId(), requested.get(due.eventId()), passed));
            }
        }
        var reconciliation = TestReconciliation.of(
                tables,
                (due, since) -> new SharedList.Listed(list(due.phone(), since), Duration.ZERO),
                this::measured,
                SETTINGS,
                SERVICE);
        for (DueDelivery due : tables.leases().unknown(10)) {
            var exchange = new DefaultExchange(context);
            exchange.getMessage().setBody(due);
            reconciliation.check(exchange);
            var again = exchange.getVariable("delivery", Delivery.class);
            if (again != null) {
                calls.add(new Call(again, due.eventId(), requested.get(due.eventId()), passed));
            }
        }
    }

    private List<Seen> list(String phone, Instant since) {
        if (random.nextInt(10) == 0) {
            throw TwilioFailures.unclear();
        }
        return twilio.stream()
                .filter(text -> text.sms.phone.equals(phone))
                .filter(text -> passed.compareTo(text.createdAt.plus(text.lag)) >= 0)
                .map(text -> new Seen(
                        text.sid,
                        "sent",
                        null,
                        created(text),
                        text.hidden ? "" : text.sms.body,
                        phone,
                        SETTINGS.twilio().fromNumber(),
                        text.sms.service.isEmpty() ? DEFAULT_SERVICE : text.sms.service,
                        0))
                .filter(seen -> !seen.createdAt().isBefore(since))
                .toList();
    }

    /** Now and then Twilio's time is not known. */
    private Skew measured() {
        return random.nextInt(8) == 0
                ? new Skew(Duration.ZERO, Duration.ZERO, false)
                : new Skew(skew.minusMillis(500), skew.plusMillis(500), true);
    }

    /** The past moves away, in the table as well: that is how time passes here. */
    private void pass(Duration time) {
        passed = passed.plus(time);
        if (restoredTo != null) {
            jdbc.update(
                    "UPDATE textonce.restores SET restored_to = restored_to - CAST(? AS interval),"
                            + " started_at = started_at - CAST(? AS interval)",
                    time.toString(),
                    time.toString());
            restoredTo = restoredTo.minus(time);
        }
        age(time);
    }

    private void age(Duration time) {
        jdbc.update("""
                UPDATE textonce.deliveries
                SET due_at = due_at - CAST(? AS interval), unknown_since = unknown_since - CAST(? AS interval),
                    attempted_at = attempted_at - CAST(? AS interval), created_at = created_at - CAST(? AS interval)
                """, time.toString(), time.toString(), time.toString(), time.toString());
        // Polls that have never been in the future of these rows.
        restart();
    }

    private Instant created(Text text) {
        return Instant.now().minus(passed.minus(text.createdAt)).plus(skew);
    }

    private void checkInvariants() {
        var most = textsWanted(true);
        textsSent()
                .forEach((text, sent) ->
                        assertThat(sent).as("how often " + text + " was sent").isLessThanOrEqualTo(most.get(text)));
        assertThat(jdbc.queryForList(
                        "SELECT event_id FROM textonce.deliveries WHERE status = 'canceled' AND body IS NOT NULL"))
                .as("texts of what was called off")
                .isEmpty();
        for (var row : jdbc.queryForList("SELECT id, status, message_sid FROM textonce.deliveries")) {
            var id = (UUID) row.get("id");
            String status = (String) row.get("status");
            String sid = (String) row.get("message_sid");
            boolean wasFreed = freed.remove(id);
            if (!wasFreed && seenStatus.containsKey(id)) {
                assertThat(rank(status))
                        .as(status + " after " + seenStatus.get(id))
                        .isGreaterThanOrEqualTo(rank(seenStatus.get(id)));
            }
            if (!wasFreed && seenSid.get(id) != null) {
                assertThat(sid).isEqualTo(seenSid.get(id));
            }
            seenStatus.put(id, status);
            seenSid.put(id, sid);
        }
    }

    /** The model allows every history, each change of a status is in the timeline once, and nothing else is. */
    private static void checkTimelines() {
        var forbidden = new HashMap<UUID, String>();
        new Histories(jdbc).check(forbidden::put);
        assertThat(forbidden).as("histories that the model forbids").isEmpty();
        assertThat(jdbc.queryForList("""
                        SELECT delivery_id, new_status FROM (
                            SELECT delivery_id, new_status, lag(new_status) OVER (PARTITION BY delivery_id ORDER BY id) AS before
                            FROM textonce.delivery_events WHERE new_status IS NOT NULL) AS e
                        WHERE new_status = before
                        """))
                .as("changes of a status that were none")
                .isEmpty();
    }

    /** Equal texts of one sender to one number can't be told apart by anybody, so they are counted together. */
    private Map<Sms, Long> textsSent() {
        return twilio.stream()
                .filter(text -> requested.containsKey(text.event))
                .collect(Collectors.groupingBy(Text::sms, Collectors.counting()));
    }

    /**
     * One for each event, but none for those that ended without a message.
     *
     * @param withUnseen count those messages too that Twilio took of the latter
     */
    private Map<Sms, Long> textsWanted(boolean withUnseen) {
        var ended = new HashSet<>(jdbc.queryForList(
                "SELECT event_id FROM textonce.deliveries WHERE message_sid IS NULL AND status IN ('canceled', 'rejected')",
                String.class));
        var sent = twilio.stream().collect(Collectors.groupingBy(Text::event, Collectors.counting()));
        return requested.entrySet().stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getValue,
                        Collectors.summingLong(event -> !ended.contains(event.getKey())
                                ? 1
                                : withUnseen ? sent.getOrDefault(event.getKey(), 0L) : 0)));
    }

    private static int rank(String status) {
        return Math.max(
                        -1,
                        List.of("scheduled", "accepted", "queued", "sending", "sent")
                                .indexOf(status))
                + (List.of("delivered", "undelivered", "failed", "canceled").contains(status) ? 6 : 0);
    }

    private Optional<Call> pickCall() {
        return calls.isEmpty() ? Optional.empty() : Optional.of(calls.get(random.nextInt(calls.size())));
    }

    private Optional<Text> pickText() {
        var created = twilio.stream().filter(this::isCreated).toList();
        return created.isEmpty() ? Optional.empty() : Optional.of(created.get(random.nextInt(created.size())));
    }

    private boolean isCreated(Text text) {
        return passed.compareTo(text.createdAt) >= 0;
    }

    private Duration upTo(Duration most) {
        return random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(random.nextInt((int) most.toSeconds()));
    }

    private static final class Call {
        private final Delivery delivery;
        private final String event;
        private final Sms sms;
        private final Duration claimedAt;
        private boolean posted;
        private Text text;

        Call(Delivery delivery, String event, Sms sms, Duration claimedAt) {
            this.delivery = delivery;
            this.event = event;
            this.sms = sms;
            this.claimedAt = claimedAt;
        }
    }

    private record Sms(String service, String phone, String body) {}

    private record Text(
            String sid, String event, UUID delivery, Sms sms, Duration createdAt, Duration lag, boolean hidden) {}
}
