package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.textonce.peer.Activity;
import io.textonce.peer.PeerMonitor;
import io.textonce.phone.PhoneHash;
import io.textonce.sandbox.SandboxPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.transaction.support.TransactionOperations;

/** An instance as it connects, on a server of its own. That the server is another one is set in its tables. */
class DatabaseServerTest {

    private static final Duration LEASE = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static SandboxPostgres postgres;
    private static JdbcTemplate jdbc;

    @BeforeAll
    static void startDatabase() throws IOException {
        postgres = new SandboxPostgres(directory).start();
        var dataSource = driver("postgres");
        DeliveryTables.migrate(dataSource, LEASE);
        jdbc = new JdbcTemplate(dataSource);
    }

    @AfterAll
    static void stopDatabase() {
        postgres.close();
    }

    @BeforeEach
    void forgetServers() {
        jdbc.update(
                "TRUNCATE textonce.deliveries, textonce.delivery_events, textonce.restores, textonce.database_servers,"
                        + " textonce.opt_outs");
    }

    @Test
    void sendsAtOnceWhileTheServerIsTheSame() {
        try (var first = new Instance();
                var second = new Instance()) {
            first.reconnect();

            assertThat(restores()).isEmpty();
            assertThat(second.decision().isSend()).isTrue();
        }
    }

    @Test
    void connectsAsTheUserThatTheSettingsNameNow() {
        jdbc.execute("CREATE ROLE next LOGIN");
        var settings = new HikariConfig();
        settings.setJdbcUrl(postgres.url());
        settings.setDriverClassName("org.postgresql.Driver");
        settings.setUsername("postgres");
        var environment = new MockEnvironment();
        var peers = new PeerMonitor(Clock.systemUTC());
        var server = new DatabaseServer(new WriteMemory(Duration.ZERO), () -> {});
        var pools = new ConnectionPools(settings, environment, server, peers, new Activity(System::nanoTime));

        try (var pool = pools.urgent()) {
            var database = new JdbcTemplate(pool);
            assertThat(user(database)).isEqualTo("postgres");

            environment.setProperty("spring.datasource.username", "next");
            pool.getHikariPoolMXBean().softEvictConnections();

            await().until(() -> user(database), "next"::equals);
        } finally {
            peers.destroy();
        }
    }

    private static String user(JdbcTemplate database) {
        return database.queryForObject("SELECT current_user", String.class);
    }

    @Test
    void beginsRestoreModeOnceForAllInstancesWhenTheServerHasANewTimeline() throws Exception {
        try (var before = new Instance()) {
            before.claim("event-0");
        }
        var newest = jdbc.queryForObject(
                "SELECT happened_at FROM textonce.delivery_events ORDER BY id DESC LIMIT 1", Instant.class);
        newTimeline();

        var other = CompletableFuture.supplyAsync(Instance::new);
        try (var first = new Instance();
                var second = other.join()) {
            assertThat(restores()).containsExactly(newest);
            assertThat(first.decision().status()).isEqualTo(DeliveryStatus.UNKNOWN);
            assertThat(second.decision().status()).isEqualTo(DeliveryStatus.UNKNOWN);
            assertThat(first.server.health().getDetails()).containsKey("restoreModeUntil");
        }
    }

    @Test
    void countsTheAbsenceOfAMessageFromTheEndOfTheLeasesOfBefore() {
        try (var before = new Instance()) {
            before.claim("event-0");
        }
        newTimeline();

        try (var instance = new Instance()) {
            instance.claim("event-1");
        }

        assertThat(jdbc.queryForObject(
                        "SELECT due_at FROM textonce.deliveries WHERE status = 'reserved'", Instant.class))
                .isAfter(Instant.now().plus(LEASE).minusSeconds(30));
        assertThat(jdbc.queryForObject(
                        "SELECT unknown_since FROM textonce.deliveries WHERE status = 'unknown'", Instant.class))
                .isAfter(Instant.now().plus(LEASE).minusSeconds(30));
    }

    @Test
    void putsBackClaimsThatAnUnannouncedRestoreHasLost() {
        try (var instance = new Instance();
                var other = new Instance()) {
            instance.claim("event-0");
            instance.claim("event-1");
            var lost = jdbc.queryForMap("SELECT id, body FROM textonce.deliveries WHERE event_id = 'event-1'");
            jdbc.update("DELETE FROM textonce.deliveries WHERE event_id = 'event-1'");
            restartServer();

            other.reconnect();
            instance.reconnect();

            await().untilAsserted(() -> assertThat(other.decision().status()).isEqualTo(DeliveryStatus.UNKNOWN));
            await().untilAsserted(() -> assertThat(
                            jdbc.queryForList(
                                    "SELECT id, body FROM textonce.deliveries WHERE status = 'unknown' AND event_id = 'event-1'"))
                    .containsExactly(lost));
            assertThat(restores()).hasSize(1);
        }
    }

