package io.textonce.bench;

import static io.textonce.bench.Bench.TIME;
import static io.textonce.bench.Bench.WARM_UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.textonce.sandbox.AppProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.slf4j.LoggerFactory;

/**
 * Measures TextOnce, in turn with what it is compared to: A B A B, medians. Nothing here says how fast is fast enough.
 */
@Tag("bench")
@TestMethodOrder(OrderAnnotation.class)
class BenchIT {

    private static final Path FOLDER = Path.of("target", "bench");
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final Set<String> PARTS =
            Set.of(System.getProperty("bench.only", "http,stock,duplicates").split(","));

    private static final List<Setting> SETTINGS =
            List.of(new Setting(200, 256, false), new Setting(50, 256, true), new Setting(0, 64, true));

    private static final Report REPORT = new Report(FOLDER.resolve("report.md"));
    private static Bench bench;
    private static @Nullable AppProcess textOnce;

    /**
     * Under what load.
     *
     * @param latency of Twilio in ms
     * @param stock whether the stock route is measured, too
     */
    private record Setting(int latency, int callers, boolean stock) {}

    /** Who is measured. */
    private record Side(String name, int port, long pid) {

        static Side of(String name, AppProcess app) {
            return new Side(name, app.uri("/").getPort(), app.pid());
        }
    }

    @BeforeAll
    static void startPeers() throws IOException, SQLException {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
        bench = new Bench(FOLDER);
        REPORT.line("# TextOnce, measured");
        REPORT.line("");
        REPORT.line(
                "%s, %d cores, %s %s, JDK %s, %s",
                Instant.now().truncatedTo(ChronoUnit.MINUTES),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Runtime.version(),
                database("SELECT split_part(version(), ' on ', 1)"));
        REPORT.line(
                "fsync %s, synchronous_commit %s; %d rounds of %d s after %d s; callers, Twilio, PostgreSQL and the"
                        + " application share the cores",
                database("SHOW fsync"),
                database("SHOW synchronous_commit"),
                ROUNDS,
                TIME.toSeconds(),
                WARM_UP.toSeconds());
        assertThat(database("SHOW fsync")).isEqualTo("on");
        assertThat(database("SHOW synchronous_commit")).isEqualTo("on");
    }

    @AfterAll
    static void stopPeers() throws IOException {
        if (textOnce != null) {
            textOnce.close();
        }
        bench.close();
        System.out.println("Kept in " + FOLDER.resolve("report.md").toAbsolutePath());
    }

    @Test
    @Order(1)
    void eventsOverHttp() {
        boolean withStock = PARTS.contains("stock");
        assumeTrue(withStock || PARTS.contains("http"));
        REPORT.heading("New events over HTTP");
        REPORT.runs();
        var ratios = new ArrayList<String>();
        var atHalf = new ArrayList<String>();
        try (var stock = withStock ? bench.stock(FOLDER) : null) {
            var sides = new ArrayList<>(List.of(textOnce()));
            if (stock != null) {
                sides.add(warmedUp(new Side("stock Camel route", stock.port(), stock.pid())));
            }
            for (var setting : SETTINGS) {
                if (setting.stock() || PARTS.contains("http")) {
                    compare(setting, setting.stock() ? sides : sides.subList(0, 1), ratios, atHalf);
                }
            }
        }
        ratios.forEach(REPORT::line);
        REPORT.heading("Latency at half of that rate");
        REPORT.line("| Twilio | what | events/s | p50 ms | p99 ms |");
        REPORT.line("| ---: | --- | ---: | ---: | ---: |");
        atHalf.forEach(REPORT::line);
    }

