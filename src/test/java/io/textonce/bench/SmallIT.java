package io.textonce.bench;

import static org.assertj.core.api.Assertions.assertThat;
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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Measures the image's small form: its memory while idle and with 100 messages a second. The system property
 * {@code bench.cgroup} names a control group with a limit in which it runs, as in a container.
 */
@Tag("bench")
class SmallIT {

    private static final Path FOLDER = Path.of("target", "bench");
    private static final Report REPORT = new Report(FOLDER.resolve("small.md"));
    private static final Pattern ENV = Pattern.compile("(?m)^ENV (\\w+)=(\\S+)$");
    private static final @Nullable String CGROUP = System.getProperty("bench.cgroup");
    private static final int RATE = 100;
    private static final int TWILIO_MILLIS = 200;
    /** With the default two minutes. */
    private static final Duration LOAD = Bench.TIME.multipliedBy(15);
    /** The pools of an idle instance shrink within a minute. */
    private static final int IDLE_SECONDS = 75;
    /** What a container of 256 MB counts as resident: all but the pages of files. */
    private static final long MOST_KILOBYTES = 220 * 1024;

    @Test
    void carriesAHundredMessagesASecond() throws Exception {
        assumeTrue(List.of(System.getProperty("bench.only", "").split(",")).contains("small"));
        assumeTrue(Runtime.version().feature() >= 25);
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        Path jar = FOLDER.resolve("small").resolve("textonce.jar");
        Path archive = jar.resolveSibling("textonce.jsa");
        ExtractedJar.extract(Path.of(System.getProperty("sandbox.jar")), jar.getParent());
        Training.small(jar, archive);
        try (var bench = new Bench(FOLDER);
                var app = small(bench, jar, archive).start()) {
            bench.twilio(TWILIO_MILLIS);
            CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(IDLE_SECONDS, TimeUnit.SECONDS))
                    .join();
            REPORT.heading("The small form, Twilio after %d ms".formatted(TWILIO_MILLIS));
            REPORT.line("| | resident MB | of it no file's | p50 ms | p99 ms | not 2xx |");
            REPORT.line("| --- | ---: | ---: | ---: | ---: | ---: |");
            line("idle", app, new Timeline());
            var timeline = new Timeline();
            int port = app.uri("/").getPort();
            new Callers(open -> port, 64, bench.unique((int) (RATE * LOAD.toSeconds())), timeline)
                    .atRate(RATE, Duration.ZERO, LOAD, () -> {});
            bench.awaitTexts(timeline.all());
            line("%d/s for %d s".formatted(RATE, LOAD.toSeconds()), app, timeline);
            if (CGROUP != null) {
                REPORT.line("The control group had at most %d MB.", peak(Path.of(CGROUP)) >> 20);
            }
            assertThat(timeline.failed()).isZero();
            assertThat(memory(app, "RssAnon")).isLessThan(MOST_KILOBYTES);
        }
    }

    private static AppProcess small(Bench bench, Path jar, Path archive) throws IOException {
        var app = AppProcess.of(bench.peers())
                .jar(jar)
                .jvm("@docker/small.options", "-XX:SharedArchiveFile=" + archive.toAbsolutePath())
                .with("SPRING_DATASOURCE_URL", bench.database("small"))
                .with("TWILIO_BASE_URL", bench.twilioUrl());
        ENV.matcher(Files.readString(Path.of("Dockerfile")))
                .results()
                .forEach(variable -> app.with(variable.group(1), variable.group(2)));
        return CGROUP == null ? app : app.cgroup(Path.of(CGROUP));
    }

    private static void line(String name, AppProcess app, Timeline timeline) throws IOException {
        int all = (int) LOAD.toSeconds() + 1;
        REPORT.line(
                "| %s | %d | %d | %.0f | %.0f | %d |",
                name,
                memory(app, "VmRSS") / 1024,
                memory(app, "RssAnon") / 1024,
                timeline.percentile(0.5, 0, all),
                timeline.percentile(0.99, 0, all),
                timeline.failed());
    }

    /** Returns the most bytes that a control group had since it was made, those of its cached files included. */
    private static long peak(Path cgroup) throws IOException {
        Path first = cgroup.resolve("memory.max_usage_in_bytes");
        Path file = Files.exists(first) ? first : cgroup.resolve("memory.peak");
        return Long.parseLong(Files.readString(file).trim());
    }

    private static long memory(AppProcess app, String field) throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(app.pid()), "status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
    }
}
