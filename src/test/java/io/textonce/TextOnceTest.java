package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The words after {@code java -jar textonce.jar}. */
@ExtendWith(OutputCaptureExtension.class)
class TextOnceTest {

    @Test
    void startsWithoutAWordAndWithOptions() {
        assertThat(TextOnce.command()).isEmpty();
        assertThat(TextOnce.command("--server.port=3001")).isEmpty();
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
                "sandbox        | java -jar textonce-sandbox.jar sandbox",
                "check my-files | java -jar textonce-sandbox.jar check my-files",
                "--x chek       | There is no command chek; there are add, check-histories, check-settings,",
                "chek-settings  | There is no command chek-settings; there are add, check-histories, check-settings,",
            })
    void namesTheRightCommand(String words, String line, CapturedOutput output) {
        assertThat(TextOnce.command(words.split(" "))).hasValue(2);

        assertThat(output.getErr().lines()).singleElement().asString().contains(line);
    }
}
