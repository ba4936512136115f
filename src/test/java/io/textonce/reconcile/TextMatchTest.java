package io.textonce.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TextMatchTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # as it was sent
            Your order 7 has shipped. | Your order 7 has shipped.
            # a trial account's notice in front
            Your order 7 has shipped. | Sent from your Twilio trial account - Your order 7 has shipped.
            # a shortened link, with its scheme and without
            Track https://example.com/t/7?a=1 now | Track https://twil.io/x7Yq now
            Track https://example.com/t/7?a=1 now | Track twil.io/x7Yq now
            https://example.com/1 or https://example.com/2 | https://twil.io/1 or https://twil.io/2
            # curly quotes, dashes and an ellipsis made plain
            It’s “here” – soon… | It's "here" - soon...
            # a no-break space made plain
            Order 7 | Order 7
            """)
    void knowsATextThatTwilioChanged(String sent, String listed) {
        assertThat(TextMatch.loosely(sent, listed)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Your order 7 has shipped. | Your order 8 has shipped.
            Your order 7 has shipped. | Your order 7 has shipped. Tracking: https://example.com
            Your order 7 has shipped. | Dear customer, your order 7 has shipped.
            Track https://example.com/t/7 now | Track it now
            Track https://example.com/t/7 now | Track https://twil.io/x7Yq now, please
            """)
    void tellsOtherTextsApart(String sent, String listed) {
        assertThat(TextMatch.loosely(sent, listed)).isFalse();
    }

    /** Unless links were to be shortened, another one is another text. */
    @Test
    void keepsLinksApart() {
        assertThat(TextMatch.encoded("It’s at https://example.com/A", "It's at https://example.com/A"))
                .isTrue();
        assertThat(TextMatch.encoded("It’s at https://example.com/A", "It's at https://example.com/B"))
                .isFalse();
    }

    @Test
    void takesTheTrialNoticeForNothingAddedEvenWhenItIsExact() {
        assertThat(TextMatch.exactly("Hello", "Sent from your Twilio trial account - Hello"))
                .isTrue();
        assertThat(TextMatch.exactly("It’s", "It's")).isFalse();
    }

    /** Whatever else Twilio replaces or not, and wherever the character stands. */
    @ParameterizedTest
    @MethodSource("smartEncoding")
    void knowsATextWhateverItsTableReplaces(String character, String replacement) {
        String sent = "a" + character + "b " + character + "c" + character;

        assertThat(TextMatch.loosely(sent, "a" + replacement + "b " + replacement + "c" + replacement))
                .isTrue();
        assertThat(TextMatch.loosely(sent, "a" + character + "b " + replacement + "c" + character))
                .isTrue();
        assertThat(TextMatch.loosely(sent, "a" + replacement + "d " + replacement + "c" + replacement))
                .isFalse();
        assertThat(TextMatch.possibly(sent, "a" + replacement + "d " + replacement + "c" + replacement))
                .isFalse();
    }

    static List<Arguments> smartEncoding() throws IOException {
        try (var table = Files.lines(Path.of("src/main/resources/twilio/smart-encoding.csv"))) {
            var rows = table.filter(line -> line.matches("[0-9A-F]{4},.*"))
                    .map(line -> line.split(","))
                    .map(row -> Arguments.of(characters(row[0]), characters(row[1])))
                    .toList();
            assertThat(rows).hasSize(271);
            return rows;
        }
    }

    private static String characters(String codePoints) {
        return Stream.of(codePoints.split(" "))
                .filter(codePoint -> !codePoint.isEmpty())
                .map(codePoint -> Character.toString(Integer.parseInt(codePoint, 16)))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # accents taken off
            Zażółć gęślą jaźń 7 | Zazolc gesla jazn 7
            # an emoji replaced, taken out, or left
            Sent 🚚 today 😀 | Sent ? today
            Sent 🚚 today 😀 | Sent 🚚 today :-)
            # an unlisted dash
            7−8 pm | 7-8 pm
            # a shortened link beside it
            Śledź https://example.com/t/7 już | Sledz https://twil.io/x7Yq juz
            """)
    void neverTellsATextApartByWhatTwilioMayHaveReplaced(String sent, String listed) {
        assertThat(TextMatch.loosely(sent, listed)).isFalse();
        assertThat(TextMatch.possibly(sent, listed)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            Your order 7 has shipped. | Your order 8 has shipped.
            ご注文7は発送されました | ご注文8は発送されました
            ご注文7は発送されました | ご予約7は明日です
            Zażółć 7 | Zażółc 7 and more
            Sent 🚚 today | Sent by road today
            """)
    void tellsTextsApartByWhatTwilioReplacesNot(String sent, String listed) {
        assertThat(TextMatch.possibly(sent, listed)).isFalse();
    }

    @Test
    void comparesALongTextInNoTime() {
        String sent = "ä̈ż".repeat(500);

        assertThat(TextMatch.possibly(sent + "!", "a".repeat(1500) + "?")).isFalse();
    }
}
