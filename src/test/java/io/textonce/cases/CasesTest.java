package io.textonce.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every case holds: those of routes/cases, and those in the folder that TEXTONCE_ROUTES names. */
@SandboxTest
class CasesTest {

    private static final Duration LONGEST = Duration.ofSeconds(30);

    @TestFactory
    Stream<DynamicTest> holds(Sandbox sandbox) {
        return Stream.of(Path.of("routes", "cases"), sandbox.routes().resolve("cases"))
                .flatMap(folder -> CaseCommand.files(folder).stream()
                        .map(file -> DynamicTest.dynamicTest(
                                folder.relativize(file).toString(), () -> holds(sandbox, file))));
    }

    @Test
    void failsWithTheExpectedTextBesideTheActual(Sandbox sandbox, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("wrong.yaml"),
                Files.readString(Path.of("routes/cases/order-shipped/success.yaml"))
                        .replace("has shipped", "has shiped"));

        assertThatThrownBy(() ->
                        CaseRun.check(new CaseWorld(sandbox.context(), sandbox.peers()), file, LONGEST.dividedBy(10)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageMatching("(?s).*expected .*has shiped.*actual .*has shipped.*");
    }

    @Test
    void everyShippedEventThatTextsHasOneOfEachKind() {
        var events = CaseCommand.files(Path.of("routes", "events")).stream()
                .filter(file -> contentOf(file).contains("-send"))
                .map(file -> file.getFileName().toString().replace(".camel.yaml", ""))
                .toList();

        assertThat(events)
                .allSatisfy(event -> assertThat(Path.of("routes", "cases", event))
                        .isDirectoryContaining("glob:**/success.yaml")
                        .isDirectoryContaining("glob:**/duplicate.yaml")
                        .isDirectoryContaining("glob:**/rejection.yaml")
                        .isDirectoryContaining("glob:**/outage.yaml"));
    }

    private static String contentOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void holds(Sandbox sandbox, Path file) throws IOException {
        CaseRun.check(new CaseWorld(sandbox.context(), sandbox.peers()), file, LONGEST);
    }
}
