package io.textonce.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextMatchTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # as it was sent
            Your order 7 has shipped. | Your order 7 has shipped.
            # a trial account's notice in front
            Your order 7 has shipped. | Sent from your Twilio trial account - Your order 7 has shipped.
            # a shortened link
            Track https://example.com/t/7?a=1 now | Track https://twil.io/x7Yq now
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
            """)
    void tellsOtherTextsApart(String sent, String listed) {
        assertThat(TextMatch.loosely(sent, listed)).isFalse();
    }

    @Test
    void takesTheTrialNoticeForNothingAddedEvenWhenItIsExact() {
        assertThat(TextMatch.exactly("Hello", "Sent from your Twilio trial account - Hello"))
                .isTrue();
        assertThat(TextMatch.exactly("It’s", "It's")).isFalse();
    }
}
