package io.textonce.proof;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersGarbage;
import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.Fault.answersWithoutSid;
import static io.textonce.sandbox.Fault.callsBackBeforeAnswering;
import static io.textonce.sandbox.Fault.doublesCallbacks;
import static io.textonce.sandbox.Fault.hangs;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.resets;
import static io.textonce.sandbox.Fault.shufflesCallbacks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.TwilioPost;
import java.io.IOException;
import java.net.URI;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One event, one text, whatever breaks: 0 lost and 0 doubled in every scenario, counted in Twilio's ledger. {@code
 * ./mvnw verify} runs what nothing else shows, in a small size; {@code ./mvnw verify -Pproof} runs all, in the large one.
 */
@Order(Integer.MAX_VALUE) // The longest: of the classes in a queue, the last is taken first.
class ProofIT extends Proof {

    private static final int KILLS = LARGE ? 25 : 3;

    /** Before and after every commit, every POST and every acknowledgement. */
    private static final List<String> STEPS = List.of(
            "sms-send-once:before:5",
            "sms-post-message:before:5",
            "sms-post-create:before:5",
            "sms-post-create:after:5",
            "sms-post-outcome-write:before:5",
            "sms-post-outcome-write:after:5",
            "sms-status-record:before:5",
            "sms-status-record:after:5",
            "intake-jms-to-event:after:3",
            "intake-file-to-line:after:3",
            "intake-file-done:before:1",
            "intake-file-done:after:1",
            "sms-reconcile-one-list:before:1",
            "sms-reconcile-one-list:after:1",
            "sms-reconcile-one-to-twilio:before:1",
            "sms-due-send-to-twilio:before:1",
            "sms-due-send-to-twilio:after:1");

    /** Those that stand for the others in every build. */
    private static final List<String> SOME_STEPS =
            List.of("sms-post-create:before:5", "sms-post-create:after:5", "sms-reconcile-one-to-twilio:before:1");

    /** Between a claim or a take and its POST; those that stand for the others in every build come first. */
    private static final List<String> BEFORE_POST = List.of(
            "sms-post-create:before:5",
            "sms-due-send-admit:after:1",
            "sms-due-send-to-twilio:before:1",
            "sms-reconcile-one-to-twilio:before:1");

    private static final List<String> FREEZES = LARGE
            ? Stream.concat(BEFORE_POST.stream(), STEPS.stream()).distinct().toList()
            : BEFORE_POST.subList(0, 2);

    private final Random random = new Random(20261123);

    @Test
    void survivesBeingKilledAtEveryNamedStep() {
        var steps = LARGE ? STEPS : SOME_STEPS;
        var halted = new ArrayList<String>();
        try (var load = new Load(peers, () -> app)) {
            for (String step : steps) {
                // Evidence and the held have work only when Twilio has made some.
                if (step.startsWith("sms-reconcile")) {
                    peers.twilio().share(0.3, answers(500));
                } else if (step.startsWith("sms-due")) {
                    peers.twilio().share(0.5, answers(429));
                }
                app = instance().with("HALT_AT", step);
                app.startOrEnd();
                load.start(Math.max(4, EVENTS / 8));
                await(step).atMost(Duration.ofSeconds(60)).until(() -> !app.isAlive());
                halted.add(step);
                peers.twilio().behave();
            }
            app = start();
            load.awaitSent(MOST);

            judge("killed at each named step", load, halted.size() + " halts");
        }
        assertThat(halted).isEqualTo(steps);
    }

