package io.textonce.bench;

import static io.textonce.sandbox.Fault.hangs;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.textonce.delivery.DeliveryTables;
import io.textonce.delivery.DueRows;
import io.textonce.phone.PhoneHash;
import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Measures the situations that come with scale: many held, many unknown, a Twilio that hangs, a long transaction, many
 * idle instances.
 */
@Tag("bench")
class ScaleIT {

    private static final Path FOLDER = Path.of("target", "bench");
    private static final Set<String> PARTS =
            Set.of(System.getProperty("bench.only", "").split(","));
    private static final Report REPORT = new Report(FOLDER.resolve("scale.md"));
    private static final Duration MOST = Duration.ofMinutes(20);
    private static final int URGENT = 100;

    private Peers peers;
    private SingleConnectionDataSource dataSource;
    private JdbcTemplate jdbc;

    @BeforeEach
    void startPeers() throws IOException {
        assumeTrue(PARTS.stream().anyMatch(Set.of("snapshot", "morning", "outage", "silence", "idle")::contains));
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        peers = new Peers(Files.createTempDirectory(Files.createDirectories(FOLDER), "peers-"), 0, 0);
        peers.postgres().durable();
        peers.start();
        dataSource = new SingleConnectionDataSource(peers.postgres().url(), "postgres", "postgres", true);
        jdbc = new JdbcTemplate(dataSource);
        DeliveryTables.migrate(dataSource, Duration.ofSeconds(60));
    }

    @AfterEach
    void stopPeers() {
        if (peers != null) {
            dataSource.destroy();
            peers.close();
        }
    }

    /** What makes a poll slow is the number of rows that were leased since the transaction began, not its age. */
    @Test
    void pollsDuringALongTransaction() throws SQLException {
        assumeTrue(PARTS.contains("snapshot"));
        int rows = Integer.getInteger("bench.rows", 300_000);
        int seconds = Math.max(1, Integer.getInteger("bench.minutes", 0) * 60);
        try (var snapshot = DriverManager.getConnection(peers.postgres().url(), "postgres", "postgres")) {
            snapshot.setAutoCommit(false);
            snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            snapshot.createStatement().execute("SELECT count(*) FROM textonce.deliveries");
            var polling = DeliveryTables.of(dataSource, Duration.ofSeconds(60), null);
            var polls = new ArrayList<Double>();
            for (int second = 1; second <= seconds; second++) {
                var next = Instant.now().plusSeconds(1);
                DueRows.insert(jdbc, "reserved", "gone-" + second + "-", Duration.ofMinutes(5), null, rows / seconds);
                jdbc.update(
                        "UPDATE textonce.deliveries SET status = 'rejected', due_at = NULL WHERE due_at IS NOT NULL");
                polls.add(millis(() -> polling.leases().unknown(16)));
                await().until(() -> seconds == 1 || Instant.now().isAfter(next));
            }
            jdbc.execute("ANALYZE textonce.deliveries");
            var tables = DeliveryTables.of(dataSource, Duration.ofSeconds(60), null);
            double full = millis(() -> tables.leases().unknown(16));
            double next = IntStream.range(0, 100)
                    .mapToDouble(n -> millis(() -> tables.leases().unknown(16)))
                    .sorted()
                    .skip(50)
                    .findFirst()
                    .orElseThrow();
            REPORT.heading("A transaction that stays open");
            REPORT.line("%,d dead entries: a poll from the beginning %.1f ms, any other %.2f ms", rows, full, next);
            REPORT.line("One poll a second while they were made: %s", quantiles(polls));
            snapshot.rollback();
        }
    }

    @Test
    void sendsWhatWasHeldUntilTheMorning() {
        assumeTrue(PARTS.contains("morning"));
        int rows = Integer.getInteger("bench.rows", 100_000);
        try (var app = AppProcess.of(peers).start()) {
            peers.twilio().callbackDelay(Duration.ofDays(1));
            DueRows.insert(jdbc, "held", "other-", Duration.ZERO, null, rows);
            DueRows.insert(jdbc, "held", "urgent-", Duration.ZERO, "urgent=true", URGENT);
            var from = Instant.now();
            double urgent = until("is_urgent AND status = 'held'", from);
            double all = until("status IN ('held', 'reserved')", from);
            REPORT.heading("Held until the morning");
            REPORT.line(
                    "%,d held: %d urgent ones are leased within %.1f s, all are sent in %.0f s, %.0f/s",
                    rows, URGENT, urgent, all, rows / all);
            assertThat(peers.twilio().posts()).hasSize(rows + URGENT);
            app.stop();
        }
    }

    @Test
    void reconcilesWhatAnOutageLeftUnknown() {
        assumeTrue(PARTS.contains("outage"));
        int rows = Integer.getInteger("bench.rows", 50_000);
        peers.twilio().callbackDelay(Duration.ofDays(1));
        for (int n = 1; n <= rows; n += 2) {
            peers.twilio().sendsElsewhere(Peers.FROM_NUMBER, DueRows.phone(n), DueRows.text(n));
        }
        DueRows.insert(jdbc, "unknown", "other-", Duration.ZERO, null, rows);
        DueRows.insert(jdbc, "unknown", "urgent-", Duration.ZERO, "urgent=true", URGENT);
        jdbc.update("UPDATE textonce.deliveries SET phone = replace(phone, '+1555', '+1556') WHERE is_urgent");
        hashNumbers();
        jdbc.update("UPDATE textonce.deliveries SET unknown_since = now() - interval '3 min',"
                + " attempted_at = now() - interval '3 min'");
        try (var app = AppProcess.of(peers).start()) {
            var from = Instant.now();
            double urgent = until("is_urgent AND status = 'unknown'", from);
            double all = until("status IN ('unknown', 'reserved')", from);
            REPORT.heading("Unknown after an outage");
            REPORT.line(
                    "%,d unknown, half of them at Twilio: %d calls of its list; %d urgent ones resolved in %.1f s, all in %.0f s",
                    rows, peers.twilio().listCalls(), URGENT, urgent, all);
            assertThat(peers.twilio().posts()).hasSize(rows / 2 + URGENT);
            app.stop();
        }
    }