    @Test
    void putsBackARepeatedClaimOfARowThatWentBackwards() {
        try (var instance = new Instance()) {
            instance.claim("event-0");
            jdbc.update("UPDATE textonce.deliveries SET status = 'rejected', due_at = NULL");
            instance.claim("event-0");
            jdbc.update("UPDATE textonce.deliveries SET status = 'rejected', due_at = NULL, attempt = 1");
            restartServer();

            instance.reconnect();

            await().untilAsserted(
                            () -> assertThat(jdbc.queryForList("SELECT status FROM textonce.deliveries", String.class))
                                    .containsExactly("unknown"));
            assertThat(restores()).hasSize(1);
        }
    }

    @Test
    void recordsOutcomesOnceMoreThatTheDatabaseHasLost() {
        try (var instance = new Instance()) {
            instance.claim("event-0");
            instance.claim("event-1");
            instance.claim("event-2");
            for (int i = 0; i < 3; i++) {
                instance.forgotten.record(new OutcomeRepository.Outcome(
                        id("event-" + i), 1, DeliveryStatus.ACCEPTED, "SM" + i, null, null, null));
            }
            jdbc.update("DELETE FROM textonce.deliveries WHERE event_id = 'event-0'");
            jdbc.update(
                    "UPDATE textonce.deliveries SET status = 'reserved', message_sid = NULL WHERE event_id = 'event-1'");
            restartServer();

            instance.reconnect();

            await().untilAsserted(() -> assertThat(
                            jdbc.queryForList("SELECT message_sid, status FROM textonce.deliveries ORDER BY event_id"))
                    .containsExactly(
                            Map.of("message_sid", "SM0", "status", "accepted"),
                            Map.of("message_sid", "SM1", "status", "accepted"),
                            Map.of("message_sid", "SM2", "status", "accepted")));
            assertThat(answers("event-2")).isEqualTo(1);
        }
    }

    private static UUID id(String event) {
        return jdbc.queryForObject("SELECT id FROM textonce.deliveries WHERE event_id = ?", UUID.class, event);
    }

    private static long answers(String event) {
        return jdbc.queryForObject(
                "SELECT count(*) FROM textonce.delivery_events WHERE delivery_id = ? AND kind = 'answer'",
                Long.class,
                id(event));
    }

    @Test
    void cancelsOnceMoreWhatItHasAcknowledgedAndTheDatabaseHasLost() {
        try (var instance = new Instance()) {
            instance.claim("event-0");
            var unknown = instance.cancellations.cancel("order-shipped", "event-0", "test");
            var pending = instance.cancellations.cancel("order-shipped", "event-1", "test");
            jdbc.update("DELETE FROM textonce.deliveries");
            restartServer();

            instance.reconnect();

            await().untilAsserted(() -> assertThat(
                            jdbc.queryForList(
                                    "SELECT id, status, source FROM textonce.deliveries WHERE cancel_requested_at IS NOT NULL ORDER BY event_id"))
                    .containsExactly(
                            Map.of("id", unknown.delivery(), "status", "unknown", "source", "test"),
                            Map.of("id", pending.delivery(), "status", "canceled", "source", "cancellation")));
        }
    }

    @Test
    void optsOutOnceMoreUnlessAStartIsNewer() {
        var imported = Instant.parse("2026-06-02T09:00:00Z");
        try (var instance = new Instance()) {
            instance.optOuts.importAll(
                    List.of(
                            new OptOuts.Entry(
                                    "+15558675300", null, Set.of(DeliveryTables.SENDER), false, "shop", imported),
                            new OptOuts.Entry(
                                    "+15558675301", null, Set.of(DeliveryTables.SENDER), false, "shop", imported)),
                    result -> {});
            jdbc.update("TRUNCATE textonce.opt_outs");
            jdbc.update(
                    "INSERT INTO textonce.inbound_messages (message_sid, kind, phone_hash, recipient)"
                            + " VALUES ('SM0', 'start', ?, ?)",
                    new PhoneHash(new byte[32]).of("+15558675301"),
                    DeliveryTables.SENDER);
            restartServer();

            instance.reconnect();

            await().untilAsserted(() -> assertThat(
                            jdbc.queryForList("SELECT opted_out_at FROM textonce.opt_outs", Instant.class))
                    .containsExactly(imported));
            assertThat(instance.optOuts.has("+15558675300", List.of(DeliveryTables.SENDER)))
                    .isTrue();
        }
    }

