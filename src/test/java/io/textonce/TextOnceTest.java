package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.LogRecorder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words after {@code java -jar textonce.jar}. */
class TextOnceTest {

    @Test
    void startsWithoutAWordAndWithOptions() {
        assertThat(TextOnce.command()).isEmpty();
        assertThat(TextOnce.command("--server.port=3001")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sandbox        | java -jar textonce-sandbox.jar sandbox",
                "check my-files | java -jar textonce-sandbox.jar check my-files",
                "chek-settings  | There is no command chek-settings; there are add, check-histories, check-settings,",
                "add            | add needs names of Camel's components, such as camel-kafka",
            })
    void namesTheRightCommand(String words, String line) {
        try (var log = new LogRecorder()) {
            assertThat(TextOnce.command(words.split(" "))).hasValue(2);

            assertThat(log.lines()).singleElement().asString().contains(line);
        }
    }
}