    /** Longer than its lease, so that the other instance has sent its texts when it goes on. */
    @Test
    @Tag("proof")
    void sendsNothingThatAnotherHasSentWhileItWasFrozen() {
        var frozen = new AtomicBoolean();
        try (var other = instance().start();
                var load = new Load(peers, () -> frozen.get() ? other : app)) {
            for (String step : FREEZES) {
                if (step.startsWith("sms-due")) {
                    peers.twilio().share(1, answers(429));
                } else if (step.startsWith("sms-reconcile")) {
                    peers.twilio().share(1, answers(500));
                }
                app = instance().with("HALT_AT", step + ":freeze").start();
                peers.twilio().callbackTarget((step.startsWith("sms-status") ? app : other).hostAndPort());
                load.start(Math.max(4, EVENTS / 8));
                // The other instance is often the quicker one: it may have dozens of consumers of the queue, and this
                // one has one. A hundred unknown outcomes share a list of Twilio's messages, which is read once a
                // minute.
                await(step)
                        .atMost(Duration.ofMinutes(3))
                        .pollInterval(Duration.ofSeconds(1))
                        .until(() -> app.isFrozen() || load.start(8) == null);
                frozen.set(true);
                peers.twilio().callbackTarget(other.hostAndPort());
                peers.twilio().behave();
                await("the other instance to send what the frozen one had claimed")
                        .atMost(MOST)
                        .until(oracle::isSettled);
                app.thaw();
                frozen.set(false);
                load.awaitSent(MOST);
                await("the thawed one to go on").until(app::isReady);
                app.stop();
                frozen.set(true);
            }
            app = other;

            judge("frozen for longer than its lease", load, FREEZES.size() + " freezes");
        }
    }

    @Test
    @Tag("proof")
    void survivesBeingKilledAtAnyMoment() {
        try (var load = new Load(peers, () -> app)) {
            peers.twilio().share(0.1, answers(500).afterRecording());
            app = start();
            for (int kill = 0; kill < KILLS; kill++) {
                load.start(EVENTS / 4);
                park(Duration.ofMillis(200 + random.nextInt(1500)));
                app.kill();
                app = start();
            }
            load.awaitSent(MOST);

            judge("kill -9 at random moments", load, KILLS + " kills");
        }
    }

    @Test
    void survivesEverythingThatTwilioCanAnswer() {
        var lag = Duration.ofSeconds(LARGE ? 10 : 3);
        peers.twilio()
                .listLag(lag)
                .share(0.06, resets().afterRecording())
                .share(0.06, answers(500).afterRecording())
                .share(0.04, answers(503))
                .share(0.04, resets())
                .share(0.03, hangs(Duration.ofSeconds(6)).afterRecording())
                .share(0.03, answersGarbage())
                .share(0.03, answersWithoutSid())
                .share(0.05, answers(429).withRetryAfter(1))
                .share(0.2, losesCallbacks())
                .share(0.2, doublesCallbacks())
                .share(0.2, shufflesCallbacks())
                .share(0.2, callsBackBeforeAnswering());
        try (var load = new Load(peers, () -> app)) {
            app = instance()
                    .with("TEXTONCE_UNKNOWN_LIST_LAG", lag.toString())
                    .with("TEXTONCE_UNKNOWN_WINDOW", lag.plusSeconds(4).toString())
                    .start();
            load.start(EVENTS * 2);
            peers.twilio().listAnswers(503);
            load.awaitSent(MOST);
            park(Duration.ofSeconds(3));
            peers.twilio().listAnswers(200).behave();

            judge("Twilio loses answers, lags and fails", load, faults());
        }
    }

    @Test
    @Tag("proof")
    void survivesItsDatabaseAndItsBroker() throws SQLException {
        try (var load = new Load(peers, () -> app)) {
            app = start();
            load.start(EVENTS);
            park(Duration.ofMillis(500));
            cutConnections();
            park(Duration.ofMillis(500));
            peers.postgres().close();
            await("not to be ready without a database").until(() -> !app.isReady());
            assertThat(app.isLive()).isTrue();
            park(Duration.ofSeconds(2));
            peers.postgres().start();
            load.start(EVENTS);
            park(Duration.ofMillis(500));
            peers.broker().close();
            park(Duration.ofSeconds(2));
            peers.broker().start();
            load.awaitSent(MOST);

            judge("database and broker stopped and started", load, "connections cut, 2 restarts");
        }
    }

