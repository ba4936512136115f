package io.textonce.phone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrittenNumbersTest {

    private static final String NUMBER = "+14155552600";

    private static final Set<String> LAST = Set.of("0000", "2600");

    private final WrittenNumbers numbers = new WrittenNumbers(new PhoneNumbers(), Set.of("US", "GB"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"phone\":\"+14155552600\"}",
                "{\"phone\":\"\\u002b14155552600\"}",
                "From=%2B14155552600&Body=Hi",
                "order-1001,(415) 555-2600,1001",
                "1001\t4155552600\t2026-06-02",
                "1001 415 555 2600 17",
                "whatsapp:+1 415.555.2600",
                "001-415-555-2600",
                "\u0664\u0661\u0665 \u0665\u0665\u0665 \u0662\u0666\u0660\u0660",
                "7;\u202A+1 415 555 2600\u202C;x"
            })
    void findsANumberInAText(String text) {
        assertThat(numbers.isIn(text, LAST, NUMBER::equals)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+1415555260", "141555526001", "+4155552600", "+14155552601", "4155552601", ""})
    void findsNoOther(String text) {
        assertThat(numbers.isIn(text, LAST, NUMBER::equals)).isFalse();
    }

    @Test
    void findsANumberInALongRowOfDigitsInNoTime() {
        assertThat(numbers.isIn("2600 ".repeat(13_000), LAST, NUMBER::equals)).isFalse();
    }
}
