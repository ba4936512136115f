package io.textonce.bench;

import static io.textonce.bench.Bench.TIME;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.ExtractedJar;
import io.textonce.sandbox.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Measures what a restart costs: an instance that has just started under full load, from the jar and from the image's
 * cache, and a rolling restart of two instances.
 */
@Tag("bench")
class RestartIT {

    private static final Path FOLDER = Path.of("target", "bench");
    private static final Report REPORT = new Report(FOLDER.resolve("restart.md"));
    private static final int CALLERS = 64;
    /** With the default a minute, after which the rate is steady. */
    private static final int SECONDS = 8 * (int) TIME.toSeconds();

    private Bench bench;

    @BeforeEach
    void startPeers() throws IOException {
        assumeTrue(List.of(System.getProperty("bench.only", "").split(",")).contains("restart"));
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        bench = new Bench(FOLDER);
        bench.warmUpCallers(CALLERS);
        bench.twilio(0);
    }

    @AfterEach
    void stopPeers() throws IOException {
        if (bench != null) {
            bench.close();
        }
    }

    @Test
    void startsUnderFullLoad() throws Exception {
        Path cache = cache();
        REPORT.heading("A fresh instance, %d callers, Twilio at once".formatted(CALLERS));
        REPORT.line(
                "| start | ready after s | seconds | events/s | of the steady rate | p99 ms | worst ms | not 2xx |");
        REPORT.line("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |");
        fresh("the jar", bench.instance(bench.database("jar")));
        if (cache != null) {
            fresh("extracted, with the cache", fromCache(bench.database("cached"), cache));
        }
    }

    private void fresh(String name, AppProcess unstarted) {
        long begin = System.nanoTime();
        try (var app = unstarted.start()) {
            double ready = (System.nanoTime() - begin) / 1e9;
            var answers = load(app, SECONDS);
            double steady = answers.perSecond(SECONDS - 10, SECONDS);
            for (int from : new int[] {0, 10, 20, SECONDS - 10}) {
                REPORT.line(
                        "| %s | %.1f | %d to %d | %.0f | %.0f %% | %.0f | %.0f | %d |",
                        name,
                        ready,
                        from,
                        from + 10,
                        answers.perSecond(from, from + 10),
                        100 * answers.perSecond(from, from + 10) / steady,
                        answers.percentile(0.99, from, from + 10),
                        answers.percentile(1, from, from + 10),
                        answers.failed());
            }
            REPORT.line(
                    "%s, each second: %s",
                    name,
                    IntStream.range(0, 30)
                            .mapToObj(second -> "%.0f".formatted(answers.perSecond(second, second + 1)))
                            .collect(Collectors.joining(" ")));
        }
    }

    private Timeline load(AppProcess app, int seconds) {
        bench.twilio(0);
        var timeline = new Timeline();
        int port = app.uri("/").getPort();
        new Callers(open -> port, CALLERS, bench.unique(), timeline)
                .closedLoop(Duration.ZERO, Duration.ofSeconds(seconds), () -> {});
        bench.awaitTexts(timeline.all() - timeline.failed());
        return timeline;
    }

    @Test
    void restartsOneInstanceAfterTheOther() throws Exception {
        Path cache = cache();
        assumeTrue(cache != null);
        String database = bench.database("rolling");
        var ready = new CopyOnWriteArrayList<Integer>();
        try (var one = fromCache(database, cache).start();
                var other = fromCache(database, cache).start()) {
            var apps = List.of(one, other);
            apps.forEach(app -> ready.add(app.uri("/").getPort()));
            var warmUp = new Timeline();
            callers(ready, CALLERS, new AtomicBoolean(true), warmUp)
                    .closedLoop(Duration.ZERO, Duration.ofSeconds(SECONDS), () -> {});
            double full = warmUp.perSecond(SECONDS - 10, SECONDS);

            var more = new AtomicBoolean(true);
            var restarts = CompletableFuture.runAsync(() -> {
                try {
                    for (var app : apps) {
                        restart(app, ready);
                    }
                } finally {
                    more.set(false);
                }
            });
            var timeline = new Timeline();
            callers(ready, 4 * CALLERS, more, timeline)
                    .atRate(full / 2, Duration.ZERO, Duration.ofMinutes(10), () -> {});
            restarts.join();

            int seconds = (int) Math.ceil((double) timeline.all() / (full / 2));
            REPORT.heading("A rolling restart of two instances at half of the full load");
            REPORT.line(
                    "%.0f/s of %.0f/s for %d s: p50 %.0f ms, p99 %.0f ms, worst %.0f ms, %d not 2xx",
                    full / 2,
                    full,
                    seconds,
                    timeline.percentile(0.5, 0, seconds + 1),
                    timeline.percentile(0.99, 0, seconds + 1),
                    timeline.percentile(1, 0, seconds + 1),
                    timeline.failed());
            REPORT.line(
                    "p99 of each second: %s",
                    IntStream.range(0, seconds)
                            .mapToObj(second -> "%.0f".formatted(timeline.percentile(0.99, second, second + 1)))
                            .collect(Collectors.joining(" ")));
            bench.awaitTexts(warmUp.all() - warmUp.failed() + timeline.all() - timeline.failed());
        }
    }

    /** Behind a load balancer that chooses the ready instance with the fewest open requests. */
    private Callers callers(List<Integer> ready, int callers, AtomicBoolean more, Timeline timeline) {
        var events = bench.unique();
        return new Callers(
                open -> List.copyOf(ready).stream()
                        .min(Comparator.comparingInt(open::applyAsInt))
                        .orElseThrow(),
                callers,
                () -> more.get() ? events.get() : null,
                timeline);
    }

    /** As behind a load balancer: no new request while it stops and starts. */
    private static void restart(AppProcess app, List<Integer> ready) {
        Integer port = app.uri("/").getPort();
        pause(5);
        ready.remove(port);
        pause(1);
        app.stop();
        app.start();
        ready.add(port);
        pause(15);
    }

    private static void pause(int seconds) {
        CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS))
                .join();
    }

    private AppProcess fromCache(String database, Path cache) {
        return bench.instance(database)
                .jar(cache.resolveSibling("textonce.jar"))
                .jvm("-XX:AOTCache=" + cache.toAbsolutePath());
    }

    /** The image's cache, made as in the Dockerfile once for each jar; null where Java is older than 25. */
    private static @Nullable Path cache() throws Exception {
        if (Runtime.version().feature() < 25) {
            return null;
        }
        Path jar = Path.of(System.getProperty("sandbox.jar"));
        Path folder = FOLDER.resolve("application");
        Path cache = folder.resolve("textonce.aot");
        if (!Files.exists(cache) || Files.getLastModifiedTime(cache).compareTo(Files.getLastModifiedTime(jar)) < 0) {
            ExtractedJar.extract(jar, folder);
            Training.run(folder.resolve("textonce.jar"), cache, Training.LONGEST);
        }
        return cache;
    }
}
