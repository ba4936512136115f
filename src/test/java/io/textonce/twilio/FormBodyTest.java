package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.twilio.FormBody.Parameter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormBodyTest {

    @Test
    void keepsOrderRepeatsAndEmptyValues() {
        var form = parse("Tag=b&Empty=&Bare&Tag=a&Tag=b&=nameless");

        assertThat(form.parameters())
                .containsExactly(
                        new Parameter("Tag", "b"),
                        new Parameter("Empty", ""),
                        new Parameter("Bare", ""),
                        new Parameter("Tag", "a"),
                        new Parameter("Tag", "b"),
                        new Parameter("", "nameless"));
    }

    @Test
    void decodesBlanksEscapesAndUnicode() {
        var form = parse("From=%2B14017122661&Body=+%C3%87a+va%3f%20%F0%9F%91%8D+1%2B1%3d2%26c=d ");

        assertThat(form.parameters())
                .containsExactly(new Parameter("From", "+14017122661"), new Parameter("Body", " Ça va? 👍 1+1=2&c=d "));
    }

    @Test
    void readsUnescapedUnicodeAsUtf8() {
        assertThat(parse("Body=你好").parameters()).containsExactly(new Parameter("Body", "你好"));
    }

    @Test
    void skipsWhatLiesBetweenTwoAmpersands() {
        assertThat(parse("").parameters()).isEmpty();
        assertThat(parse("&&").parameters()).isEmpty();
        assertThat(parse("&a=1&&b=2&").parameters()).containsExactly(new Parameter("a", "1"), new Parameter("b", "2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=%", // no digits
                "a=%4", // one digit
                "a=%4&b=1", // one digit, then the next pair
                "%=1", // in a name
                "a=%GG", // not hexadecimal
                "a=%+1", // a sign is no digit
                "a=%\uFF11\uFF11", // full-width digits
                "a=%FF", // no UTF-8 sequence starts like this
                "a=%C3", // half a sequence
                "a=%C3&b=%87", // a sequence across two values
                "a=%C0%AF", // overlong
                "a=%ED%A0%80", // a surrogate
            })
    void refusesWhatItWouldHaveToGuess(String body) {
        assertThatThrownBy(() -> parse(body)).isInstanceOf(MalformedFormException.class);
    }

    @Test
    void saysWhereTheFormBreaksWithoutRepeatingIt() {
        assertThatThrownBy(() -> parse("To=%2B15558675310&Body=Hello%2"))
                .isInstanceOf(MalformedFormException.class)
                .hasMessage("Malformed percent escape at byte 28");
    }

    @Test
    void readsAsManyParametersAsTheBoundAndNotOneMore() {
        var most = "a=1&".repeat(FormBody.MAX_PARAMETERS);

        assertThat(parse(most).parameters()).hasSize(FormBody.MAX_PARAMETERS);
        assertThatThrownBy(() -> parse(most + "a")).isInstanceOf(MalformedFormException.class);
    }

    @Test
    void printsNamesAndNoValues() {
        assertThat(parse("To=%2B15558675310&Body=Hello")).hasToString("FormBody[To=***, Body=***]");
    }

    private static FormBody parse(String body) {
        return FormBody.parse(body.getBytes(StandardCharsets.UTF_8));
    }
}
