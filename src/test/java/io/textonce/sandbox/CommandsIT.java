package io.textonce.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.contentOf;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each command of the sandbox's jar works in an empty folder, with a JVM and nothing else. */
class CommandsIT {

    private static final Path JAR =
            Path.of(System.getProperty("sandbox.commands")).toAbsolutePath();
    private static final String EVENT = "my-routes/events/table-ready.camel.yaml";
    private static final String CASE = "my-routes/cases/table-ready/once.yaml";

    @TempDir
    static Path folder;

    @BeforeAll
    static void createAnEvent() throws Exception {
        var created = run("new", "table-ready");

        assertThat(created.exit()).as(created.output()).isZero();
        assertThat(created.output()).contains(EVENT, CASE);
    }

    @Test
    void printsTheVersionOfItsManifest() throws Exception {
        var version = run("--version");

        assertThat(version.exit()).isZero();
        assertThat(version.output().strip()).matches("TextOnce \\d.*");
    }

    @Test
    @Tag("proof")
    void checkPrintsFileLineAndReasonAndPassesWhatIsRight() throws Exception {
        Path routes = Files.createDirectories(folder.resolve("bad/events"));
        Files.writeString(
                routes.resolve("table-ready.camel.yaml"),
                Files.readString(folder.resolve(EVENT)).replace("timeToLive: 24h", "timeToLive: soon"));
        Files.writeString(routes.resolve("table-late.yaml"), "- route:\n");
        Files.writeString(
                folder.resolve("bad/hook.camel.yaml"),
                "- route:\n    id: hook\n    from:\n      uri: platform-http:/api/hook\n      steps: []\n");

        var wrong = run("check", "bad");

        assertThat(wrong.exit()).as(wrong.output()).isEqualTo(1);
        assertThat(wrong.output().lines())
                .containsExactly(
                        "bad/events/table-late.yaml: the file is ignored because of its name; the name of a route file"
                                + " ends in .camel.yaml, that of a kamelet in .kamelet.yaml; the table of senders is"
                                + " senders.yaml",
                        "bad/events/table-ready.camel.yaml:16: there is no file table-ready.schema.json",
                        "bad/hook.camel.yaml:4: platform-http is not allowed in a user file; a path under /api/ starts at"
                                + " kamelet:api-source, a webhook of Twilio at kamelet:twilio-webhook-source, a path that"
                                + " is open to everyone at kamelet:public-source",
                        "bad has errors: 3");
    }

    @Test
    @Tag("proof")
    void previewPrintsTheMessageOfAnEventOfAFile() throws Exception {
        Files.writeString(
                folder.resolve("event.json"),
                "{\"eventId\":\"table_7_ready\",\"phone\":\"+15558675310\",\"consentAt\":\"2026-06-02T09:00:00Z\","
                        + "\"orderId\":\"7\"}");

        var preview = run("preview", "table-ready", "event.json");
        var none = run("preview", "table-ready", "evnt.json");
        var unsent = run("send-jms", "table-ready", "event.json", "tcp://localhost:" + FreePort.next());

        assertThat(preview.exit()).as(preview.output()).isZero();
        assertThat(preview.output())
                .contains(
                        "verdict    send",
                        "checks     consent pass",
                        "checks     time pass",
                        "to         +15558675310",
                        "encoding   GSM-7",
                        "segments   1",
                        "text       Your order 7 is ready.");
        assertThat(none).isEqualTo(new Result(2, "evnt.json is not a file\n"));
        assertThat(unsent.exit()).isEqualTo(1);
        assertThat(unsent.output()).startsWith("Nothing was sent: the broker at tcp://localhost:");
    }

    @Test
    void casesShowTheExpectedTextBesideTheActual() throws Exception {
        Path wrong = folder.resolve("my-routes/cases/table-ready/wrong.yaml");
        Files.writeString(wrong, Files.readString(folder.resolve(CASE)).replace("is ready", "is redy"));

        var cases = run("cases");

        assertThat(cases.exit()).as(cases.output()).isEqualTo(1);
        assertThat(cases.output())
                .contains(CASE + ": ok", "my-routes/cases/table-ready/wrong.yaml: ", "2 cases, 1 failed")
                .containsPattern("expected  \\+1555\\d+: Your order 1001 is redy\\.\n"
                        + " +actual    \\+1555\\d+: Your order 1001 is ready\\.\n");
    }

    @Test
    void sandboxSendsAnEventOfTheFolder() throws Exception {
        int port = FreePort.next();
        Path log = folder.resolve("log");
        var process = process("sandbox").redirectOutput(log.toFile());
        process.environment().put("PORT", String.valueOf(port));
        process.environment().put("MANAGEMENT_SERVER_PORT", String.valueOf(FreePort.next()));
        var sandbox = process.start();
        try {
            var post = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/api/table-ready-sms"))
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"eventId\":\"table_8_ready\",\"phone\":\"+15558675311\","
                            + "\"consentAt\":\"2026-06-02T09:00:00Z\",\"orderId\":\"8\"}"))
                    .build();

            var http = HttpClient.newHttpClient();
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .failFast(() -> assertThat(sandbox.isAlive())
                            .as(() -> contentOf(log.toFile()))
                            .isTrue())
                    .untilAsserted(() -> assertThat(
                                    http.send(post, BodyHandlers.ofString()).statusCode())
                            .as(() -> contentOf(log.toFile()))
                            .isLessThan(300));

            assertThat(folder.resolve("sandbox/postgres")).isDirectory();
            Files.writeString(
                    folder.resolve("queued.json"),
                    "{\"eventId\":\"table_9_ready\",\"phone\":\"+15558675312\","
                            + "\"consentAt\":\"2026-06-02T09:00:00Z\",\"orderId\":\"9\"}");
            await().until(() -> Files.readString(log).contains("Ctrl-C"));
            String broker = Files.readString(log).replaceAll("(?s).* at tcp:(//[^ ]+) .*", "$1");

            var sent = run("send-jms", "table-ready", "queued.json", "amqp:" + broker);

            assertThat(sent.exit()).as(sent.output()).isZero();
            await().until(() -> Files.readString(log).contains("table_9_ready is delivered"));
        } finally {
            sandbox.destroy();
            sandbox.waitFor(30, TimeUnit.SECONDS);
        }
    }

    private static ProcessBuilder process(String... arguments) {
        var command = new ArrayList<>(List.of(
                ExtractedJar.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    }

    private static Result run(String... arguments) throws IOException, InterruptedException {
        var process = process(arguments).start();
        String output = new String(process.getInputStream().readAllBytes());
        return new Result(process.waitFor(), output);
    }

    private record Result(int exit, String output) {}
}
