package io.textonce.routes;

import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** TextOnce ends in the middle of a file. It has peers of its own, since the file must be nobody else's. */
@Tag("proof")
class FileCrashIT {

    private static final int PARALLEL = 32;

    private static Peers peers;

    private enum End {
        KILLED(2_000, 40) {
            @Override
            void end(AppProcess app) {
                app.kill();
            }
        },
        STOPPED(500, 150) {
            @Override
            void end(AppProcess app) {
                app.stop();
            }
        };

        private final int lines;

        /** Time that Twilio takes for each: the file must not be done before it ends. */
        private final Duration response;

        End(int lines, long responseMillis) {
            this.lines = lines;
            this.response = Duration.ofMillis(responseMillis);
        }

        abstract void end(AppProcess app);
    }

    private record Line(String eventId, String number, String json, boolean bad) {}

    @BeforeAll
    static void startPeers() throws IOException {
        peers = new Peers(Files.createTempDirectory(Path.of("target"), "crash-peers-"), 0, 0).start();
    }

    @AfterAll
    static void stopPeers() {
        peers.close();
    }

    @Test
    void sendsEveryGoodLineOnceWhenItIsKilled() throws IOException {
        sendsEveryGoodLineOnce(End.KILLED);
    }

    @Test
    void sendsEveryGoodLineOnceWhenItIsStopped() throws IOException {
        sendsEveryGoodLineOnce(End.STOPPED);
    }

    private static void sendsEveryGoodLineOnce(End end) throws IOException {
        peers.twilio().reset();
        peers.twilio().always(answersLate(end.response).and(losesCallbacks()));
        List<Line> lines = lines(end);
        Path folder = peers.inbox().resolve("order-shipped");
        String name = end + ".jsonl";
        try (var app = AppProcess.of(peers)
                .with("TEXTONCE_INTAKES", "file")
                .with("TEXTONCE_FILE_LOCKMAXAGE", "3s")
                .with("TEXTONCE_FILE_PARALLEL", Integer.toString(PARALLEL))
                .jvm("-Xmx256m")
                .extracted()
                .start()) {
            peers.twilio().callbackTarget(app.hostAndPort());
            drop(folder, name, lines);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> peers.twilio().messages().size() > end.lines / 4);

            end.end(app);
            assertThat(folder.resolve(name)).exists();
            assertThat(folder.resolve("failed").resolve(name)).doesNotExist();
            int before = peers.twilio().messages().size();
            assertThat(before).isLessThan(end.lines * 3 / 4);
            app.start();

            await().atMost(Duration.ofSeconds(120))
                    .untilAsserted(() ->
                            assertThat(folder.resolve("done").resolve(name)).exists());
        }

        assertThat(textsByNumber().values()).containsOnly(1L);
        Set<String> texted = textsByNumber().keySet();
        assertThat(lines).filteredOn(Line::bad).extracting(Line::number).noneMatch(texted::contains);
        List<String> missing = lines.stream()
                .filter(line -> !line.bad() && !texted.contains(line.number()))
                .map(Line::eventId)
                .toList();
        assertThat(missing).isSubsetOf(withoutOutcome()).hasSizeLessThanOrEqualTo(end == End.KILLED ? PARALLEL : 0);
        assertThat(Files.readAllLines(folder.resolve("failed").resolve(name)))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactlyInAnyOrderElementsOf(
                        lines.stream().filter(Line::bad).map(Line::json).toList());
        assertThat(folder.resolve(name)).doesNotExist();
    }

    private static List<Line> lines(End end) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < end.lines; i++) {
            boolean bad = i % 100 == 3;
            String id = "crash-" + end + "-" + i;
            String number = "+1555" + (2_000_000 + end.ordinal() * 10_000 + i);
            String json = "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                    + "\",\"orderId\":\"1001\",\"consentAt\":\"" + (bad ? "yesterday" : "2026-06-02T09:00:00Z") + "\"}";
            lines.add(new Line(id, number, json, bad));
        }
        return lines;
    }

    private static void drop(Path folder, String name, List<Line> lines) throws IOException {
        Path part = folder.resolve("." + name + ".part");
        Files.write(part, lines.stream().map(Line::json).toList());
        Files.move(part, folder.resolve(name));
    }

    private static Map<String, Long> textsByNumber() {
        return peers.twilio().messages().stream()
                .collect(Collectors.groupingBy(message -> message.to(), Collectors.counting()));
    }

    /** Those of which only evidence can say what became of them. */
    private static List<String> withoutOutcome() {
        var database =
                new JdbcTemplate(new DriverManagerDataSource(peers.postgres().url(), "postgres", "postgres"));
        return database.queryForList(
                "SELECT event_id FROM textonce.deliveries WHERE status IN ('reserved', 'unknown')", String.class);
    }
}
