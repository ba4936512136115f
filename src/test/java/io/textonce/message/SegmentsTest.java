package io.textonce.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SegmentsTest {

    private static final String[] CHARACTERS = {"a", "é", "€", "{", "\n", "ç", "’", "я", "あ", "😀", "`", "\t"};

    /** Measured with Twilio's own message-segment-calculator. */
    static Stream<Arguments> measured() {
        return Stream.of(
                Arguments.of("", 1),
                Arguments.of("a".repeat(160), 1),
                Arguments.of("a".repeat(161), 2),
                Arguments.of("a".repeat(306), 2),
                Arguments.of("a".repeat(307), 3),
                Arguments.of("a".repeat(1600), 11),
                Arguments.of("€".repeat(80), 1),
                Arguments.of("€".repeat(81), 2),
                Arguments.of("{" + "a".repeat(159), 2),
                Arguments.of("a".repeat(158) + "{", 1),
                // The escape moves over to the next segment.
                Arguments.of("a".repeat(152) + "{" + "a".repeat(153), 3),
                Arguments.of("é".repeat(160), 1),
                Arguments.of("ç" + "a".repeat(159), 3),
                Arguments.of("’" + "a".repeat(159), 3),
                Arguments.of("a".repeat(160) + "😀", 3),
                Arguments.of("`" + "a".repeat(100), 2),
                Arguments.of("\t" + "a".repeat(100), 2),
                Arguments.of("я".repeat(70), 1),
                Arguments.of("я".repeat(71), 2),
                Arguments.of("я".repeat(134), 2),
                Arguments.of("я".repeat(135), 3),
                Arguments.of("я".repeat(66) + "😀" + "я".repeat(66), 3),
                Arguments.of("😀".repeat(35), 1),
                Arguments.of("😀".repeat(36), 2));
    }

    @ParameterizedTest
    @MethodSource("measured")
    void countsAsTwilioDoes(String text, int segments) {
        assertThat(Segments.of(text, false)).isEqualTo(segments);
    }

    @Test
    void agreesWithTheSimulatorOnAnyText() {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            var text = new StringBuilder();
            int kinds = 1 + random.nextInt(CHARACTERS.length);
            int length = random.nextInt(400);
            while (text.length() < length) {
                text.append(CHARACTERS[random.nextInt(kinds)]);
            }

            assertThat(Segments.of(text.toString(), false))
                    .as("%s", text)
                    .isEqualTo(io.textonce.sandbox.Segments.count(text.toString()));
        }
    }

    @Test
    void countsATextAsSmartEncodingLeavesIt() {
        String curly = "It’s “here” – soon… " + "a".repeat(130);

        assertThat(Segments.of(curly, false)).isEqualTo(3);
        assertThat(Segments.of(curly, true)).isEqualTo(1);
        assertThat(Segments.of(curly + "я", true)).isEqualTo(3);
    }
}
