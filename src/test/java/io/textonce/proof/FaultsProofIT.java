package io.textonce.proof;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults around TextOnce that take minutes to go through: {@code ./mvnw verify -Pproof} alone runs them. */
@Tag("proof")
class FaultsProofIT extends Proof {

    private final Random random = new Random(20261126);
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach
    void stopCallers() {
        callers.shutdownNow();
    }

    @Test
    void survivesAProxyThatAnswersInPlaceOfTwilio() {
        try (var proxy = new MeddlingProxy(peers.twilio().baseUrl(), 0.4);
                var load = new Load(peers, () -> app)) {
            app = instance().with("TWILIO_BASE_URL", proxy.url()).start();
            load.start(EVENTS);
            load.awaitSent(MOST);
            park(Duration.ofSeconds(2));
            proxy.behave();
            load.start(EVENTS / 4);
            load.awaitSent(MOST);

            judge("a proxy answers 403 and 407", load, proxy.answered() + " answers of the proxy");
        }
    }

    @Test
    void survivesThatAllConnectionsOfItsDatabaseAreTaken() throws SQLException {
        var taken = new ArrayList<Connection>();
        try (var load = new Load(peers, () -> app)) {
            app = start();
            load.start(EVENTS / 2);
            park(Duration.ofMillis(500));
            try {
                takeConnections(taken);
                await("TextOnce to have no connection")
                        .atMost(Duration.ofMinutes(1))
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> {
                            int before = taken.size();
                            int cut = cutOthers(taken.get(0));
                            takeConnections(taken);
                            return cut == 0 && taken.size() == before;
                        });
                load.start(EVENTS / 2);
                await("not to be ready").atMost(Duration.ofMinutes(1)).until(() -> !app.isReady());
                park(Duration.ofSeconds(5));
            } finally {
                for (var connection : taken) {
                    connection.close();
                }
            }
            load.awaitSent(MOST);

            judge("max_connections used up", load, taken.size() + " connections taken");
        }
    }

    private void takeConnections(List<Connection> taken) {
        try {
            while (true) {
                taken.add(DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres"));
            }
        } catch (SQLException full) {
            assertThat(full.getSQLState()).isEqualTo("53300");
        }
    }

    /** Ends the connections of TextOnce, and returns how many it had. */
    private static int cutOthers(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE application_name = 'textonce'")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Test
    void survivesThatTheNameOfTwiliosHostIsUnknown() {
        try (var load = new Load(peers, () -> app)) {
            app = instance().with("TWILIO_BASE_URL", "https://twilio.invalid").start();
            load.start(EVENTS);
            load.awaitSent(MOST);
            assertThat(peers.twilio().posts()).isEmpty();
            assertThat(app.log()).contains("UnknownHostException");
            app.stop();
            app = start();
            load.start(EVENTS / 2);
            load.awaitSent(MOST);

            judge("the name of Twilio's host is unknown", load, "all calls of " + 3 * EVENTS + " events failed");
        }
    }

    @Test
    void findsLiveMessagesBehindManyThatExpiredWhileTheAccountWasClosed() throws Exception {
        int expired = LARGE ? 1_000 : 200;
        try (var load = new Load(peers, () -> app)) {
            peers.twilio().always(refuses(20003));
            app = instance().with("TEXTONCE_DUE_PROBE_INTERVAL", "1s").start();
            load.start(expired / 3 + 1);
            load.awaitSent(MOST);
            await("all to be held")
                    .atMost(MOST)
                    .until(() -> query("SELECT count(*) FROM textonce.deliveries WHERE status = 'held'")
                            == load.events().size());
            int late = load.events().size();
            execute(
                    "UPDATE textonce.deliveries SET expires_at = now() - interval '1 s', due_at = now() - interval '2 s'");
            load.start(EVENTS);
            load.awaitSent(MOST);
            peers.twilio().behave();
            var live = load.events().stream().skip(late).map(Load::number).collect(Collectors.toSet());

            judge(oracle.judgeNumbers(
                    "a closed account with expired messages", live, late + " messages expired", MOST));
            assertThat(query("SELECT count(*) FROM textonce.deliveries WHERE status = 'rejected'"))
                    .isEqualTo(late);
            app.stop();
        }
    }

    /** Nobody acknowledges, so each number of an incident is alerted in turn. */
    @Test
    void alertsEachNumberOnceInAStormOfIncidents() {
        int incidents = LARGE ? 200 : 40;
        int kills = LARGE ? 8 : 3;
        var numbers = new HashSet<String>();
        app = escalating().start();
        var calls = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < incidents; i++) {
            int incident = i;
            for (int step = 0; step < 3; step++) {
                numbers.add(onCall(incident, step));
            }
            calls.add(CompletableFuture.runAsync(() -> untilAccepted(incident), callers));
        }
        for (int kill = 0; kill < kills; kill++) {
            park(Duration.ofMillis(300 + random.nextInt(2000)));
            app.kill();
            app = escalating().start();
        }
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).join();
        await("each step of each incident").atMost(MOST).ignoreExceptions().until(() -> query("""
                SELECT count(*) FROM textonce.incidents WHERE due_at IS NOT NULL""") == 0);

        judge(oracle.judgeNumbers("storm of incidents with escalation, kill -9", numbers, kills + " kills", MOST));
        app.stop();
    }

    private AppProcess escalating() {
        return instance().with("TEXTONCE_INCIDENT_ESCALATE_AFTER", "3s");
    }

    private static String onCall(int incident, int step) {
        return "+1555" + (5_000_000 + 10 * incident + step);
    }

    private void untilAccepted(int incident) {
        String event = """
                {"eventId":"incident-event-%d","incident":"INC-%d","title":"Queue %d is full","acknowledge":true,
                 "phone":"%s","consentAt":"2026-06-02T09:00:00Z","next":[
                   {"phone":"%s","consentAt":"2026-06-02T09:00:00Z"},
                   {"phone":"%s","consentAt":"2026-06-02T09:00:00Z"}]}""".formatted(
                        incident, incident, incident, onCall(incident, 0), onCall(incident, 1), onCall(incident, 2));
        while (true) {
            try {
                int status = app.post("incident-alert", event).statusCode();
                if (status == 200 || status == 202) {
                    return;
                }
            } catch (UncheckedIOException e) {
                // It was killed: the same event again.
            }
            park(Duration.ofMillis(100));
        }
    }

    /**
     * A third of the people text STOP before their message is due, a third while it is posted, and a third when they have
     * it. A call that is in progress when the STOP is acknowledged may still be made.
     */
    @Test
    void sendsNothingAfterAnAcknowledgedStop() {
        int kills = LARGE ? 5 : 2;
        var flight = Duration.ofSeconds(5);
        var asked = new ConcurrentHashMap<String, Instant>();
        var stopped = new ConcurrentHashMap<String, Instant>();
        try (var load = new Load(peers, () -> app)) {
            peers.twilio()
                    .share(0.2, answers(500).afterRecording())
                    .share(0.2, answers(429))
                    .share(0.5, answersLate(Duration.ofMillis(800)));
            peers.twilio().inboundUrl("https://sms.example.com/twilio/inbound");
            app = start();
            load.plan(EVENTS, Duration.ofSeconds(6));
            var people = load.events().stream()
                    .map(event -> CompletableFuture.runAsync(
                            () -> {
                                String number = Load.number(event);
                                switch (event % 3) {
                                    case 0 -> park(Duration.ofMillis(random.nextInt(6_000)));
                                    case 1 -> awaitFor(number, () -> isPosted(number));
                                    default -> {
                                        awaitFor(
                                                number,
                                                () -> !peers.twilio()
                                                        .sentTo(number)
                                                        .isEmpty());
                                        park(Duration.ofSeconds(2));
                                    }
                                }
                                asked.put(number, Instant.now());
                                stopped.put(number, stop(number));
                            },
                            callers))
                    .toList();
            for (int kill = 0; kill < kills; kill++) {
                park(Duration.ofMillis(2000));
                app.kill();
                app = start();
            }
            CompletableFuture.allOf(people.toArray(CompletableFuture[]::new)).join();
            load.awaitSent(MOST);
            peers.twilio().behave();

            await().atMost(MOST).ignoreExceptions().until(() -> oracle.isSettled());
            var sent = stopped.keySet().stream()
                    .filter(number -> !peers.twilio().sentTo(number).isEmpty())
                    .collect(Collectors.toSet());
            long during = sent.stream()
                    .filter(number -> peers.twilio()
                            .sentTo(number)
                            .get(0)
                            .createdAt()
                            .plusSeconds(1)
                            .isAfter(asked.get(number)))
                    .count();
            int before = stopped.size() - sent.size();
            assertThat(stopped).hasSize(EVENTS);
            assertThat(before).as("STOPs before the message").isPositive();
            assertThat(during).as("STOPs during its call").isPositive();
            assertThat(sent.size() - during).as("STOPs after it").isPositive();
            assertThat(peers.twilio().posts())
                    .as("calls after the person's STOP was acknowledged")
                    .noneMatch(post ->
                            post.at().isAfter(stopped.get(post.parameter("To")).plus(flight)));
            String faults = "%d STOPs before, %d during and %d after the call, %d kills"
                    .formatted(before, during, sent.size() - during, kills);
            judge(oracle.judgeNumbers("STOP races with sends", sent, faults, MOST));
            app.stop();
        }
    }

    private boolean isPosted(String number) {
        return !peers.twilio().postsTo(number).isEmpty();
    }

    private static void awaitFor(String number, Callable<Boolean> condition) {
        await(number).atMost(MOST).pollInterval(Duration.ofMillis(20)).until(condition);
    }

    /** Texts STOP until it is acknowledged; returns when it was. */
    private Instant stop(String number) {
        while (peers.twilio().receives(number, Peers.FROM_NUMBER, "STOP").status() / 100 != 2) {
            park(Duration.ofMillis(200));
        }
        return Instant.now();
    }

    /** Answers are lost, so that each message has to be found by its time. */
    @ParameterizedTest
    @CsvSource({
        "PT2M, PT0S", "-PT2M, PT0S", "PT0S, PT2M", "PT0S, -PT2M",
        "PT2M, PT2M", "PT2M, -PT2M", "-PT2M, PT2M", "-PT2M, -PT2M"
    })
    void survivesThatClocksDiffer(Duration twilioAhead, Duration databaseAhead) throws Exception {
        peers.close();
        begin(Files.createTempDirectory(DIRECTORY, "peers-"), Clock.offset(Clock.systemUTC(), twilioAhead));
        setDatabaseAhead(databaseAhead);
        try (var load = new Load(peers, () -> app)) {
            peers.twilio()
                    .share(0.2, answers(500).afterRecording())
                    .share(0.2, resets().afterRecording())
                    .share(0.2, answers(500));
            app = instance().with("TWILIO_AHEAD", twilioAhead.toString()).start();
            load.start(EVENTS / 4);
            load.awaitSent(MOST);
            peers.twilio().behave();

            judge(
                    "clocks: Twilio's " + twilioAhead + ", PostgreSQL's " + databaseAhead + " ahead",
                    load,
                    "60 % of the answers lost or failed");
        }
    }

    /** Every {@code now()} of TextOnce's sessions is this one, since its schema is searched first. */
    private void setDatabaseAhead(Duration ahead) throws SQLException {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA other_clock");
            statement.execute("CREATE FUNCTION other_clock.now() RETURNS timestamptz STABLE LANGUAGE sql"
                    + " RETURN pg_catalog.now() + interval '" + ahead + "'");
            statement.execute("ALTER ROLE postgres SET search_path = other_clock, pg_catalog, public");
        }
    }

    /** The database's disk is one of memory, which needs the right to mount one. */
    @Test
    void survivesThatTheDiskOfItsDatabaseIsFull() throws Exception {
        peers.close();
        Path directory = Files.createTempDirectory(DIRECTORY, "peers-").toAbsolutePath();
        Path disk = Files.createDirectories(directory.resolve("postgres"));
        assumeThat(run("mount", "-t", "tmpfs", "-o", "size=150m,mode=0700", "tmpfs", disk.toString()))
                .as("the right to mount a disk")
                .isZero();
        try {
            begin(directory, Clock.systemUTC());
            try (var load = new Load(peers, () -> app)) {
                app = start();
                load.start(EVENTS / 2);
                park(Duration.ofMillis(500));
                Path filler = fill(disk);
                load.start(EVENTS);
                park(Duration.ofSeconds(6));
                Files.delete(filler);
                peers.postgres().close();
                peers.postgres().start();
                load.awaitSent(MOST);

                judge("full disk of the database", load, "1 full disk");
                assertThat(app.log()).contains("No space left on device");
            }
        } finally {
            stopPeers();
            run("umount", disk.toString());
        }
    }

    private static Path fill(Path disk) throws IOException {
        Path filler = disk.resolve("filler");
        byte[] block = new byte[8192];
        try (var out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
            return filler;
        }
    }

    private static int run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long query(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
