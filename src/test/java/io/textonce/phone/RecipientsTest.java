package io.textonce.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipientsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "all                          | +15551234567 | +15551234567 | true  | ''",
                "none                         | +15551234567 | +15551234567 | false | No message is sent",
                "only:+1555*,+4915112345678   | +15551234567 | +15551234567 | true  | Messages go only to listed numbers (2)",
                "only:+1555*,+4915112345678   | +14151234567 | +14151234567 | false | Messages go only to listed numbers (2)",
                "only:+1555000000             | +15550000001 | +15550000001 | false | Messages go only to listed numbers (1)",
                "redirect:+15550001111        | +15551234567 | +15550001111 | true  | Every message goes to +*******1111",
            })
    void textsWhomTheSettingAllows(String setting, String number, String addressee, boolean allowed, String words) {
        var recipients = new Recipients(setting);

        assertThat(recipients.addressee(number)).isEqualTo(addressee);
        assertThat(recipients.allow(recipients.addressee(number))).isEqualTo(allowed);
        assertThat(recipients.words(new PhoneNumbers())).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "all                      | true",
                "only:+15551234567        | true",
                "only:+1555*,+15551234567 | true",
                "only:+1555000000         | false",
                "only:+1555*,+4915        | false",
                "redirect:+1555           | false",
            })
    void hasWholeNumbersUnlessItSaysOtherwise(String setting, boolean whole) {
        assertThat(new Recipients(setting).areWhole(new PhoneNumbers())).isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "some",
                "only:",
                "only:1555",
                "only:+1555,",
                "only:*",
                "only:+1555**",
                "redirect:",
                "redirect:+1555,+1556",
                "none:+1"
            })
    void hasNoOtherForm(String setting) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Recipients(setting));
    }
}
