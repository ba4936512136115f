package io.textonce.phone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CountriesTest {

    @ParameterizedTest
    @CsvSource({
        "+14155552671,   US",
        "+16135550123,   CA",
        "+15551234567,   US", // unassigned: the main country of +1
        "+4915112345678, DE",
        "+881612345678,  satellite",
        "+87077612345,   satellite",
        "nobody,         ",
    })
    void knowsTheCountryOfANumber(String number, String country) {
        assertThat(Countries.of(number)).isEqualTo(country);
    }

    /** More numbers than are kept in parsed form, so that many share a place there. */
    @Test
    void neverTakesTheCountryOfAnotherNumber() {
        for (int i = 0; i < 3_000; i++) {
            assertThat(Countries.of("+4915112345" + (100 + i % 900))).isEqualTo("DE");
            assertThat(Countries.of("+1613555" + (1_000 + i))).isEqualTo("CA");
            assertThat(Countries.of("+44740012" + (1_000 + i))).isEqualTo("GB");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "+14155552671   |           | premium,satellite | true",
                "+19002345678   |           | premium,satellite | false", // premium rate of the US
                "+447012345678  |           | premium,satellite | false", // personal number of the United Kingdom
                "+447911123456  |           | premium,satellite | true",
                "+15005550006   |           | premium,satellite | true", // personal of the US, at no special price
                "+881612345678  |           | premium,satellite | false",
                "+4915112345678 | US,CA     | premium,satellite | false",
                "+16135550123   | US,CA     | premium,satellite | true",
                "+16135550123   | US        |                   | false",
                "+19002345678   | US        |                   | false",
                "+19002345678   | US,premium|                   | true",
                "+881612345678  | US        |                   | false",
                "+33612345678   |           | FR                | false",
                "nobody         | US        | premium           | true", // left to the check of numbers
            })
    void allowsWhatIsAllowedAndNotDenied(String number, String allowed, String denied, boolean allows) {
        assertThat(new Countries(set(allowed), set(denied)).allow(number)).isEqualTo(allows);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+33612345678   | -FR          | false",
                "+4915112345678 | -FR          | true",
                "+4915112345678 | DE,-premium  | true",
                "+19002345678   | US,-premium  | false",
                "+881612345678  | -satellite   | false",
                "+33612345678   | DE,-premium  | false",
            })
    void readsAListWithWhatIsDenied(String number, String entries, boolean allows) {
        assertThat(Countries.listed(set(entries)).allow(number)).isEqualTo(allows);
    }

    /** An entry that no number has would allow or deny nothing, silently. */
    @ParameterizedTest
    @CsvSource({
        "US, true",
        "-FR, true",
        "XK, true",
        "JE, true",
        "AX, true",
        "-premium, true",
        "satellite, true",
        "UK, false",
        "-UK, false",
        "XX, false",
        "-MF, false"
    })
    void knowsWhichEntriesHaveAnEffect(String entry, boolean known) {
        assertThat(Countries.areKnown(Set.of(entry))).isEqualTo(known);
    }

    private static Set<String> set(String list) {
        return list == null ? Set.of() : Set.of(list.split(","));
    }
}
