package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.twilio.TwilioCodes.AtCreation;
import io.textonce.twilio.TwilioCodes.AtDelivery;
import io.textonce.twilio.TwilioCodes.CodeClass;
import io.textonce.twilio.TwilioCodes.Entry;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioCodesTest {

    private static final TwilioCodes CODES = new TwilioCodes();

    private static final String HEADER = "code,class,at_creation,at_delivery,words\n";

    /** Removing a row is a decision: it has to be taken here as well. */
    private static final Integer[] REQUIRED = {
        10001, 14107, 20001, 20003, 20005, 20008, 20403, 20404, 20429, 20500, 20503, 21211, 21212, 21408, 21602, 21603,
        21604, 21606, 21608, 21609, 21610, 21611, 21612, 21614, 21617, 21620, 21623, 21624, 21654, 21655, 21656, 21659,
        21660, 21661, 21703, 21704, 21705, 30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30010, 30011, 30017,
        30018, 30019, 30020, 30021, 30022, 30023, 30024, 30027, 30032, 30033, 30034, 30035, 30036, 30037, 30046, 30047,
        30410, 30450, 30453, 30454, 30500, 30610, 30640, 35111, 35114, 35115, 35117, 35118, 35125, 60200, 60202, 60203,
        60207, 60212, 60220, 60223, 60410, 60605, 60728, 63038, 90007
    };

    private static final Map<CodeClass, Set<AtCreation>> CREATION = Map.of(
            CodeClass.RECIPIENT, EnumSet.of(AtCreation.REJECT),
            CodeClass.CONTENT, EnumSet.of(AtCreation.REJECT),
            CodeClass.CONFIGURATION, EnumSet.of(AtCreation.MISCONFIGURED),
            CodeClass.ACCOUNT, EnumSet.of(AtCreation.CIRCUIT),
            CodeClass.RATE, EnumSet.of(AtCreation.RETRY, AtCreation.HOLD_LONG),
            CodeClass.CARRIER, EnumSet.of(AtCreation.REJECT, AtCreation.HOLD_LONG),
            CodeClass.AMBIGUOUS, EnumSet.of(AtCreation.UNCLEAR),
            CodeClass.OPTOUT, EnumSet.of(AtCreation.OPTOUT));

    private static final Map<CodeClass, Set<AtDelivery>> DELIVERY = Map.of(
            CodeClass.RECIPIENT, EnumSet.of(AtDelivery.FINAL),
            CodeClass.CONTENT, EnumSet.of(AtDelivery.FINAL),
            CodeClass.CONFIGURATION, EnumSet.of(AtDelivery.ALARM),
            CodeClass.ACCOUNT, EnumSet.of(AtDelivery.CIRCUIT),
            CodeClass.RATE, EnumSet.of(AtDelivery.ALARM),
            CodeClass.CARRIER, EnumSet.of(AtDelivery.FINAL, AtDelivery.ALARM),
            CodeClass.AMBIGUOUS, EnumSet.of(AtDelivery.FINAL),
            CodeClass.OPTOUT, EnumSet.of(AtDelivery.OPTOUT));

    static Collection<Entry> rows() {
        return CODES.entries();
    }

    @Test
    void holdsEveryCodeThatTwilioIsKnownToAnswer() {
        assertThat(CODES.entries()).extracting(Entry::code).contains(REQUIRED);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void findsEachRowByItsCode(Entry row) {
        assertThat(row.known()).isTrue();
        assertThat(CODES.of(row.code())).isSameAs(row);
        assertThat(CODES.of(row.code(), 400)).isSameAs(row);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void drawsOnlyConsequencesThatFitTheClass(Entry row) {
        assertThat(CREATION.get(row.codeClass())).contains(row.atCreation());
        assertThat(DELIVERY.get(row.codeClass())).contains(row.atDelivery());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void speaksOnePlainSentenceWithoutNumbersOrJargon(Entry row) {
        assertThat(row.words())
                .hasSizeLessThanOrEqualTo(140)
                .matches("[A-Z][^.]*\\.")
                .isEqualTo(row.words().strip())
                .doesNotContainPattern("[0-9]{5}")
                .doesNotContainPattern(
                        "(?i)\\b(api|sid|http|json|e\\.164|a2p|10dlc|webhook|endpoint|parameter|mms)\\b");
    }

    @Test
    void isWrittenInTheOrderOfTheCodesWithQuotedWords() throws IOException {
        try (var in = TwilioCodes.class.getResourceAsStream("/twilio/codes.csv")) {
            var rows = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .skip(1)
                    .toList();
            assertThat(rows)
                    .isSorted()
                    .hasSameSizeAs(CODES.entries())
                    .allSatisfy(row -> assertThat(row).matches("[0-9]{5}(,[a-z-]+){3},\"([^\"]|\"\")+\""));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "20003, ACCOUNT, CIRCUIT, CIRCUIT",
        "20005, ACCOUNT, CIRCUIT, CIRCUIT",
        "20429, RATE, RETRY, ALARM",
        "20500, AMBIGUOUS, UNCLEAR, FINAL",
        "20503, AMBIGUOUS, UNCLEAR, FINAL",
        "21211, RECIPIENT, REJECT, FINAL",
        "21606, CONFIGURATION, MISCONFIGURED, ALARM",
        "21610, OPTOUT, OPTOUT, OPTOUT",
        "21611, RATE, HOLD_LONG, ALARM",
        "21617, CONTENT, REJECT, FINAL",
        "30002, ACCOUNT, CIRCUIT, CIRCUIT",
        "30004, RECIPIENT, REJECT, FINAL",
        "30007, CARRIER, REJECT, ALARM",
        "30032, CONFIGURATION, MISCONFIGURED, ALARM",
        "30034, CONFIGURATION, MISCONFIGURED, ALARM",
        "30037, ACCOUNT, CIRCUIT, CIRCUIT",
        "30410, AMBIGUOUS, UNCLEAR, FINAL",
        "35125, RATE, HOLD_LONG, ALARM",
    })
    void pinsTheCodesThatThePromiseRestsOn(int code, CodeClass codeClass, AtCreation creation, AtDelivery delivery) {
        var entry = CODES.of(code);
        assertThat(entry).isEqualTo(new Entry(code, codeClass, creation, delivery, entry.words(), true));
    }

    @ParameterizedTest
    @CsvSource({
        "400, CONFIGURATION, REJECT, ALARM",
        "404, CONFIGURATION, REJECT, ALARM",
        "422, CONFIGURATION, REJECT, ALARM",
        "401, ACCOUNT, CIRCUIT, CIRCUIT",
        "403, CONFIGURATION, MISCONFIGURED, ALARM",
        "429, RATE, RETRY, ALARM",
        "408, AMBIGUOUS, UNCLEAR, ALARM",
        "500, AMBIGUOUS, UNCLEAR, ALARM",
        "502, AMBIGUOUS, UNCLEAR, ALARM",
        "503, AMBIGUOUS, UNCLEAR, ALARM",
        "201, AMBIGUOUS, UNCLEAR, ALARM",
        "307, AMBIGUOUS, UNCLEAR, ALARM",
        "0, AMBIGUOUS, UNCLEAR, ALARM",
    })
    void judgesAnUnknownCodeByTheHttpStatus(int status, CodeClass codeClass, AtCreation creation, AtDelivery delivery) {
        var unknown = CODES.of(99999, status);
        assertThat(unknown).isEqualTo(new Entry(99999, codeClass, creation, delivery, unknown.words(), false));

        var none = CODES.of(null, status);
        assertThat(none).isEqualTo(new Entry(0, codeClass, creation, delivery, none.words(), false));
        assertThat(none.words()).isNotBlank().doesNotContain("null", "99999").contains("HTTP " + status);
    }

    @Test
    void tellsSupportTheCodeItDoesNotKnow() {
        assertThat(CODES.of(99999, 400).words())
                .isEqualTo("Twilio refused the text for a reason this version does not know (code 99999)");
        assertThat(CODES.of(99999).words()).contains("code 99999");
    }

    @Test
    void neverSendsAgainOnAnUnknownCodeAlone() {
        var unknown = CODES.of(99999);
        assertThat(unknown.atCreation()).isEqualTo(AtCreation.UNCLEAR);
        assertThat(unknown.atDelivery()).isEqualTo(AtDelivery.ALARM);
        assertThat(unknown.known()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void trustsNoCodeThatComesWithAServerError(Entry row) {
        for (var status : new int[] {500, 502, 503, 504, 408, 201, 0}) {
            var entry = CODES.of(row.code(), status);
            assertThat(entry.atCreation()).isEqualTo(AtCreation.UNCLEAR);
            assertThat(entry.code()).isEqualTo(row.code());
            assertThat(entry.known()).isTrue();
        }
    }

    @Test
    void readsQuotesAndCommas() throws IOException {
        var codes = TwilioCodes.read(
                new StringReader("# head\n" + HEADER + "21610,optout,optout,optout,\"Said \"\"STOP\"\", so stop.\"\n"));
        assertThat(codes.of(21610).words()).isEqualTo("Said \"STOP\", so stop.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "21610,optout,optout,optout",
                "21610,optout,optout,optout,",
                "21610,optout,optout,optout,\"  \"",
                "21610,optout,optout,optout,\"Words.\",more",
                "21610,optout,optout,optout,\"Words.",
                "21610,other,optout,optout,\"Words.\"",
                "21610,OPTOUT,optout,optout,\"Words.\"",
                "21610,optout,,optout,\"Words.\"",
                "21610,optout,optout,hold-long,\"Words.\"",
                "21610,rate,hold_long,alarm,\"Words.\"",
                "+21610,optout,optout,optout,\"Words.\"",
                "021610,optout,optout,optout,\"Words.\"",
                "\u0662\u0661\u0666\u0661\u0660,optout,optout,optout,\"Words.\"",
                ",optout,optout,optout,\"Words.\"",
                "STOP,optout,optout,optout,\"Words.\"",
                "21610,optout,optout,optout,\"Words.\"\n21610,optout,optout,optout,\"Words.\"",
                "# no row at all",
                "",
            })
    void refusesAMalformedTable(String rows) {
        assertThatThrownBy(() -> TwilioCodes.read(new StringReader(HEADER + rows + "\n")))
                .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "code,class,at_creation,at_delivery\n",
                "code,class,at_delivery,at_creation,words\n",
                "code,class,at_creation,at_delivery,words,more\n",
            })
    void refusesAnotherHeader(String header) {
        assertThatThrownBy(() -> TwilioCodes.read(new StringReader(header + "21610,optout,optout,optout,\"Words.\"\n")))
                .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
    }

    @Test
    void saysWhichCodeIsWrongAndWhatWouldBeRight() {
        assertThatThrownBy(() -> TwilioCodes.read(new StringReader(HEADER + "21610,stop,optout,optout,\"Words.\"\n")))
                .hasMessageContaining("21610")
                .hasMessageContaining("'stop'")
                .hasMessageContaining("optout");
    }

    @Test
    void cannotBeChanged() {
        assertThatThrownBy(() -> CODES.entries().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
