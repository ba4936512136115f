package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.twilio.TwilioCodes.AtCreation;
import io.textonce.twilio.TwilioCodes.AtDelivery;
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

    private static final String HEADER = "code,at_creation,at_delivery,words\n";

    private static final Map<AtCreation, Set<AtDelivery>> TOGETHER = Map.of(
            AtCreation.REJECT, EnumSet.of(AtDelivery.FINAL, AtDelivery.ALARM),
            AtCreation.MISCONFIGURED, EnumSet.of(AtDelivery.ALARM),
            AtCreation.RETRY, EnumSet.of(AtDelivery.ALARM),
            AtCreation.HOLD_LONG, EnumSet.of(AtDelivery.FINAL, AtDelivery.ALARM),
            AtCreation.CIRCUIT, EnumSet.of(AtDelivery.CIRCUIT),
            AtCreation.UNCLEAR, EnumSet.of(AtDelivery.FINAL),
            AtCreation.OPTOUT, EnumSet.of(AtDelivery.OPTOUT));

    static Collection<Entry> rows() {
        return CODES.entries();
    }

    /** A code that Twilio adds, or takes away, is a decision here: the list is written first. */
    @Test
    void holdsExactlyTheCodesThatTwilioPublishes() throws IOException {
        try (var in = TwilioCodes.class.getResourceAsStream("/twilio/published-codes.csv")) {
            var published = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.matches("[0-9].*"))
                    .map(line -> Integer.valueOf(line.substring(0, line.indexOf(','))))
                    .toList();

            assertThat(published).hasSizeGreaterThan(200);
            assertThat(CODES.entries()).extracting(Entry::code).containsExactlyElementsOf(published);
        }
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
    void drawsConsequencesThatFitEachOther(Entry row) {
        assertThat(TOGETHER.get(row.atCreation())).contains(row.atDelivery());
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
                    .allSatisfy(row -> assertThat(row).matches("[0-9]{5}(,[a-z-]+){2},\"([^\"]|\"\")+\""));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "20003, CIRCUIT, CIRCUIT",
        "20005, CIRCUIT, CIRCUIT",
        "20006, CIRCUIT, CIRCUIT", // the account is suspended or closed, in other words
        "20010, CIRCUIT, CIRCUIT",
        "20403, CIRCUIT, CIRCUIT",
        "90010, CIRCUIT, CIRCUIT",
        "20429, RETRY, ALARM",
        "20500, UNCLEAR, FINAL",
        "20503, UNCLEAR, FINAL",
        "21211, REJECT, FINAL",
        "21606, MISCONFIGURED, ALARM",
        "21610, OPTOUT, OPTOUT",
        "21611, HOLD_LONG, ALARM",
        "21617, REJECT, FINAL",
        "21635, REJECT, FINAL",
        "30002, CIRCUIT, CIRCUIT",
        "30004, REJECT, FINAL",
        "30007, REJECT, ALARM",
        "30032, MISCONFIGURED, ALARM",
        "30034, MISCONFIGURED, ALARM",
        "30037, CIRCUIT, CIRCUIT",
        "30410, UNCLEAR, FINAL",
        "30630, OPTOUT, OPTOUT",
        "35125, HOLD_LONG, ALARM",
        "60205, REJECT, FINAL", // the customer's landline, though Twilio answers 403
    })
    void pinsTheCodesThatThePromiseRestsOn(int code, AtCreation creation, AtDelivery delivery) {
        var entry = CODES.of(code);
        assertThat(entry).isEqualTo(new Entry(code, creation, delivery, entry.words(), true));
        assertThat(CODES.of(code, 403)).isEqualTo(entry);
    }

    @ParameterizedTest
    @CsvSource({
        "400, REJECT, ALARM",
        "404, REJECT, ALARM",
        "422, REJECT, ALARM",
        "401, CIRCUIT, CIRCUIT",
        "403, MISCONFIGURED, ALARM",
        "429, RETRY, ALARM",
        "408, UNCLEAR, ALARM",
        "500, UNCLEAR, ALARM",
        "502, UNCLEAR, ALARM",
        "503, UNCLEAR, ALARM",
        "201, UNCLEAR, ALARM",
        "307, UNCLEAR, ALARM",
        "0, UNCLEAR, ALARM",
    })
    void judgesAnUnknownCodeByTheHttpStatus(int status, AtCreation creation, AtDelivery delivery) {
        var unknown = CODES.of(99999, status);
        assertThat(unknown).isEqualTo(new Entry(99999, creation, delivery, unknown.words(), false));
    }

    @Test
    void tellsSupportTheCodeItDoesNotKnow() {
        assertThat(CODES.of(99999, 400).words())
                .isEqualTo("Twilio rejected the message for a reason that this version does not know (code 99999)");
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
                new StringReader("# head\n" + HEADER + "21610,optout,optout,\"Said \"\"STOP\"\", so stop.\"\n"));
        assertThat(codes.of(21610).words()).isEqualTo("Said \"STOP\", so stop.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "21610,optout,optout",
                "21610,optout,optout,",
                "21610,optout,optout,\"  \"",
                "21610,optout,optout,\"Words.\",more",
                "21610,optout,optout,\"Words.",
                "21610,other,optout,\"Words.\"",
                "21610,OPTOUT,optout,\"Words.\"",
                "21610,,optout,\"Words.\"",
                "21610,optout,hold-long,\"Words.\"",
                "21610,hold_long,alarm,\"Words.\"",
                "+21610,optout,optout,\"Words.\"",
                "021610,optout,optout,\"Words.\"",
                "\u0662\u0661\u0666\u0661\u0660,optout,optout,\"Words.\"",
                ",optout,optout,\"Words.\"",
                "STOP,optout,optout,\"Words.\"",
                "21610,optout,optout,\"Words.\"\n21610,optout,optout,\"Words.\"",
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
                "code,at_creation,at_delivery\n",
                "code,at_delivery,at_creation,words\n",
                "code,at_creation,at_delivery,words,more\n",
            })
    void refusesAnotherHeader(String header) {
        assertThatThrownBy(() -> TwilioCodes.read(new StringReader(header + "21610,optout,optout,\"Words.\"\n")))
                .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
    }

    @Test
    void saysWhichCodeIsWrongAndWhatWouldBeRight() {
        assertThatThrownBy(() -> TwilioCodes.read(new StringReader(HEADER + "21610,stop,optout,\"Words.\"\n")))
                .hasMessageContaining("21610")
                .hasMessageContaining("'stop'")
                .hasMessageContaining("optout");
    }

    @Test
    void cannotBeChanged() {
        assertThatThrownBy(() -> CODES.entries().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
