package io.textonce.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.event.EventRejected;
import io.textonce.event.LineError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class SendersTest {

    private static final String USUAL = "+15551234567";
    private static final String SERVICE = "MG00000000000000000000000000000001";

    private static final String TABLE = """
            - sender: ACME
              events: order-shipped
              countries: [DE, AT]
              languages: de
            - sender: "+33700000001"
              countries: FR
            - sender: MG00000000000000000000000000000001
              events: order-shipped, order-delayed
              clients: shop
            - sender: "12345"
              languages: pt-BR
            - sender: whatsapp:+14155238886
              countries: US
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "order-shipped, shop, +4915112345678, de,    ACME",
        "order-shipped, shop, +4366412345678, de-AT, ACME",
        "order-shipped, shop, +4915112345678, en,    " + SERVICE,
        "order-shipped, shop, +4915112345678, ,      " + SERVICE,
        "order-delayed, shop, +33612345678,   fr,    +33700000001",
        "order-delayed, shop, +14155552671,   en,    " + SERVICE,
        "order-delayed, till, +14155552671,   en,    " + USUAL,
        "order-delayed, ,     +14155552671,   en,    " + USUAL,
        "news,          shop, +5511961234567, pt-BR, 12345",
        "news,          shop, +5511961234567, pt,    " + USUAL,
    })
    void findsTheFirstThatFitsEventClientCountryAndLanguage(
            String event, @Nullable String client, String phone, @Nullable String language, String sender)
            throws IOException {
        write(TABLE);

        assertThat(senders(USUAL).of(policy(event), "", client, phone, language))
                .isEqualTo(sender);
    }

    @Test
    void hasAMessagingServiceOfTheEventComeFirst() throws IOException {
        write(TABLE);
        var policy = policy("order-shipped");
        policy.setMessagingService("MG00000000000000000000000000000009");

        assertThat(senders(USUAL).of(policy, "", "shop", "+4915112345678", "de"))
                .isEqualTo("MG00000000000000000000000000000009");
    }

    @Test
    void findsASenderOfTheChannelOnly() throws IOException {
        write(TABLE);
        var event = policy("news");

        assertThat(senders(USUAL).of(event, Sender.WHATSAPP, null, "+14155552671", null))
                .isEqualTo("whatsapp:+14155238886");
        assertThat(senders(USUAL).of(event, Sender.WHATSAPP, null, "+4915112345678", null))
                .isEqualTo("whatsapp:" + USUAL);
        assertThat(senders(SERVICE).of(event, Sender.RCS, null, "+4915112345678", null))
                .isEqualTo("rcs:" + SERVICE);
        for (String none : new String[] {USUAL, "12345", "ACME"}) {
            var senders = senders(none);
            assertThatThrownBy(() -> senders.of(event, Sender.RCS, null, "+4915112345678", null))
                    .isInstanceOf(EventRejected.class)
                    .hasMessage("There is no sender for the channel rcs.");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sender: ACME                              | 1 | the file must be a list",
                "- ACME                                    | 1 | a row must have a sender",
                "- sender: ACME;- events: news             | 2 | the row has no sender",
                "- sender: TOO-LONG-A-NAME                 | 1 | the sender must be a number",
                "- sender: MG123 456 789 0                 | 1 | the sender must be a number",
                "- sender: ACME;  event: news              | 2 | there is no option event; a row has sender",
                "- sender: ACME;  countries: DE, Austria   | 2 | countries has Austria",
                "- sender: ACME;  events: []               | 2 | events has an empty value",
                "- sender: ONE;  events: a;- sender: TWO;  events: News | 4 | events has News",
                "- sender: ACME;  countries: DE;  countries: AT | 3 | the row has countries twice",
                "- sender: ACME;  sender: TWO              | 2 | the row has sender twice",
                "- sender: ACME;  languages: german_       | 2 | languages has german_",
                "- sender: ACME;- sender: TWO;  events: news | 2 | no message gets here: all that fit this row fit line 1",
            })
    void namesTheLineOfAnErrorAndKeepsTheLastVersion(String text, int line, String reason) throws IOException {
        write("- sender: GOOD");
        var senders = senders(USUAL);
        write(text.replace(';', '\n'));

        assertThatThrownBy(senders::reload)
                .isInstanceOfSatisfying(
                        LineError.class, error -> assertThat(error.line()).isEqualTo(line))
                .hasMessageContaining(reason);

        assertThat(senders.of(policy("news"), "", null, "+14155552671", null)).isEqualTo("GOOD");
    }

    @Test
    void sendsNothingByAnotherSenderAsLongAsNoVersionIsValid() throws IOException {
        write("- sender: [");
        var senders = senders(USUAL);

        assertThatThrownBy(() -> senders.of(policy("news"), "", null, "+14155552671", null))
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.httpStatus()).isEqualTo(503));

        write("- sender: GOOD");
        senders.reload();
        assertThat(senders.of(policy("news"), "", null, "+14155552671", null)).isEqualTo("GOOD");
    }

    @Test
    void logsWhichPurposesNeedAStopThatASenderCanNotReceive(CapturedOutput output) throws IOException {
        write(TABLE);
        var senders = senders("Shop");

        use(senders, "order-shipped", "order-updates");
        use(senders, "order-shipped", "order-updates");
        use(senders, "order-delayed", "order-updates");
        use(senders, "one-time-code", "codes");

        assertThat(output.getOut().lines().filter(line -> line.contains("can't receive STOP")))
                .hasSize(3)
                .anyMatch(line -> line.contains("senders.yaml, line 1: ACME") && line.contains("of order-shipped need"))
                .anyMatch(line -> line.contains("TWILIO_FROM_NUMBER: Shop") && line.contains("of order-shipped need"))
                .anyMatch(line -> line.contains("TWILIO_FROM_NUMBER: Shop") && line.contains("of order-delayed need"));
    }

    private static void use(Senders senders, String event, String purpose) {
        var policy = new SendPolicy();
        policy.setEvent(event);
        policy.setPurpose(purpose);
        policy.setSenders(senders);
    }

    private static SendPolicy policy(String event) {
        var policy = new SendPolicy();
        policy.setEvent(event);
        return policy;
    }

    private Senders senders(String usual) {
        return new Senders("file:routes", folder.toString(), usual, Set.of("codes"));
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve(Senders.FILE), text);
    }
}