    @Test
    @Tag("proof")
    void stopsWithinThirtySecondsAndLeavesNothingBehind() {
        try (var load = new Load(peers, () -> app)) {
            peers.twilio().share(0.3, answersLate(Duration.ofSeconds(2)));
            app = start();
            load.start(EVENTS);
            park(Duration.ofMillis(800));
            var asked = Instant.now();
            app.stop();
            var stopped = Duration.between(asked, Instant.now());
            peers.twilio().behave();
            app = start();
            load.awaitSent(MOST);

            judge("SIGTERM under load", load, "stopped in " + stopped.toSeconds() + " s");
            assertThat(stopped).isLessThan(Duration.ofSeconds(30));
        }
    }

    @Test
    @Tag("proof")
    void survivesThatItsDatabaseIsSetBack() throws IOException {
        var backup = DIRECTORY.resolve("backup-" + System.nanoTime());
        try (var load = new Load(peers, () -> app)) {
            app = start();
            load.start(EVENTS / 4).plan(EVENTS / 4, Duration.ofSeconds(7));
            load.awaitSent(MOST);
            var restoredTo = Instant.now();
            peers.postgres().close();
            peers.postgres().copyTo(backup);
            peers.postgres().start();
            load.start(EVENTS / 2);
            load.awaitSent(MOST);
            await("planned texts to be sent, which are held in the backup")
                    .atMost(Duration.ofSeconds(30))
                    .until(() ->
                            peers.twilio().messages().size() == load.events().size());
            app.kill();
            peers.postgres().close();
            peers.postgres().setBackTo(backup);
            peers.postgres().start();

            app = instance().with("TEXTONCE_RESTORED_TO", restoredTo.toString()).start();
            load.repeat().start(EVENTS / 4);
            load.awaitSent(MOST);

            judge("database set back, all events repeated", load, "1 restore");
        }
    }

    /** Asynchronous replication: what the primary acknowledged last is nowhere but in TextOnce and at Twilio. */
    @Test
    @Tag("proof")
    void survivesThatAStandbyIsPromotedWithoutTheNewestCommits() throws IOException {
        try (var standby = Standby.of(peers.postgres(), DIRECTORY.resolve("standby-" + System.nanoTime()));
                var load = new Load(peers, () -> app)) {
            oracle = new Oracle(peers, standby.url());
            peers.twilio().share(0.2, answersLate(Duration.ofSeconds(2)));
            app = instance().with("SPRING_DATASOURCE_URL", standby.url()).start();
            load.start(EVENTS / 2);
            load.awaitSent(MOST);
            standby.cutOff();
            load.start(EVENTS / 2).plan(EVENTS / 4, Duration.ofSeconds(12));
            load.awaitSent(MOST);
            load.start(EVENTS / 2);
            long lost = standby.failOver();
            load.awaitSent(MOST);

            judge("a standby promoted without the newest commits", load, lost + " deliveries missing on it");
            assertThat(lost).isGreaterThan(EVENTS);
            assertThat(app.log()).contains("The database may lack its newest commits");
        }
    }

    /** HTTP, queue and inbox feed both, each instance takes some of all three, and one dies with calls under way. */
    @Test
    void sharesTheWorkWithASecondInstanceThatIsKilled() throws SQLException {
        var turns = new AtomicInteger();
        try (var second = instance("second", "first").start();
                var load = new Load(peers, () -> second.isAlive() && turns.getAndIncrement() % 2 == 0 ? second : app)) {
            app = instance("first", "second").start();

            await("each instance to have taken some over each intake")
                    .atMost(Duration.ofSeconds(40))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        load.start(Math.max(4, EVENTS / 8));
                        return shares().containsAll(List.of(
                                "first http", "first jms", "first file", "second http", "second jms", "second file"));
                    });
            peers.twilio().share(1, answersLate(Duration.ofSeconds(2)));
            long answered = postsOf("second");
            load.start(EVENTS / 2);
            await("calls of the second to be under way").until(() -> postsOf("second") >= answered + 3);
            second.kill();
            peers.twilio().behave();
            load.start(EVENTS / 4);
            load.awaitSent(MOST);

