package io.textonce.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SmartEncodingTest {

    @Test
    void knowsAllThatTwilioPublishes() {
        assertThat(SmartEncoding.replacements())
                .hasSize(271)
                .containsAllEntriesOf(
                        Map.of(0xAB, "\"", 0xB4, "'", 0x201A, ",", 0xBD, "1/2", 0x2026, "...", 0xFEFF, ""));
    }

    @Test
    void leavesNothingThatWouldBeReplacedOnceMore() {
        SmartEncoding.replacements()
                .forEach((character, replacement) -> assertThat(SmartEncoding.plain(replacement))
                        .as("U+%04X", character)
                        .isEqualTo(replacement)
                        .matches(plain -> plain.codePoints().allMatch(SmartEncoding::isGsm)));
    }

    @Test
    void leavesOtherCharactersAlone() {
        assertThat(SmartEncoding.plain("Zażółć 😀 à 7")).isEqualTo("Zażółć 😀 à 7");
    }
}
