package io.textonce.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Wrong calls of the sandbox's commands; {@code CommandsIT} makes right ones. */
@ExtendWith(OutputCaptureExtension.class)
class CommandsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help", "check --help", "add --help", "sandbox --help"})
    void listsTheCommandsAsAResult(String call, CapturedOutput output) {
        assertThat(Commands.command(call.split(" "))).hasValue(0);

        assertThat(output.getOut()).contains("check [FOLDER] ", "preview EVENT FILE [FOLDER] ");
        assertThat(output.getErr()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "version"})
    void printsTheVersionAsAResult(String call, CapturedOutput output) {
        assertThat(Commands.command(call)).hasValue(0);

        assertThat(output.getOut().lines()).anyMatch(line -> line.matches("TextOnce .+"));
        assertThat(output.getErr()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sandbox", "--server.port=3001", "sandbox --server.port=3001 --debug"})
    void startsTheSandboxWithSettings(String call) {
        assertThat(Commands.command(call.isEmpty() ? new String[0] : call.split(" ")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --vresion        | There is no command or option --vresion
            --force=true x   | The sandbox has no option x
            sandbox --force  | The sandbox has no option --force
            chek             | There is no command or option chek
            check --quiet    | check has no option --quiet
            new              | new takes 1 or 2 words, and has 0
            """)
    void listsTheCommandsAfterAWrongCall(String call, String problem, CapturedOutput output) {
        assertThat(Commands.command(call.split(" "))).hasValue(2);

        assertThat(output.getErr()).startsWith(problem + "\n\n").contains("check [FOLDER] ", "--version");
        assertThat(output.getOut()).doesNotContain("--version");
    }

    /** A schema of the same name would replace the shipped one. */
    @ParameterizedTest
    @ValueSource(strings = {"order-shipped", "verify-start"})
    void createsNoFilesOfAShippedName(String name, CapturedOutput output) throws IOException {
        assertThat(NewEvent.create(name, folder)).isEqualTo(2);

        assertThat(output.getErr()).isEqualTo(name + " is the name of shipped files; choose another one\n");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:61616", "nonsense", "tcp:"})
    void namesTheFormOfABrokersAddress(String url, CapturedOutput output) throws IOException {
        Path event = Files.writeString(folder.resolve("event.json"), "{}");

        assertThat(SendJms.run("order-shipped", event, url)).isEqualTo(2);

        assertThat(output.getErr())
                .isEqualTo("The address of a broker is tcp://HOST:PORT (Artemis) or amqp://HOST:PORT, and is not " + url
                        + "\n");
    }

    @Test
    void createsNothingWhereAFileIs(CapturedOutput output) throws IOException {
        Files.createDirectories(folder.resolve("templates"));
        Files.createFile(folder.resolve("templates/table-ready.en.mustache"));

        assertThat(NewEvent.create("table-ready", folder)).isEqualTo(1);

        assertThat(output.getErr()).endsWith("table-ready.en.mustache exists; nothing was created\n");
        assertThat(folder.resolve("schemas")).doesNotExist();
    }
}