            judge("two instances, one killed", load, "1 kill");
            checksHistories(load.events().size());
            comparesTwiliosLog(load.events().size());
        }
    }

    private void comparesTwiliosLog(int events) {
        String today = LocalDate.now(ZoneOffset.UTC).toString();
        String foreign = peers.twilio()
                .sendsElsewhere(Peers.FROM_NUMBER, "+15551999999", "Your table is ready.")
                .sid();

        assertThat(app.run("compare-ledger", today)).isEqualTo(1);
        assertThat(app.log())
                .contains(foreign)
                .contains((events + 1) + " messages at Twilio, 1 unexplained, 0 missing")
                .doesNotContain("1999999");
    }

    private void checksHistories(int events) throws SQLException {
        assertThat(app.run("check-histories")).isZero();
        assertThat(app.log()).contains(events + " deliveries, 0 that the model forbids");

        String forged = forgeAHistory();

        assertThat(app.run("check-histories")).isEqualTo(1);
        assertThat(app.log())
                .contains("Delivery " + forged + ": delivered to sent by poll")
                .contains(events + " deliveries, 1 that the model forbids");
    }

    private String forgeAHistory() throws SQLException {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement();
                var forged = statement.executeQuery(
                        "INSERT INTO textonce.delivery_events (delivery_id, kind, status, new_status, message_sid)"
                                + " SELECT id, 'poll', 'sent', 'sent', message_sid FROM textonce.deliveries"
                                + " WHERE status = 'delivered' LIMIT 1 RETURNING delivery_id")) {
            forged.next();
            return forged.getString(1);
        }
    }

    /** What runs is the version before the newest migration; the packaged one comes beside it, migrates and stays. */
    @Test
    @Tag("proof")
    void staysRightWhileTheNextVersionTakesOver() throws Exception {
        var before = PreviousVersion.in(DIRECTORY);
        var turns = new AtomicInteger();
        var leaves = new AtomicBoolean();
        try (var old = instance().classPath(before.classPath()).start();
                var load = new Load(
                        peers, () -> app == null || !leaves.get() && turns.getAndIncrement() % 2 == 0 ? old : app)) {
            load.start(EVENTS / 2);
            var next = instance();
            var starts = CompletableFuture.supplyAsync(next::start);
            while (!starts.isDone()) {
                load.start(1);
                park(Duration.ofMillis(500));
            }
            app = starts.join();
            load.start(EVENTS / 2);
            park(Duration.ofMillis(500));
            // As a proxy does: no new request goes to an instance that is about to stop.
            leaves.set(true);
            old.stop();
            load.start(EVENTS / 4);
            load.awaitSent(MOST);

            // The version before may know of no subscribers.
            judgeTexts(
                    "the version after " + before.commit() + " takes over", load, before.migrations() + " migrations");
            app.stop();
            assertThat(load.failures()).isEmpty();
        }
    }

    /** One that tells Twilio to call back under a name of its own; the callbacks for the other one are its, too. */
    private AppProcess instance(String name, String other) {
        return instance().with("PUBLIC_BASE_URL", "https://" + name + ".example.com,https://" + other + ".example.com");
    }

    /** Which instance has sent a text that came over which intake, as in {@code first jms}. */
    private Set<String> shares() throws SQLException {
        Map<String, String> sources = new HashMap<>();
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT message_sid, source FROM textonce.deliveries")) {
            while (rows.next()) {
                sources.put(rows.getString(1), rows.getString(2));
            }
        }
        return peers.twilio().posts().stream()
                .map(post -> caller(post) + " " + sources.get(post.sid()))
                .collect(Collectors.toSet());
    }

    private long postsOf(String instance) {
        return peers.twilio().posts().stream()
                .filter(post -> caller(post).equals(instance))
                .count();
    }

    private static String caller(TwilioPost post) {
        return URI.create(post.parameter("StatusCallback")).getHost().replace(".example.com", "");
    }

    private String faults() {
        long faults =
                peers.twilio().posts().stream().filter(post -> !post.recorded()).count();
        return faults + " POSTs refused or lost, and answers lost, callbacks lost, doubled, shuffled, early";
    }
}
