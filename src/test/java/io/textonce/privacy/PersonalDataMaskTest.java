package io.textonce.privacy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.textonce.sandbox.ProofSize;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalDataMaskTest {

    private static final boolean LARGE = ProofSize.LARGE;

    private final List<String> secretsBefore = PersonalDataMask.replaceSecrets(List.of());

    private static final String NUMBERS = """
            +15558675310                    -> +*******5310 // E.164
            to +15558675310.                -> to +*******5310.
            [+15558675310]                  -> [+*******5310]
            a+15558675310b                  -> a+*******5310b // a plus leaves no doubt
            +15558675310+14155552671        -> +*******5310+*******2671
            +15558675310,+14155552671       -> +*******5310,+*******2671
            +15558675310 2026               -> +*******5310 2026
            +2905310                        -> +***5310 // Saint Helena: the shortest there is
            +155586753101234567             -> +**************4567 // too long for E.164, still nobody's business
            %2B15558675310                  -> %2B*******5310
            To=%2b15558675310&From=x        -> To=%2b*******5310&From=x
            %252B15558675310                -> %252B*******5310 // encoded twice
            %2B1%20555-867-5310             -> %2B*%20***-***-5310
            %2B1+555+867+5310               -> %2B*+***+***+5310
            \\u002B15558675310              -> \\u002B*******5310 // JSON for HTML
            15558675310                     -> *******5310
            tel:15558675310                 -> tel:*******5310
            tel15558675310                  -> tel*******5310
            phone_15558675310               -> phone_*******5310
            inbox/15558675310.json          -> inbox/*******5310.json
            x\\n15558675310                 -> x\\n*******5310 // a line break in JSON is no letter
            \u001b[36m15558675310\u001b[0m  -> \u001b[36m*******5310\u001b[0m // nor is a colour
            call%2015558675310              -> call%20*******5310
            12345678                        -> ****5678
            123456789012345                 -> ***********2345
            0015558675310                   -> *********5310
            0049123456789012                -> ************9012 // as long as a span id, without its letters
            +1 555-867-5310                 -> +* ***-***-5310
            +1 (555) 867-5310               -> +* (***) ***-5310
            +1.555.867.5310                 -> +*.***.***.5310
            +49 (0)30 1234567               -> +** (*)** ***4567
            +44 20 7946 0958 called         -> +** ** **** 0958 called
            (415) 555-2671                  -> (***) ***-2671
            (415)555-2671                   -> (***)***-2671
            (415) 555-2671Hello             -> (***) ***-2671Hello
            1 (415) 555-2671                -> 1 (***) ***-2671
            415-555-2671                    -> ***-***-2671
            415.555.2671                    -> ***.***.2671
            1-202-555-0104                  -> *-***-***-0104
            1‑202–555—0104                  -> *‑***–***—0104 // non-breaking hyphen, en dash, em dash
            1\u00a0202\u00a0555\u00a00104 -> *\u00a0***\u00a0***\u00a00104 // non-breaking blanks
            415-555-2671 415-555-2672       -> ***-***-**** ***-***-2672 // as if one
            06 12 34 56 78                  -> ** ** ** 56 78
            030 12345678                    -> *** ****5678
            ＋１５５５８６７５３１０        -> ＋*******５３１０ // full-width
            电话15558675310                 -> 电话*******5310
            {"phone":15558675310}           -> {"phone":"*******5310"} // stays JSON
            {"a":{"phone": 15558675310, "b":1}} -> {"a":{"phone":"*******5310","b":1}}
            """;

    private static final String READABLE = """
            SM00000000000000000000000000000003 // a Message SID
            MG0123456789abcdef0123456789abcdef
            AC12345678901234567890123456789012 // only digits
            RQ1234567890a12345678901b123456789
            018f2c7e-0000-7000-8000-000000000001 // a UUID
            12345678-1234-1234-1234-123456789012 // one without letters
            2026-11-23T10:15:30.123Z
            2026-11-23T10:15:30.123+01:00
            2026-11-23T10:15:30.123456789Z
            2026-11-23T10:15:30.123456789+01:00
            2026-11-23 10:15:30,123
            2026-11-23
            from 2026-11-23 to 2026-12-24
            Thu, 24 Aug 2023 05:01:45 +0000
            1763890000.123456 // seconds since 1970
            E5F0B6D4A3C2B1A-0000000000000001 // an exchange id
            123456789012345-0000000000000001 // one without letters
            6ABC0B6D4A3C2B1A-00000000000000FF
            sms-send-1-0000000000000001
            4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7 // trace and span
            Tomcat started on port 8080 (http) with context path '/'
            https://sms.example.com:8443/twilio/status-callback
            10.0.0.5:5432
            192.168.100.200
            Started TextOnce in 12.345 seconds (process running for 13.456)
            took 1234567 ms
            took 123456789012ns
            camel-core-4.17.0.jar
            PostgreSQL 17.11.0
            1.2.3-SNAPSHOT
            HTTP 503, Retry-After 120
            30 of 1000 sent
            [nio-8080-exec-10]
            INFO 12345 --- [textonce] [           main] i.t.twilio.FormBody                      : Parsed
            errorCode=30003
            error_code=30003, status=undelivered
            {"error_code": 30003}
            code=200 // too short to be one of Verify's
            code: INVALID_BODY
            context=a, bodyType=String, tokens=3
            text/html;charset=UTF-8
            FormBody::parse
            body
            """;

    private static final String VALUES = """
            Body=Your+code+is+1&To=x        -> Body=*** // a form; without quotes a text ends with the message
            a=1&Body=Hi                     -> a=1&Body=***
            Body=&To=x                      -> Body=&To=x
            {to=x, body=Hello, you}         -> {to=x, body=*** // a map
            {body=Hello, you, to=x}         -> {body=***
            {body=Hello} then               -> {body=***
            {body=Hello :} you} then        -> {body=***
            {body=https://t.example/?a=1&b=2} -> {body=***
            {Body=[Hello], To=[x]}          -> {Body=*** // a map of lists
            Sms[to=x, text=Hello (you)]     -> Sms[to=x, text=*** // a record
            Sms{text='It's me', to=x}       -> Sms{text=***
            Body: Hello "you", and me       -> Body: ***
            text=Line 1\\nLine 2            -> text=***
            messageBody=Hello               -> messageBody=***
            sms_body=Hello                  -> sms_body=***
            body="Hello "you" there", to=x  -> body="***
            body="Hello                     -> body="***
            {"body":"Hello"}                -> {"body":"***"}
            {"body" : "Hi", "to":"x"}       -> {"body":"***","to":"x"}
            {"body":"a\\"b\\\\","to":"x"}   -> {"body":"***","to":"x"} // an escaped quote, then an escaped backslash
            {"m":"{\\"body\\":\\"a\\\\\\"b\\",\\"to\\":\\"x\\"}"} -> {"m":"{\\"body\\":\\"***\\",\\"to\\":\\"x\\"}"} // JSON in JSON
            {"m":"body=Hello \\"you\\" all","to":"x"} -> {"m":"body=***","to":"x"}
            {"m":"body=\\"Hello","to":"x"}  -> {"m":"body=\\"***","to":"x"} // the inner string was cut
            {"m":"a\\nbody=Hello"}          -> {"m":"a\\nbody=***"}
            {"body":["a","b"],"to":"x"}     -> {"body":["***","***"],"to":"x"}
            {"m":"body\\":[\\"}","a":1} -> {"m":"body\\":***","a":1} // text that looks like JSON
            sent {"body":"a\\"b","to":"x"}    -> sent {"body":"***","to":"x"} // JSON in a line of text
            sent {\\"body\\":\\"a\\",\\"to\\":1} -> sent {\\"body\\":***
            {"body":null,"text":{"a":1}}    -> {"body":null,"text":{"a":1}}
            {"token":12345}                 -> {"token":"***"}
            code=123456                     -> code=*** // a Verify code
            Code=1234&To=x                  -> Code=***&To=x
            {"code":"123456"}               -> {"code":"***"}
            {"code":123456}                 -> {"code":"***"}
            {"m":"{\\"code\\":123456}"}     -> {"m":"{\\"code\\":\\"***\\"}"}
            {code=123456, to=x}             -> {code=***, to=x}
            password=hunter2 and            -> password=*** and
            DB_PASSWORD=hunter2             -> DB_PASSWORD=***
            spring.datasource.password=x, a -> spring.datasource.password=***, a
            jdbc:postgresql://h/d?user=a&password=b&ssl=c -> jdbc:postgresql://h/d?user=a&password=***&ssl=c
            authToken=abc, auth_token=def   -> authToken=***, auth_token=***
            {"authToken":"abc"}             -> {"authToken":"***"}
            client-secret: abc              -> client-secret: ***
            GET /?token=abc HTTP            -> GET /?token=*** HTTP
            Authorization: Basic QUM6eA==   -> Authorization: ***
            authorization:"Bearer a.b-c"    -> authorization:"***"
            {Authorization=[Bearer a.b-c]}  -> {Authorization=***]}
            sent Basic QUM6eA== there       -> sent Basic *** there
            Detail: Failing row contains (1, Hi, a=b). -> Detail: Failing row contains ***
            {"m":"Failing row contains (1, \\"Hi\\").","a":1} -> {"m":"Failing row contains ***","a":1}
            Bearer abc123                   -> Bearer ***
            Unrecognized token 'Cake': was expecting (JSON String or token 'null') -> Unrecognized token '***': was expecting (JSON String or token 'null')
            Basic authentication is on      -> Basic authentication is on
            """;

    @AfterEach
    void putBackTheSecrets() {
        PersonalDataMask.replaceSecrets(secretsBefore);
    }

    @TestFactory
    Stream<DynamicTest> leavesFourDigitsOfANumber() {
        return golden(NUMBERS);
    }

    @TestFactory
    Stream<DynamicTest> leavesNothingOfTheValueOfATellingKey() {
        return golden(VALUES);
    }

    @TestFactory
    Stream<DynamicTest> leavesReadableWhatSupportReads() {
        return READABLE.lines()
                .map(PersonalDataMaskTest::withoutComment)
                .map(line -> DynamicTest.dynamicTest(
                        line, () -> assertThat(PersonalDataMask.mask(line)).isEqualTo(line)));
    }

    @TestFactory
    Stream<DynamicTest> masksAlikeWhateverStandsAround() {
        return NUMBERS.lines().filter(line -> !line.startsWith("{")).map(line -> {
            var pair = withoutComment(line).split(" +-> ", 2);
            return DynamicTest.dynamicTest(pair[0], () -> {
                assertThat(PersonalDataMask.mask("2026-11-23 10:15:30 to <" + pair[0] + ">, 4.17.0"))
                        .isEqualTo("2026-11-23 10:15:30 to <" + pair[1] + ">, 4.17.0");
                var json = JsonMapper.builder()
                        .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                        .build();
                assertThat(json.readTree(PersonalDataMask.mask("{\"m\":\"" + pair[0] + "\"}")))
                        .isEqualTo(json.readTree("{\"m\":\"" + pair[1] + "\"}"));
            });
        });
    }

    @Test
    void masksATextOverSeveralLinesUpToTheStackTrace() {
        var line = """
                Failed {to=+15558675310, body=Hello,
                your order

                is here
                java.lang.IllegalStateException: refused 15558675310
                \tat io.textonce.Some.method(Some.java:12)
                Caused by: java.io.IOException: text=Hello
                \tat io.textonce.Other.method(Other.java:7)
                """;

        assertThat(PersonalDataMask.mask(line)).isEqualTo("""
                        Failed {to=+*******5310, body=***
                        java.lang.IllegalStateException: refused *******5310
                        \tat io.textonce.Some.method(Some.java:12)
                        Caused by: java.io.IOException: text=***
                        \tat io.textonce.Other.method(Other.java:7)
                        """);
    }

    @Test
    void masksASecretWhereverItStands() {
        PersonalDataMask.registerSecret("s3cr+t/Value");

        assertThat(PersonalDataMask.mask("xs3cr+t/Valuey s3cr%2Bt%2FValue")).isEqualTo("x***y ***");
    }

    @Test
    void masksTheLongerOfTwoSecretsAsAWhole() {
        PersonalDataMask.registerSecret("abcdef");
        PersonalDataMask.registerSecret("abcdefgh");

        assertThat(PersonalDataMask.mask("abcdefgh abcdef")).isEqualTo("*** ***");
    }

    @Test
    void masksWhatHttpBasicMakesOfASecret() {
        PersonalDataMask.registerCredentials("AC00000000000000000000000000000001", "not-so-secret");
        var pair = Base64.getEncoder().encodeToString("AC00000000000000000000000000000001:not-so-secret".getBytes());

        assertThat(PersonalDataMask.mask("header " + pair))
                .startsWith("header ***")
                .doesNotContain(pair.substring(0, 8));
    }

    @Test
    void ignoresSecretsThatWouldEatTheLog() {
        PersonalDataMask.registerSecret(null);
        PersonalDataMask.registerSecret("");
        PersonalDataMask.registerSecret("      ");
        PersonalDataMask.registerSecret("sa");

        assertThat(PersonalDataMask.mask("a sad      line")).isEqualTo("a sad      line");
    }

    @Test
    void givesBackTheSameLineIfThereIsNothingToMask() {
        var line = "Started TextOnce in 2.5 seconds";

        assertThat(PersonalDataMask.mask(line)).isSameAs(line);
    }

    @Test
    void changesNothingWhenALineIsMaskedTwice() {
        Stream.of(NUMBERS, VALUES)
                .flatMap(String::lines)
                .map(PersonalDataMaskTest::withoutComment)
                .forEach(line -> {
                    var once = PersonalDataMask.mask(line.split(" +-> ", 2)[0]);

                    assertThat(PersonalDataMask.mask(once)).isEqualTo(once);
                });
    }

    @Test
    void keepsJsonReadableForMachines() throws JsonProcessingException {
        var mapper = new ObjectMapper();
        var random = new Random(7);
        var pieces = List.of(
                "body=",
                "text: ",
                "\"",
                "'",
                "\\",
                "{",
                "}",
                ", ",
                "to=",
                "+15558675310",
                "\n",
                "Hello",
                "&",
                "code=123456",
                "token",
                ":",
                "%2B",
                "[",
                "(415) 555-2671");
        for (var round = 0; round < (LARGE ? 20_000 : 4_000); round++) {
            var message = new StringBuilder();
            for (var i = random.nextInt(12); i >= 0; i--) {
                message.append(pieces.get(random.nextInt(pieces.size())));
            }
            var text = message.toString();
            var fields = new LinkedHashMap<String, Object>();
            fields.put("message", mapper.writeValueAsString(Map.of("inner", text)));
            fields.put("body", text);
            fields.put("phone", 15558675310L);
            fields.put("plain", text);
            var line = mapper.writeValueAsString(fields);
            var maskedLine = PersonalDataMask.mask(line);

            assertThatCode(() -> mapper.readTree(maskedLine)).as(line).doesNotThrowAnyException();
            var masked = mapper.readTree(maskedLine);
            assertThat(masked.size()).as(line).isEqualTo(4);
            assertThat(masked.path("body").asText()).as(line).isEqualTo("***");
            assertThat(masked.toString()).doesNotContain("5558675310", "555-2671");
        }
    }

    /** Counted, not timed: a busy machine must not fail it, and a fast one must not hide it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1 ",
                "1-",
                "+",
                "+1",
                "+1 ",
                "(",
                "(415) ",
                "(1",
                "a",
                "a1",
                "12345678-",
                "12345678-1234-",
                "2026-11-23",
                "%",
                "%25",
                "%2B1",
                "\\",
                "\\u002b1",
                "\"",
                "=",
                ":",
                "body=",
                "body: ",
                "body=\"",
                "\"body\":\"",
                "\"body\":[",
                "\"body\":\\\"",
                "{body=}",
                "(body=a) [body=a] {body=a} ",
                "body=a, ",
                "body=a&",
                "code=1234",
                "token=",
                "token=1)",
                "Failing row contains (",
                "\n\n\tat ",
                "1)",
                "Bearer ",
                "Basic a",
                "Authorization: ",
                "\n",
                "body=\n",
                "body=\na.b",
                ", a",
                ",a=",
                "&a",
                "{",
                "}",
                "1.",
                "1:",
                "415.",
                "\u001b[",
                "１",
                "ab12345678901 "
            })
    void readsEachCharacterOfAHostileLineABoundedNumberOfTimes(String piece) {
        for (var prefix : List.of("", "{\"", "{body=")) {
            var line = new Counted(prefix + piece.repeat((LARGE ? 200_000 : 40_000) / piece.length()));

            assertThatCode(() -> PersonalDataMask.mask(line)).as(prefix + piece).doesNotThrowAnyException();
        }
    }

    private static Stream<DynamicTest> golden(String list) {
        return list.lines().map(line -> {
            var pair = withoutComment(line).split(" +-> ", 2);
            return DynamicTest.dynamicTest(
                    pair[0], () -> assertThat(PersonalDataMask.mask(pair[0])).isEqualTo(pair[1]));
        });
    }

    private static String withoutComment(String line) {
        var comment = line.indexOf(" // ");
        return comment < 0 ? line : line.substring(0, comment);
    }

    private record Counted(String text, AtomicLong reads) implements CharSequence {

        Counted(String text) {
            this(text, new AtomicLong());
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (reads.incrementAndGet() > 40L * text.length()) {
                throw new AssertionError("Read again and again");
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
