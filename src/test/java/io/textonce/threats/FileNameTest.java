package io.textonce.threats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
            "-rf *.jsonl");

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
