package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The words after {@code java -jar textonce.jar}. */
@ExtendWith(OutputCaptureExtension.class)
class TextOnceTest {

    @Test
    void startsWithoutAWordAndWithOptions() {
        assertThat(TextOnce.command()).isEmpty();
        assertThat(TextOnce.command("--server.port=3001", "--debug")).isEmpty();
    }

    @Test
    void printsHowAddIsUsedAsAPlainLine(CapturedOutput output) {
        assertThat(TextOnce.command("add")).hasValue(2);

        assertThat(output.getErr())
                .isEqualTo("add needs names of Camel's components, such as camel-kafka, or GROUP:NAME:VERSION\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sandbox        | The sandbox is not in this jar: run java -jar textonce-sandbox.jar sandbox",
                "check my-files | The sandbox is not in this jar: run java -jar textonce-sandbox.jar check my-files",
                "--x=1 chek     | There is no command or option chek",
                "chek-settings  | There is no command or option chek-settings",
                "--vresion      | There is no command or option --vresion",
                "-x             | There is no command or option -x",
            })
    void listsTheCommandsAfterAWrongCall(String words, String line, CapturedOutput output) {
        assertThat(TextOnce.command(words.split(" "))).hasValue(2);

        assertThat(output.getErr()).startsWith(line).contains("  check-settings ", "--version");
        assertThat(output.getOut()).doesNotContain("--version");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "version"})
    void printsTheVersionAsAResult(String word, CapturedOutput output) {
        assertThat(TextOnce.command(word)).hasValue(0);

        assertThat(output.getOut().lines()).anyMatch(line -> line.matches("TextOnce .+"));
        assertThat(output.getErr()).isEmpty();
    }
}
