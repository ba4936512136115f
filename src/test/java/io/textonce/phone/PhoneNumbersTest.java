package io.textonce.phone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumbersTest {

    private final PhoneNumbers numbers = new PhoneNumbers();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+15558675310", // fictitious, not valid but possible
                "+12425551234", // Bahamas
                "+10000000000",
                "+201001234567",
                "+212612345678",
                "+2250712345678", // Ivory Coast keeps its zero
                "+2347012345678",
                "+24722000", // Ascension: eight characters
                "+254712345678",
                "+27821234567",
                "+2908123", // Saint Helena
                "+33612345678",
                "+34612345678",
                "+351912345678",
                "+353871234567",
                "+358401234567",
                "+36201234567",
                "+380501234567",
                "+390612345678", // Italy keeps its zero
                "+393123456789",
                "+40712345678",
                "+41791234567",
                "+420601234567",
                "+4366412345678",
                "+442079460958",
                "+447911123456",
                "+4512345678",
                "+46701234567",
                "+4712345678",
                "+48512345678",
                "+4915123456789",
                "+50688881234",
                "+525512345678",
                "+541123456789",
                "+5491123456789", // Argentina: 9 marks a mobile
                "+5511987654321",
                "+61412345678",
                "+6281234567890",
                "+639171234567",
                "+6421123456",
                "+6591234567",
                "+6834002", // Niue: the shortest
                "+77011234567", // Kazakhstan
                "+79161234567",
                "+80012345678",
                "+819012345678",
                "+84912345678",
                "+85251234567",
                "+8613812345678",
                "+870773111632", // Inmarsat
                "+881612345678", // satellite
                "+886912345678",
                "+905321234567",
                "+919876543210",
                "+9647712345678",
                "+966501234567",
                "+971501234567",
                "+972501234567",
            })
    void acceptsTheNumbersOfManyCountries(String number) {
        assertThat(numbers.isE164(number)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+15005550000",
                "+15005550001",
                "+15005550002",
                "+15005550003",
                "+15005550004",
                "+15005550006",
                "+15005550007",
                "+15005550008",
                "+15005550009",
            })
    void acceptsTheNumbersOfTwiliosTestAccounts(String number) {
        assertThat(numbers.isE164(number)).isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "+",
                "+1",
                "+12",
                "+112",
                "+1900",
                "15558675310",
                "0015558675310",
                "5558675310",
                "07911123456",
                "+05558675310",
                "++15558675310",
                "+1+5558675310",
                "+1555867531",
                "+155586753100",
                "+1555867531000000", // 16 digits
                "+12530000", // can only be dialled within its area
                "+1234567890",
                "+3312345678",
                "+999123456789",
                "+210123456",
                "+89161234567",
                "+5215512345678", // Mexico until 2019
                "+1-555-867-5310",
                "+1 555 867 5310",
                "+1 (555) 867-5310",
                "+1.555.867.5310",
                "+1555867531O",
                "+1555TEXTNOW",
                "+15558675310x12",
                "+15558675310;ext=12",
                "+15558675310,,12",
                "tel:+15558675310",
                "sms:+15558675310",
                "whatsapp:+15558675310",
                "+15558675310,+15005550006",
                "TextOnce",
                "null",
            })
    void refusesWhatIsNotAFullNumber(String number) {
        assertThat(numbers.isE164(number)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+115558675310",
                "+4407911123456",
                "+49015123456789",
                "+330612345678",
                "+54111512345678",
                "+55011987654321",
                "+610412345678",
                "+8109012345678",
                "+9109876543210",
            })
    void refusesASecondSpellingOfANumber(String number) {
        assertThat(numbers.isE164(number)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                " +15558675310",
                "+15558675310 ",
                "+1555 8675310",
                "+15558675310\n",
                "\n+15558675310",
                "+15558675310\r\n",
                "+15558675310\nBcc: x",
                "+15558675310\t",
                "+15558675310\0",
                "\0+15558675310",
                "+1555\u00008675310",
                "\uFF0B15558675310", // full-width plus
                "\u207A15558675310", // superscript plus
                "\uFE6215558675310", // small plus
                "+\uFF11\uFF15\uFF15\uFF15\uFF18\uFF16\uFF17\uFF15\uFF13\uFF11\uFF10", // full-width
                "+1555867531\u0660", // Arabic-Indic
                "+1555867531\u06F0", // Persian
                "+1555867531\u0966", // Devanagari
                "+1555867531\u00B2", // superscript two
                "+1555867531\uD835\uDFCE", // mathematical bold zero
                "\uFEFF+15558675310", // byte order mark
                "+15558675310\u200B", // zero width space
                "+1555\u200D8675310", // zero width joiner
                "+1555\u00AD8675310", // soft hyphen
                "+1555\u20608675310", // word joiner
                "\u202A+15558675310\u202C", // as pasted from an address book
                "\u200E+15558675310",
                "+1555\u00A08675310", // no-break space
                "+1555\u20118675310", // no-break hyphen
                "+15558675310\uD800", // half a character
                "+15558675310\u0301", // combining accent
                "+15558675310' OR '1'='1",
                "+15558675310${jndi:ldap://x}",
            })
    void refusesWhatOnlyLooksLikeANumber(String number) {
        assertThat(numbers.isE164(number)).isFalse();
    }

    @Test
    void refusesAVeryLongNumberAtOnce() {
        assertThat(numbers.isE164("+" + "1".repeat(1_000_000))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "+15558675310, +*******5310",
        "+442079460958, +********0958",
        "+2908123, +***8123",
        "+12345, +*2345",
        "+1234, +****",
        "1234, ****",
        "+1, +*",
        "+, +",
        "15558675310, *******5310",
        "+1 (555) 867-5310, +* (***) ***-5310",
        "whatsapp:+15558675310, whatsapp:+*******5310",
        "'', ''",
    })
    void showsOnlyTheLastFourDigits(String number, String masked) {
        assertThat(numbers.mask(number)).isEqualTo(masked);
    }

    @Test
    void masksTheDigitsOfEveryScript() {
        assertThat(numbers.mask("\uFF11\uFF12\uFF13\uFF14\uFF15")).isEqualTo("*\uFF12\uFF13\uFF14\uFF15");
        assertThat(numbers.mask("+\uD835\uDFCE\uD835\uDFCE\u06602345")).isEqualTo("+***2345");
    }

    @Test
    void keepsAMaskedNumberOnOneLine() {
        assertThat(numbers.mask("+1555867\r\n5310\u2028\0\u202E\uD800")).isEqualTo("+*********5310****");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "+15558675310                 | +15558675310",
                "whatsapp:+15558675310        | +15558675310",
                "rcs:+15558675310             | +15558675310",
                "SMS: +1 555 867 5310         | +15558675310",
                "\u200E+15558675310           | +15558675310",
                "\uFEFF+15558675310           | +15558675310",
                "\u202A+1555\u00A08675310\u202C | +15558675310",
                "+5215512345678               | +525512345678", // Mexico until 2019
                "whatsapp:+5215512345678      | +525512345678",
                "+525512345678                | +525512345678",
                "+4407911123456               | +447911123456", // a trunk prefix
                "+54111512345678              | +5491112345678", // the prefix of a mobile within Argentina
                "+5491123456789               | +5491123456789",
                "+541123456789                | +541123456789", // its landlines have no 9
                "rcs:a_brand_agent            | rcs:a_brand_agent",
                "messenger:1234567890         | messenger:1234567890",
                "12345                        | 12345", // a short code
                "+1555                        | +1555",
                "TextOnce                     | TextOnce",
            })
    void knowsANumberByOneSpelling(String written, String canonical) {
        assertThat(numbers.canonical(written)).isEqualTo(canonical);
        assertThat(numbers.canonical(canonical)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(415) 555-2671     | US | +14155552671",
                "415.555.2671       | US | +14155552671",
                "1 415 555 2671     | US | +14155552671",
                "1-202-555-0104     | US | +12025550104",
                "1\u2011202\u2011555\u20110104 | US | +12025550104", // non-breaking hyphens
                "1\u2013202\u2014555\u22120104 | US | +12025550104", // en dash, em dash, minus
                "415\u00A0555\u00A02671 | US | +14155552671", // non-breaking blanks
                "\uFF0B1 415 555 2671 | DE | +14155552671", // full-width plus
                "+1 (415) 555-2671  | '' | +14155552671",
                "+1 (415) 555-2671  | IN | +14155552671",
                "0171 1234567       | DE | +491711234567",
                "0049 171 1234567   | DE | +491711234567",
                "+49 (0)171 1234567 | '' | +491711234567", // the trunk prefix that people write in brackets
                "098765 43210       | IN | +919876543210",
                "090-1234-5678      | JP | +819012345678",
                "06 12345678        | IT | +390612345678", // Italy keeps its zero
                "+52 1 55 1234 5678 | '' | +525512345678", // Mexico until 2019
                "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669 | SA | +966123456789", // digits of another
                // script
            })
    void writesANumberOfPeopleAsE164(String written, String region, String e164) {
        assertThat(numbers.toE164(written, region)).isEqualTo(e164);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(415) 555-2671     | ''", // of no region
                "(415) 555-267      | US", // too short
                "(415) 555-26711    | US", // too long
                "1-800-FLOWERS      | US", // letters
                "415 555 2671 x12   | US", // an extension can't be texted
                "415 555 2671;ext=12 | US",
                "tel:+14155552671   | US",
                "call +14155552671  | US",
                "+14155552671, +14155552672 | US",
                "112                | DE",
                "''                 | US",
                "+                  | US",
            })
    void writesNothingThatIsNoNumber(String written, String region) {
        assertThat(numbers.toE164(written, region)).isNull();
    }
}