    private static void compare(Setting setting, List<Side> sides, List<String> ratios, List<String> atHalf) {
        Map<Side, List<Run>> runs = new LinkedHashMap<>();
        sides.forEach(side -> runs.put(side, new ArrayList<>()));
        for (int round = 0; round < ROUNDS; round++) {
            runs.forEach((side, those) -> those.add(run(side, setting, 0)));
        }
        row(setting, runs);
        if (sides.size() == 2) {
            ratios.add(ratio(runs) + ", Twilio in " + setting.latency() + " ms");
        }
        var first = sides.get(0);
        var half = run(first, setting, Run.median(runs.get(first)).perSecond() / 2);
        atHalf.add("| %d ms | %s | %.0f | %.1f | %.1f |"
                .formatted(setting.latency(), first.name(), half.perSecond(), half.p50(), half.p99()));
    }

    @Test
    @Order(2)
    void repeatedEvents() {
        assumeTrue(PARTS.contains("duplicates"));
        REPORT.heading("Repeated events");
        REPORT.runs();
        var side = textOnce();
        var setting = new Setting(0, 64, false);
        Map<Side, List<Run>> runs = new LinkedHashMap<>();
        var repeated = new Side("repeated events", side.port(), side.pid());
        var fresh = new Side("new events", side.port(), side.pid());
        runs.put(repeated, new ArrayList<>());
        runs.put(fresh, new ArrayList<>());
        bench.twilio(0);
        new Callers(side.port(), 64, bench.unique(1000)).closedLoop(Duration.ZERO, TIME.multipliedBy(10), () -> {});
        var again = bench.repeated(1000);

        for (int round = 0; round < ROUNDS; round++) {
            bench.twilio(0);
            runs.get(repeated).add(measure(side, 64, again, 0).run());
            bench.awaitTexts(0);
            runs.get(fresh).add(run(side, setting, 0));
        }

        row(setting, runs);
        REPORT.line(ratio(runs));
    }

    /** Started once, and warmed up, for all parts that need no other. */
    private static Side textOnce() {
        if (textOnce == null) {
            textOnce = bench.textOnce("textonce", "http");
            warmedUp(Side.of("TextOnce", textOnce));
        }
        return Side.of("TextOnce", textOnce);
    }

    private static Side warmedUp(Side side) {
        bench.twilio(0);
        new Callers(side.port(), 64, bench.unique()).closedLoop(TIME, TIME, () -> {});
        return side;
    }

    /** New events: at a rate, or with 0 as many as it takes; each must become one text. */
    private static Run run(Side side, Setting setting, double perSecond) {
        bench.twilio(setting.latency());
        var measured = measure(side, setting.callers(), bench.unique(), perSecond);
        bench.awaitTexts(measured.answers().all());
        return measured.run();
    }

    private record Measured(Callers.Answers answers, Run run) {}

    private static Measured measure(Side side, int callers, Supplier<byte @Nullable []> requests, double perSecond) {
        var meter = bench.meter(side.pid());
        var load = new Callers(side.port(), callers, requests);
        var answers =
                perSecond == 0 ? load.closedLoop(WARM_UP, TIME, meter) : load.atRate(perSecond, WARM_UP, TIME, meter);
        return new Measured(
                answers,
                new Run(
                        answers.perSecond(),
                        answers.percentile(0.5),
                        answers.percentile(0.99),
                        meter.application().toNanos() / 1e3 / answers.measured(),
                        meter.postgres().toNanos() / 1e3 / answers.measured()));
    }

    private static void row(Setting setting, Map<Side, List<Run>> runs) {
        runs.forEach((side, those) -> REPORT.line(
                "| %d ms | %d | %s | %s", setting.latency(), setting.callers(), side.name(), Run.row(those)));
    }

    private static String ratio(Map<Side, List<Run>> runs) {
        var sides = List.copyOf(runs.keySet());
        return "\n%s : %s = **%.2f**"
                .formatted(
                        sides.get(0).name(),
                        sides.get(1).name(),
                        Run.median(runs.get(sides.get(0))).perSecond()
                                / Run.median(runs.get(sides.get(1))).perSecond());
    }

    private static String database(String query) throws SQLException {
        try (var connection = bench.connect("postgres");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