    @Test
    void holdsMessagesWhileTwilioHangs() throws InterruptedException {
        assumeTrue(PARTS.contains("silence"));
        var callers = Executors.newFixedThreadPool(256);
        var accepted = new AtomicInteger();
        try (var app = AppProcess.of(peers).start()) {
            peers.twilio().always(hangs(Duration.ofMinutes(1)));
            var from = Instant.now();
            var end = from.plusSeconds(45);
            for (int caller = 0; caller < 256; caller++) {
                int first = caller * 27_000;
                callers.submit(() -> {
                    for (int n = first; Instant.now().isBefore(end); n++) {
                        if (post(app, n) == 202) {
                            accepted.incrementAndGet();
                        }
                    }
                });
            }
            callers.shutdown();
            assertThat(callers.awaitTermination(2, TimeUnit.MINUTES)).isTrue();
            peers.twilio().behave();
            long unknown = count("status = 'unknown'");
            var behaved = Instant.now();
            double held = until("status = 'held'", behaved);
            double all = until("status IN ('unknown', 'reserved', 'held')", behaved);
            REPORT.heading("A Twilio that leaves every call without a response");
            REPORT.line(
                    "256 callers for 45 s: %,d events accepted, %,d of them unknown; afterwards the held ones are sent"
                            + " within %.0f s, all within %.0f s",
                    accepted.get(), unknown, held, all);
            app.stop();
        }
    }

    @Test
    void countsWhatIdleInstancesTake() throws IOException {
        assumeTrue(PARTS.contains("idle"));
        int instances = Integer.getInteger("bench.instances", 10);
        var minute = Duration.ofMinutes(1);
        var apps = new ArrayList<AppProcess>();
        try {
            for (int i = 0; i < instances; i++) {
                apps.add(AppProcess.of(peers).extracted().start());
            }
            // An instance counts as idle after a minute without work.
            await().pollDelay(minute.multipliedBy(2))
                    .atMost(minute.multipliedBy(3))
                    .until(() -> true);
            long before = transactions();
            await().pollDelay(minute).atMost(minute.multipliedBy(2)).until(() -> true);
            double perSecond = (transactions() - before) / 60.0;
            Long connections = jdbc.queryForObject(
                    "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
                    Long.class);
            long memory = 0;
            for (var app : apps) {
                memory += residentKilobytes(app.pid());
            }
            REPORT.heading("Idle instances");
            REPORT.line(
                    "%d instances: %d connections to PostgreSQL, %.1f transactions/s, %d MB of memory each",
                    instances, connections, perSecond, memory / 1024 / instances);
        } finally {
            apps.forEach(AppProcess::close);
        }
    }

    /** Reconciliation finds the deliveries to a number by its hash. */
    private void hashNumbers() {
        var hash = new PhoneHash(Objects.requireNonNull(peers.environment().get("TEXTONCE_HASH_KEY"))
                .getBytes(UTF_8));
        jdbc.execute("CREATE INDEX for_the_bench ON textonce.deliveries (phone)");
        var numbers = jdbc.queryForList("SELECT DISTINCT phone FROM textonce.deliveries", String.class);
        jdbc.batchUpdate(
                "UPDATE textonce.deliveries SET phone_hash = ? WHERE phone = ?", numbers, 1000, (row, number) -> {
                    row.setBytes(1, hash.of(number));
                    row.setString(2, number);
                });
        jdbc.execute("DROP INDEX textonce.for_the_bench");
    }

    private long transactions() {
        return jdbc.queryForObject("SELECT sum(xact_commit) FROM pg_stat_database", Long.class);
    }

    private static long residentKilobytes(long pid) throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
    }

    private static int post(AppProcess app, int number) {
        try {
            return app.post("order-shipped", """
                            {"eventId":"event-%1$d","phone":"+1555%2$d","orderId":"%1$d",
                             "consentAt":"2026-06-02T09:00:00Z"}""".formatted(number, 2_000_000 + number % 7_000_000))
                    .statusCode();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    private double until(String none, Instant from) {
        await(none).atMost(MOST).pollInterval(Duration.ofMillis(200)).until(() -> count(none) == 0);
        return Duration.between(from, Instant.now()).toMillis() / 1000.0;
    }

    private long count(String condition) {
        return jdbc.queryForObject("SELECT count(*) FROM textonce.deliveries WHERE " + condition, Long.class);
    }

    private static String quantiles(List<Double> millis) {
        var sorted = millis.stream().sorted().toList();
        return "median %.2f ms, 99 %% within %.2f ms, longest %.1f ms"
                .formatted(
                        sorted.get(sorted.size() / 2),
                        sorted.get(sorted.size() * 99 / 100),
                        sorted.get(sorted.size() - 1));
    }

    private static double millis(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return (System.nanoTime() - start) / 1e6;
    }
}
