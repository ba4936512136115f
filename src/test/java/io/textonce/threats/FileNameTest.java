package io.textonce.threats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.intake.file.StableFileFilter;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Threat: whoever may drop files chooses their names. */
@SandboxTest
class FileNameTest {

    private static final List<String> NAMES = List.of(
            "%2e%2e%2fescaped.jsonl",
            "${file:name}${body}.jsonl",
            "$(id);`id`|x&.jsonl",
            "it's \"quoted\" -- '; DROP TABLE textonce.file_locks; --.jsonl",
            "?delete=true&move=x.jsonl",
            "#{x} {{textonce.inbox}}.jsonl",
            "\u202egpj.lnosj.jsonl",
            "-rf *.jsonl",
            "line\nbreak\t.jsonl");

    @Test
    void takesAFileOfAnyNameAndKeepsItInItsFolder(Sandbox sandbox) {
        Map<Path, String> files = new LinkedHashMap<>();
        for (String name : NAMES) {
            String number = sandbox.newNumber();
            String lines = sandbox.orderShipped(sandbox.newEventId(), number) + "\nnot json\n";
            files.put(sandbox.drop("order-shipped", name, lines), number);
        }

        await().atMost(Duration.ofSeconds(30))
                .until(() -> files.keySet().stream()
                        .allMatch(
                                file -> Files.exists(file.resolveSibling("done").resolve(file.getFileName()))));

        files.forEach((file, number) -> {
            assertThat(file.resolveSibling("failed").resolve(file.getFileName()))
                    .isRegularFile();
            assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        });
    }

    @Test
    void leavesAFileAloneWhoseNameLeadsElsewhere(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        Path file =
                sandbox.drop("order-shipped", "a\\..\\..\\b.jsonl", sandbox.orderShipped(sandbox.newEventId(), number));

        awaitAnother(sandbox);

        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        assertThat(file).exists();
        Files.delete(file);
    }

    /** The name is in ISO 8859-1, as an old FTP client writes it; in a locale without UTF-8 so is each that is not ASCII. */
    @Test
    void namesAFileOnceWhoseNameIsNotReadableAndReadsTheOthers(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        Path folder = Files.createDirectories(sandbox.peers().inbox().resolve("order-shipped"));
        Path lines = Files.writeString(
                Files.createTempFile("lines", ".jsonl"), sandbox.orderShipped(sandbox.newEventId(), number));

        try (var log = new LogRecorder(StableFileFilter.class)) {
            sh("cp \"$1\" \"$2/$(printf 'M\\344rz-%s.jsonl' \"$3\")\"", lines, folder, number);
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(log.lines())
                            .filteredOn(line -> line.contains(number.substring(1)))
                            .hasSize(1)
                            .allSatisfy(line -> assertThat(line).contains("its name can't be read")));
            awaitAnother(sandbox);

            assertThat(log.lines())
                    .filteredOn(line -> line.contains(number.substring(1)))
                    .hasSize(1);
        }
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        sh("rm \"$1\"/M*\"$2\".jsonl", folder, number);
    }

    /** A name has at most 255 bytes, of which one with a number or another extension has more. */
    @Test
    void movesFilesOfTheLongestNames(Sandbox sandbox) throws IOException {
        String stem = "x" + "\ud83d\ude9a".repeat(62) + sandbox.newEventId().substring(0, 1);
        String first = sandbox.newNumber();
        String second = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), first);

        for (String number : List.of(first, second)) {
            Path file = sandbox.peers().inbox().resolve("order-shipped").resolve(stem + ".json");
            Files.createDirectories(file.getParent());
            Path part = Files.writeString(
                    file.resolveSibling(".long-name.tmp"), "[" + event.replace(first, number) + ",{}]");
            Files.move(part, file);
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.notExists(file));
            event = sandbox.orderShipped(sandbox.newEventId(), first);
        }

        assertThat(sandbox.twilio().sentTo(first)).hasSize(1);
        assertThat(sandbox.twilio().sentTo(second)).hasSize(1);
        for (String folder : List.of("done", "failed")) {
            try (var files =
                    Files.list(sandbox.peers().inbox().resolve("order-shipped").resolve(folder))) {
                assertThat(files.filter(file -> file.getFileName().toString().startsWith("x\ud83d\ude9a")
                                && !file.toString().endsWith(".csv")))
                        .hasSize(2);
            }
        }
    }

    private static void sh(String script, Object... arguments) throws Exception {
        var command = new ArrayList<>(List.of("sh", "-e", "-c", script, "sh"));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void readsNoFileThatALinkInTheInboxPointsTo(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        Path outside = Files.writeString(
                Files.createTempFile("outside", ".jsonl"), sandbox.orderShipped(sandbox.newEventId(), number));
        Path folder = Files.createDirectories(sandbox.peers().inbox().resolve("order-shipped"));
        Path link = Files.createSymbolicLink(folder.resolve("link-" + sandbox.newEventId() + ".jsonl"), outside);

        awaitAnother(sandbox);

        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
        assertThat(link).isSymbolicLink();
        Files.delete(link);
    }

    @Test
    void movesNoFileToAFolderThatALinkPointsTo(Sandbox sandbox) throws IOException {
        Path outside = Files.createTempDirectory("outside");
        Path folder = Files.createDirectories(sandbox.peers().inbox().resolve("linked-folders"));
        Path link = Files.createSymbolicLink(folder.resolve("failed"), outside);
        Path file = sandbox.drop("linked-folders", "route.camel.yaml", "- route: {}");

        awaitAnother(sandbox);

        assertThat(outside).isEmptyDirectory();
        assertThat(file).exists();
        Files.delete(link);
        Files.delete(file);
    }

    /** Waits until a file that was dropped now is done. */
    private static void awaitAnother(Sandbox sandbox) {
        String name = "witness-" + sandbox.newEventId() + ".jsonl";
        Path file =
                sandbox.drop("order-shipped", name, sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Files.exists(file.resolveSibling("done").resolve(name)));
    }
}
