package io.textonce.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.textonce.event.EventRejected;
import io.textonce.event.LineError;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers, money, dates and plural forms in the language of a template. */
class FormatsTest {

    private static final String PARCELS =
            "{{#plural}}{{body.count}} | one: {{body.count}} parcel | other: {{body.count}} parcels{{/plural}}";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "en; €1,234.50; December 1, 2026; 1,234.5",
                "de; 1.234,50 €; 1. Dezember 2026; 1.234,5",
                "hi; €1,234.50; 1 दिसंबर 2026; 1,234.5",
                "ja; €1,234.50; 2026年12月1日; 1,234.5",
                "en-GB; €1,234.50; 1 December 2026; 1,234.5",
                "de-CH; EUR 1’234.50; 1. Dezember 2026; 1’234.5",
                "fr; 1 234,50 €; 1 décembre 2026; 1 234,5",
            })
    void writesMoneyDatesAndNumbersInTheLanguage(String locale, String money, String date, String number)
            throws IOException {
        var event = Map.of("locale", locale, "total", "1234.5", "due", "2026-12-01");

        assertThat(write("{{#money}}{{body.total}} EUR{{/money}}", event)).isEqualTo(money);
        assertThat(write("{{#date}}{{body.due}}{{/date}}", event)).isEqualTo(date);
        assertThat(write("{{#number}}{{body.total}}{{/number}}", event)).isEqualTo(number);
    }

    @Test
    void writesAsManyDecimalsAsTheCurrencyHas() throws IOException {
        assertThat(write("{{#money}}{{body.a}} {{body.c}}{{/money}}", Map.of("a", 4990, "c", "JPY", "locale", "ja")))
                .isEqualTo("￥4,990");
        assertThat(write("{{#money}}{{body.a}} {{body.c}}{{/money}}", Map.of("a", 5, "c", "USD")))
                .isEqualTo("$5.00");
    }

    @Test
    void writesATimeOfItsOffsetWithoutABlankThatIsNotInGsm7() throws IOException {
        String text = write("{{#time}}{{body.at}}{{/time}}", Map.of("at", "2026-12-01T14:30:00+01:00"));

        assertThat(text).isEqualTo("2:30 PM");
        assertThat(text.codePoints()).allMatch(SmartEncoding::isGsm);
    }

    @ParameterizedTest
    @CsvSource({"1, 1 parcel", "0, 0 parcels", "2, 2 parcels", "1.5, 1.5 parcels"})
    void choosesThePluralForm(String count, String text) throws IOException {
        assertThat(write(PARCELS, Map.of("count", count))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"1, paczka", "3, paczki", "5, paczek", "22, paczki", "1.5, paczki"})
    void choosesAmongTheFormsThatALanguageHas(String count, String text) throws IOException {
        String polish = "{{#plural}}{{body.count}}|one:paczka|few:paczki|many:paczek|other:paczki{{/plural}}";

        assertThat(write(polish, Map.of("count", count, "locale", "pl"))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "much", "1,5", "1e9", "{{body.phone}}", "0x1F"})
    void rejectsAnEventWhoseValueIsNoNumber(String value) {
        for (String template : new String[] {
            "{{#number}}{{body.n}}{{/number}}",
            "{{#money}}{{body.n}} EUR{{/money}}",
            "{{#plural}}{{body.n}}|other:x{{/plural}}",
            "{{#date}}{{body.n}}{{/date}}"
        }) {
            assertThatThrownBy(() -> write(template, Map.of("n", value)))
                    .as(template)
                    .hasRootCauseInstanceOf(EventRejected.class)
                    .rootCause()
                    .asInstanceOf(type(EventRejected.class))
                    .satisfies(rejection -> assertThat(rejection.details()).containsOnlyKeys("body"));
        }
        assertThatThrownBy(() -> write("{{#money}}5 {{body.n}}{{/money}}", Map.of("n", "XXQ")))
                .hasRootCauseInstanceOf(EventRejected.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{{#plural}}{{body.n}} | one: a{{/plural}}; other: text",
                "{{#plural}}{{body.n}} | single: a | other: b{{/plural}}; zero, one, two, few, many or other",
                "{{#plural}}{{body.n}} | one a | other: b{{/plural}}; zero, one, two, few, many or other",
            })
    void reportsAPluralSectionThatIsNoneWithItsLine(String template, String reason) {
        assertThatThrownBy(() -> write("A line.\n" + template, Map.of("n", 1)))
                .asInstanceOf(type(LineError.class))
                .satisfies(error -> assertThat(error.line()).isEqualTo(2))
                .satisfies(error -> assertThat(error.getMessage()).contains(reason));
    }

    /** Java writes a number from ten millions on with an exponent. */
    @Test
    void writesANumberOfTheEventWithoutAnExponent() throws IOException {
        var event = Map.of(
                "total",
                new BigDecimal("1.2345678E7"),
                "huge",
                new BigDecimal("1E+999999999"),
                "row",
                1.5E7,
                "small",
                1f);

        assertThat(write("{{#money}}{{body.total}} EUR{{/money}}, {{body.total}}", event))
                .isEqualTo("€12,345,678.00, 12345678");
        assertThat(write("{{#money}}{{body.row}} EUR{{/money}}, {{body.row}}, {{body.small}}", event))
                .isEqualTo("€15,000,000.00, 15000000, 1.0");
        assertThat(write("{{body.huge}}", event)).isEqualTo("1E+999999999");
    }

    @Test
    void takesNoFormFromAValue() throws IOException {
        String template =
                "{{#plural}}{{body.n}} | one: {{body.shop}} has it | other: {{body.shop}} has them{{/plural}}";

        assertThat(write(template, Map.of("n", 1, "shop", "Fish | one: Chips"))).isEqualTo("Fish | one: Chips has it");
        assertThat(write(template, Map.of("n", 2, "shop", "A|B"))).isEqualTo("A|B has them");
        assertThatThrownBy(() -> write(template, Map.of("n", "2 | other: free", "shop", "A")))
                .hasRootCauseInstanceOf(EventRejected.class);
    }

    @Test
    void writesNoTimeOfADate() throws IOException {
        assertThatThrownBy(() -> write("{{#time}}{{body.due}}{{/time}}", Map.of("due", "2026-12-01")))
                .hasRootCauseInstanceOf(EventRejected.class);
    }

    private String write(String template, Map<String, ?> event) throws IOException {
        Files.createDirectories(folder.resolve("templates"));
        Files.writeString(folder.resolve("templates/note.mustache"), template);
        var texts = new Templates("file:" + folder, "", Locale.ENGLISH, new PlainText());
        texts.reload("note", "templates/note.mustache", true);
        return texts.write("note", event);
    }
}