    @Test
    void leavesEverythingAsItIsAfterARestartThatLostNothing() {
        try (var instance = new Instance()) {
            instance.cancellations.cancel("order-shipped", "event-1", "test");
            instance.claim("event-0");
            var before = jdbc.queryForList("SELECT * FROM textonce.deliveries WHERE event_id = 'event-1'");
            restartServer();

            instance.reconnect();
            instance.forgotten.perform(() -> null, nothing -> instance.repeated.set(true));
            instance.forgotten.putBack();

            await().untilTrue(instance.repeated);
            assertThat(jdbc.queryForList("SELECT * FROM textonce.deliveries WHERE event_id = 'event-1'"))
                    .usingRecursiveComparison()
                    .isEqualTo(before);
            jdbc.update("DELETE FROM textonce.deliveries WHERE event_id = 'event-1'");
            assertThat(restores()).isEmpty();
            assertThat(jdbc.queryForList("SELECT status FROM textonce.deliveries", String.class))
                    .containsExactly("reserved");
        }
    }

    @Test
    void namesEachSettingByWhichTheServerCanLoseCommits() {
        try (var instance = new Instance()) {
            var health = instance.server.health();

            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat((List<?>) health.getDetails().get("dangers"))
                    .extracting(danger -> danger.toString().split(" ")[0])
                    .containsExactly("fsync", "synchronous_commit");
        }
    }

    @Test
    void worksWithoutTheRightToReadTheTimelineAndNamesTheDanger() {
        jdbc.execute("""
                CREATE ROLE narrow LOGIN;
                GRANT USAGE ON SCHEMA textonce TO narrow;
                GRANT ALL ON ALL TABLES IN SCHEMA textonce TO narrow;
                REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC
                """);
        try (var instance = new Instance("narrow")) {
            instance.claim("event-0");

            assertThat(instance.server.health().getDetails().get("dangers").toString())
                    .contains("its timeline can't be read");
            assertThat(jdbc.queryForList("SELECT status FROM textonce.deliveries", String.class))
                    .containsExactly("reserved");
        }
    }

    private static List<Instant> restores() {
        return jdbc.queryForList("SELECT restored_to FROM textonce.restores", Instant.class);
    }

    private static void newTimeline() {
        jdbc.update("UPDATE textonce.database_servers SET server = 'the one before'");
    }

    private static void restartServer() {
        postgres.close();
        postgres.start();
    }

    private static DataSource driver(String user) {
        return new DriverDataSource(postgres.url(), null, new Properties(), user, "postgres");
    }

    private static final class Instance implements AutoCloseable {

        private final WriteMemory memory = new WriteMemory(Duration.ofMinutes(5));
        private final HikariDataSource pool = new HikariDataSource();
        private final AtomicReference<DeliveryTables> tables = new AtomicReference<>();
        private final AtomicBoolean repeated = new AtomicBoolean();
        private final OutcomeRepository outcomes;
        private final ForgottenWrites forgotten;
        private final Cancellations cancellations;
        private final OptOuts optOuts;
        private final DatabaseServer server;
        private final RestoreMode restore;

        Instance() {
            this("postgres");
        }

        Instance(String user) {
            outcomes = new OutcomeRepository(new JdbcTemplate(pool));
            forgotten = new ForgottenWrites(
                    memory, () -> tables.get().claims(), () -> outcomes, () -> new JdbcTemplate(pool));
            cancellations = new Cancellations(
                    new JdbcTemplate(pool), new UrgentDatabase(pool), forgotten, Clock.systemUTC(), event -> true);
            optOuts = new OptOuts(
                    new JdbcTemplate(pool),
                    new PhoneHash(new byte[32]),
                    forgotten,
                    TransactionOperations.withoutTransaction());
            server = new DatabaseServer(memory, forgotten::putBack);
            pool.setDataSource(server.recognized(driver(user)));
            restore = new RestoreMode(new JdbcTemplate(pool), null, LEASE, Clock.systemUTC());
            server.begin(restore);
            new JdbcTemplate(pool).execute("SELECT 1");
            tables.set(DeliveryTables.of(pool, LEASE, restore, memory, Clock.systemUTC()));
        }

        void claim(String event) {
            ClaimedEvent.claim(tables.get(), new DefaultCamelContext(), event, "", "+15558675300", "Text");
        }

        SendDecision decision() {
            return restore.decide(Delivery.claimed(DeliveryId.next(0), 1), false);
        }

        /** As after the loss of every connection. */
        void reconnect() {
            pool.getHikariPoolMXBean().softEvictConnections();
            new JdbcTemplate(pool).execute("SELECT 1");
        }

        @Override
        public void close() {
            tables.get().claims().stop();
            outcomes.close();
            pool.close();
        }
    }
}
