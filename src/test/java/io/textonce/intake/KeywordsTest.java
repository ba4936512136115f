package io.textonce.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeywordsTest {

    /** A comma too many, or an emoji, in the list of words. */
    private final Keywords keywords = new Keywords(List.of("arr\u00EAt", "", "\uD83D\uDED1"));

    @ParameterizedTest
    @ValueSource(strings = {"", "\uD83D\uDC4D", "\uD83D\uDED1", "?!", "stop it"})
    void takesNoMessageWithoutAWordForAStop(String text) {
        assertThat(keywords.kind(null, text)).isEqualTo("text");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none, Arret!, stop",
                "none, STOP \uD83D\uDED1, stop",
                "STOP, adios, stop",
                "OPT_OUT, Stop, stop",
                "HELP, STOP, help",
                "START, hola, start",
                "none, yes, start",
                "none, Info, help",
            })
    void goesByTheTypeThenByTheText(String type, String text, String kind) {
        assertThat(keywords.kind(type, text)).isEqualTo(kind);
    }
}
