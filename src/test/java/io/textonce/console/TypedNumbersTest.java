package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.WrittenNumbers;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent types into the search box as a phone number. */
class TypedNumbersTest {

    private final TypedNumbers numbers =
            new TypedNumbers(new PhoneNumbers(), new WrittenNumbers(new PhoneNumbers(), Set.of("US", "GB")));

    @ParameterizedTest
    @CsvSource({
        "(415) 555-2600, +14155552600",
        "4155552600, +14155552600",
        "1 415 555 2600, +14155552600",
        "+1 415.555.2600, +14155552600",
        "07700 910600, +447700910600",
        "+44 (0)7700 910600, +447700910600",
        "0049 30 901820, +4930901820",
        "011 49 30 901820, +4930901820",
        "tel:+1-415-555-2600, +14155552600",
        "\u202A+1 415 555 2600\u202C, +14155552600",
        "14155552600, +14155552600"
    })
    void readsANumberAsItIsWritten(String typed, String number) {
        assertThat(numbers.of(typed)).contains(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-1001", "1001", "shop order 17", "SM74cc713d6df84aab9643a8bbae6fb2d5", ""})
    void takesNothingElseForANumber(String typed) {
        assertThat(numbers.isIn(typed)).isFalse();
        assertThat(numbers.masked(typed)).isEqualTo(typed);
    }

    @ParameterizedTest
    @CsvSource({"(415) 555-2600, (***) ***-2600", "41555526, ****5526", "customer +14155552600, customer +*******2600"})
    void masksANumberAndKeepsItsShape(String typed, String shown) {
        assertThat(numbers.isIn(typed)).isTrue();
        assertThat(numbers.masked(typed)).isEqualTo(shown);
    }
}
