package io.textonce.bench;

import static io.textonce.bench.Bench.TIME;
import static io.textonce.bench.Bench.WARM_UP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.textonce.sandbox.AppProcess;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Path;
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
            Set.of(System.getProperty("bench.only", "http,stock,duplicates,callbacks,queue,file")
                    .split(","));

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
    static void startPeers() throws IOException {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
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
                bench.value("postgres", "SELECT split_part(version(), ' on ', 1)"));
        REPORT.line(
                "fsync %s, synchronous_commit %s; %d rounds of %d s after %d s; callers, Twilio, PostgreSQL and the"
                        + " application share the cores",
                bench.value("postgres", "SHOW fsync"),
                bench.value("postgres", "SHOW synchronous_commit"),
                ROUNDS,
                TIME.toSeconds(),
                WARM_UP.toSeconds());
        assertThat(bench.value("postgres", "SHOW fsync")).isEqualTo("on");
        assertThat(bench.value("postgres", "SHOW synchronous_commit")).isEqualTo("on");
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
        REPORT.line("| Twilio | what | events/s | p50 ms | p99 ms, median | each round |");
        REPORT.line("| ---: | --- | ---: | ---: | ---: | --- |");
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
        double half = Run.median(runs.get(first)).perSecond() / 2;
        var halves = new ArrayList<Run>();
        for (int round = 0; round < ROUNDS; round++) {
            halves.add(run(first, setting, half));
        }
        atHalf.add("| %d ms | %s | ".formatted(setting.latency(), first.name()) + Run.latencyRow(halves));
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

    @Test
    @Order(3)
    void signedCallbacks() {
        assumeTrue(PARTS.contains("callbacks"));
        REPORT.heading("Signed status callbacks");
        REPORT.runs();
        var side = textOnce();
        var runs = new ArrayList<Run>();
        int most = (int) (WARM_UP.plus(TIME).toMillis() * 10);
        long before = callbacks();
        long answered = 0;
        for (int round = 0; round < ROUNDS; round++) {
            var measured = measure(side, 64, Rows.callbacks(bench, "textonce", "called-" + round, most / 2), 0);
            answered += measured.answers().all();
            runs.add(measured.run());
        }
        REPORT.line("| | 64 | callbacks | %s", Run.row(runs));
        assertThat(callbacks() - before).as("callbacks in the timelines").isEqualTo(answered);
    }

    private static long callbacks() {
        return Long.parseLong(
                bench.value("textonce", "SELECT count(*) FROM textonce.delivery_events WHERE kind = 'callback'"));
    }

    @Test
    @Order(4)
    void queueAndFile() {
        boolean queue = PARTS.contains("queue");
        boolean file = PARTS.contains("file");
        assumeTrue(queue || file);
        REPORT.heading("The queue and the file, beside HTTP");
        REPORT.runs();
        var setting = new Setting(50, 256, false);
        try (var app = bench.textOnce("intakes", "http,jms,file")) {
            var http = warmedUp(Side.of("HTTP", app));
            var fromQueue = new Side("queue", http.port(), http.pid());
            var fromFile = new Side("file", http.port(), http.pid());
            Map<Side, List<Run>> runs = new LinkedHashMap<>();
            runs.put(http, new ArrayList<>());
            var warmUp = new Setting(0, 256, false);
            int some = (int) TIME.toSeconds() * 2500;
            if (queue) {
                drained(fromQueue, warmUp, some, () -> bench.publish(some));
            }
            if (file) {
                drained(fromFile, warmUp, some, () -> bench.drop(some));
            }
            for (int round = 0; round < ROUNDS; round++) {
                var overHttp = run(http, setting, 0);
                runs.get(http).add(overHttp);
                int number = (int) (overHttp.perSecond() * TIME.toSeconds());
                if (queue) {
                    runs.computeIfAbsent(fromQueue, side -> new ArrayList<>())
                            .add(drained(fromQueue, setting, number, () -> bench.publish(number)));
                }
                if (file) {
                    runs.computeIfAbsent(fromFile, side -> new ArrayList<>())
                            .add(drained(fromFile, setting, number, () -> bench.drop(number)));
                }
            }
            row(setting, runs);
            runs.keySet().stream().filter(side -> side != http).forEach(side -> REPORT.line(ratio(runs, side, http)));
        }
    }

    /** The rate from the first text to the last of so many events. */
    private static Run drained(Side side, Setting setting, int events, Runnable intake) {
        bench.twilio(setting.latency());
        var meter = bench.meter(side.pid());
        meter.run();
        intake.run();
        var texts = bench.awaitTexts(events);
        meter.run();
        return new Run(
                (events - 1) / texts.seconds(),
                Double.NaN,
                Double.NaN,
                meter.application().toNanos() / 1e3 / events,
                meter.postgres().toNanos() / 1e3 / events);
    }

    @Test
    @Order(5)
    void largeTable() {
        assumeTrue(PARTS.contains("large"));
        int rows = Integer.getInteger("bench.rows", 1_000_000);
        REPORT.heading("A table with %,d deliveries".formatted(rows));
        REPORT.runs();
        var setting = new Setting(0, 64, false);
        try (var full = bench.textOnce("large", "http")) {
            Rows.old(bench, "large", rows);
            Map<Side, List<Run>> runs = new LinkedHashMap<>();
            runs.put(warmedUp(Side.of("large table", full)), new ArrayList<>());
            var small = textOnce();
            runs.put(new Side("small table", small.port(), small.pid()), new ArrayList<>());
            for (int round = 0; round < ROUNDS; round++) {
                runs.forEach((side, those) -> those.add(run(side, setting, 0)));
            }
            row(setting, runs);
            REPORT.line(ratio(runs));
        }
    }

    @Test
    @Order(6)
    void manyEvents() throws IOException, InterruptedException {
        assumeTrue(PARTS.contains("soak"));
        int events = Integer.getInteger("bench.events", 200_000);
        REPORT.heading("%,d events on end".formatted(events));
        REPORT.growth();
        try (var app = bench.textOnce("soak", "http")) {
            var side = Side.of("TextOnce", app);
            for (int tenth = 1; tenth <= 10; tenth++) {
                bench.twilio(0);
                var answers = new Callers(side.port(), 64, bench.unique(events / 10))
                        .closedLoop(Duration.ZERO, Duration.ofDays(1), () -> {});
                bench.awaitTexts(answers.all());
                grown(app, events / 10 * tenth, answers.perSecond());
            }
        }
    }

    @Test
    @Order(7)
    void longFile() throws IOException, InterruptedException {
        assumeTrue(PARTS.contains("long-file"));
        int lines = Integer.getInteger("bench.lines", 1_000_000);
        REPORT.heading("A file of %,d lines, in a heap of 256 MB".formatted(lines));
        REPORT.growth();
        try (var app = bench.textOnce("long_file", "file", "-Xmx256m")) {
            int some = (int) TIME.toSeconds() * 2_500;
            drained(Side.of("TextOnce", app), new Setting(0, 256, false), some, () -> bench.drop(some));
            bench.twilio(0);
            bench.drop(lines);
            var before = new Bench.Texts(0, 0, 0);
            for (int tenth = 1; tenth <= 10; tenth++) {
                var now = bench.awaitAtLeast(lines / 10 * tenth);
                grown(
                        app,
                        now.different(),
                        (now.different() - before.different()) / (now.seconds() - before.seconds()));
                before = now;
            }
            bench.awaitTexts(lines);
        }
    }

    @Test
    @Order(8)
    void caps() {
        assumeTrue(PARTS.contains("caps"));
        REPORT.heading("With two caps, and with none");
        REPORT.runs();
        try (var capped = bench.capped("capped");
                var free = bench.textOnce("uncapped", "http")) {
            var sides = List.of(warmedUp(Side.of("two caps", capped)), warmedUp(Side.of("no caps", free)));
            for (var setting : SETTINGS.subList(1, 3)) {
                Map<Side, List<Run>> runs = new LinkedHashMap<>();
                sides.forEach(side -> runs.put(side, new ArrayList<>()));
                for (int round = 0; round < ROUNDS; round++) {
                    // The first of a round has the machine as the last one left it, so they change places.
                    for (int i = 0; i < sides.size(); i++) {
                        var side = sides.get((i + round) % sides.size());
                        runs.get(side).add(run(side, setting, 0));
                    }
                }
                row(setting, runs);
                REPORT.line(ratio(runs));
            }
        }
        assertThat(bench.value("capped", "SELECT count(DISTINCT name) FROM textonce.cap_counters WHERE used > 0"))
                .isEqualTo("2");
    }

    private static void grown(AppProcess app, int events, double perSecond) throws IOException, InterruptedException {
        REPORT.line("| %,d | %.0f | %.0f |", events, perSecond, heap(app));
    }

    /** What is reachable, in MB. */
    private static double heap(AppProcess app) throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        new ProcessBuilder(jcmd, Long.toString(app.pid()), "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        return app.send(HttpRequest.newBuilder(app.managementUri("/actuator/prometheus")))
                        .body()
                        .lines()
                        .filter(line -> line.startsWith("jvm_memory_used_bytes") && line.contains("area=\"heap\""))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum()
                / 1e6;
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
        // The optimizing compiler is at work for the first hundred thousand events or so.
        new Callers(side.port(), 64, bench.unique()).closedLoop(TIME.multipliedBy(5), TIME, () -> {});
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
        return ratio(runs, sides.get(0), sides.get(1));
    }

    private static String ratio(Map<Side, List<Run>> runs, Side one, Side other) {
        double ratio = Run.median(runs.get(one)).perSecond()
                / Run.median(runs.get(other)).perSecond();
        return "\n%s : %s = **%.2f**".formatted(one.name(), other.name(), ratio);
    }
}
