package io.textonce.twilio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.twilio.security.RequestValidator;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioSignatureTest {

    private static final String FORM = "application/x-www-form-urlencoded; charset=UTF-8";
    private static final String JSON = "application/json";
    private static final String TOKEN = "1c892n40nd03kdnc0112slzkl3091j20";
    private static final String SHARED = "a-shared-secret-of-24-byte";
    private static final String SETTINGS = "key=main,algorithm=HMAC_SHA256";
    private static final String BASE = "https://sms.example.com";
    private static final String TARGET = "/twilio/status?id=42";
    private static final byte[] BODY =
            bytes("MessageSid=SM00000000000000000000000000000003&MessageStatus=sent&To=%2B15558675310");
    private static final byte[] NONE = {};

    @TestFactory
    Stream<DynamicTest> agreesWithEveryVector() throws IOException {
        return SignatureVector.all()
                .map(vector -> dynamicTest(vector.name(), () -> {
                    var signature = signature(vector.token(), vector.base());

                    assertThat(signature.matches(vector.target(), vector.form(), FORM, vector.signature()))
                            .as(vector.note())
                            .isEqualTo(vector.expectValid());
                }));
    }

    @TestFactory
    Stream<DynamicTest> agreesWithTwiliosOwnValidator() throws IOException {
        return SignatureVector.all()
                .map(vector -> dynamicTest(vector.name(), () -> {
                    var params = new HashMap<String, String>();
                    vector.params().forEach(pair -> params.put(pair.get(0), pair.get(1)));

                    assertThat(new RequestValidator(vector.token()).validate(vector.url(), params, vector.signature()))
                            .isEqualTo(vector.expectValid());
                }));
    }

    @TestFactory
    Stream<DynamicTest> acceptsWhatASharedKeySigned() throws IOException {
        return SignatureVector.all()
                .filter(vector -> vector.expectValid() && vector.body() == null)
                .map(vector -> dynamicTest(vector.name(), () -> {
                    var shared = new TwilioSignature(
                            List.of("another-token"), Map.of("main", SHARED), List.of(URI.create(vector.base())));
                    String url = vector.signedUrl() == null ? vector.url() : vector.signedUrl();
                    String header = sign(
                            "HmacSHA256",
                            SHARED,
                            url,
                            vector.params().stream()
                                    .map(pair -> new FormBody.Parameter(pair.get(0), pair.get(1)))
                                    .toList());

                    assertThat(shared.matches(vector.target(), vector.form(), FORM, header, SETTINGS))
                            .isTrue();
                    assertThat(shared.matches(vector.target(), vector.form(), FORM, header))
                            .isFalse();
                    assertThat(shared.matches(vector.target(), vector.form(), FORM, vector.signature(), SETTINGS))
                            .isFalse();
                }));
    }

    /** Computed with Python's hmac over the example of Twilio's page. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key=main,algorithm=HMAC_SHA256 | true",
                "key=main, algorithm=HMAC_SHA256 | true",
                "key=other,algorithm=HMAC_SHA256 | false",
                "key=main,algorithm=HMAC_SHA1 | false",
                "key=main,algorithm=none | false",
                "algorithm=HMAC_SHA256 | false",
                "'' | false",
            })
    void takesTheKeyAndTheAlgorithmThatTheHeaderNames(String settings, boolean valid) {
        var shared = new TwilioSignature(
                List.of("12345"), Map.of("main", SHARED), List.of(URI.create("https://example.com")));
        byte[] form = ("Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310"
                        + "&CallSid=CA1234567890ABCDE")
                .getBytes(ISO_8859_1);

        assertThat(shared.matches(
                        "/myapp.php?foo=1&bar=2", form, FORM, "UlBHfOls4AwE6iIWCnQlSvLELwVQ2PkmwlccncfNXrM=", settings))
                .isEqualTo(valid);
    }

    @Test
    void doesNotCareWhichHostTheRequestNames() throws IOException {
        var internalHost = SignatureVector.all()
                .filter(v -> v.name().equals("neg-host"))
                .findFirst()
                .orElseThrow();

        // Rebuilding the URL from the request is what breaks it; the path under our public name is what was signed.
        assertThat(signature(TOKEN, BASE)
                        .matches(internalHost.target(), internalHost.form(), FORM, internalHost.signature()))
                .isTrue();
    }

    @Test
    void acceptsRandomFormsAsTheyWereSigned() {
        var random = new Random(4711);
        for (var round = 0; round < 500; round++) {
            var pairs = randomPairs(random);
            var target = "/twilio/" + random.nextInt() + (random.nextBoolean() ? "?a=%2f&b=" + round : "");
            var header = sign(TOKEN, BASE + target, pairs);

            assertThat(signature(TOKEN, BASE).matches(target, encode(pairs), FORM, header))
                    .as("%s", pairs)
                    .isTrue();
        }
    }

    @Test
    void refusesEverySingleFlippedBitOfTheTarget() {
        var header = headerFor(TARGET);
        for (var bit = 0; bit < TARGET.length() * 8; bit++) {
            var flipped = new String(flip(TARGET.getBytes(ISO_8859_1), bit), ISO_8859_1);

            assertThat(signature(TOKEN, BASE).matches(flipped, BODY, FORM, header))
                    .as(flipped)
                    .isFalse();
        }
    }

    @Test
    void refusesEverySingleFlippedBitOfTheBodyThatChangesTheForm() {
        var header = headerFor(TARGET);
        var original = FormBody.parse(BODY).parameters();
        var same = new ArrayList<String>();
        for (var bit = 0; bit < BODY.length * 8; bit++) {
            var flipped = flip(BODY, bit);
            if (signature(TOKEN, BASE).matches(TARGET, flipped, FORM, header)) {
                assertThat(FormBody.parse(flipped).parameters()).isEqualTo(original);
                same.add(new String(flipped, UTF_8));
            }
        }

        assertThat(same).singleElement().asString().contains("%2b1555"); // only the case of the escape
    }

    @Test
    void refusesEverySingleFlippedBitOfTheSignature() {
        var header = headerFor(TARGET);
        for (var bit = 0; bit < header.length() * 8; bit++) {
            var flipped = new String(flip(bytes(header), bit), ISO_8859_1);

            assertThat(signature(TOKEN, BASE).matches(TARGET, BODY, FORM, flipped))
                    .as(flipped)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {" ", "=", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "\u0000", "Ünïcödé"})
    void refusesWhatIsNoSignature(@Nullable String header) {
        assertThat(signature(TOKEN, BASE).matches(TARGET, BODY, FORM, header)).isFalse();
    }

    @Test
    void refusesASignatureWithBlanksAroundIt() {
        assertThat(signature(TOKEN, BASE).matches(TARGET, BODY, FORM, headerFor(TARGET) + " "))
                .isFalse();
    }

    @Test
    void acceptsEitherTokenDuringARotationAndNoOther() {
        var rotating = new TwilioSignature(List.of("old-token", "new-token"), List.of(URI.create(BASE)));
        var pairs = FormBody.parse(BODY).parameters();

        assertThat(rotating.matches(TARGET, BODY, FORM, sign("old-token", BASE + TARGET, pairs)))
                .isTrue();
        assertThat(rotating.matches(TARGET, BODY, FORM, sign("new-token", BASE + TARGET, pairs)))
                .isTrue();
        assertThat(rotating.matches(TARGET, BODY, FORM, sign("old-tokennew-token", BASE + TARGET, pairs)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // configured, signed, accepted
        "https://sms.example.com,           https://sms.example.com/in,           true",
        "https://sms.example.com/,          https://sms.example.com/in,           true", // no double slash
        "https://sms.example.com,           https://sms.example.com:443/in,       true",
        "https://sms.example.com:443,       https://sms.example.com/in,           true",
        "https://sms.example.com:443,       https://sms.example.com:443/in,       true",
        "http://sms.example.com,            http://sms.example.com:80/in,         true",
        "https://sms.example.com:8443,      https://sms.example.com:8443/in,      true", // SMS keeps the port
        "https://sms.example.com:8443,      https://sms.example.com/in,           true", // voice drops it
        "https://sms.example.com:8443,      https://sms.example.com:443/in,       false",
        "https://sms.example.com,           https://sms.example.com:8443/in,      false",
        "https://sms.example.com,           https://sms.example.com:80/in,        false",
        "https://sms.example.com,           http://sms.example.com/in,            false",
        "https://sms.example.com,           https://sms.example.com/in/,          false",
        "https://sms.example.com/gate/one,  https://sms.example.com/gate/one/in,  true", // prefix cut by a proxy
        "https://sms.example.com/gate%2Fa/, https://sms.example.com/gate%2Fa/in,  true",
        "https://sms.example.com/gate/one,  https://sms.example.com/in,           false",
        "https://me:pw@sms.example.com#rc=5, https://sms.example.com/in,          true",
        "https://SMS.example.com,           https://SMS.example.com/in,           true", // as configured
        "https://[2001:db8::1]:8443,        https://[2001:db8::1]:8443/in,        true",
    })
    void knowsTheFormsOfAPublicUrl(String configured, String signed, boolean accepted) {
        var header = sign(TOKEN, signed, FormBody.parse(BODY).parameters());

        assertThat(signature(TOKEN, configured).matches("/in", BODY, FORM, header))
                .isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({
        "https://sms.example.com,     /",
        "https://sms.example.com/,    /",
        "https://sms.example.com?a=1, /?a=1",
        "https://sms.example.com/?a=1, /?a=1",
        "https://sms.example.com/,    ''",
        "https://sms.example.com,     ''",
        "https://sms.example.com?a=1, ?a=1",
    })
    void takesNoPathAndTheRootForTheSame(String signed, String received) {
        var header = sign(TOKEN, signed, FormBody.parse(BODY).parameters());

        assertThat(signature(TOKEN, BASE).matches(received, BODY, FORM, header)).isTrue();
    }

    @Test
    void refusesATargetThatWouldExtendTheHost() {
        var header = sign(TOKEN, "https://sms.example.com.evil.example/in", List.of());

        assertThat(signature(TOKEN, BASE).matches(".evil.example/in", NONE, null, header))
                .isFalse();
    }

    @Test
    void triesEveryPublicUrl() {
        var signature = new TwilioSignature(
                List.of(TOKEN), List.of(URI.create("https://old.example.com"), URI.create("https://new.example.com")));
        var pairs = FormBody.parse(BODY).parameters();

        assertThat(signature.matches("/in", BODY, FORM, sign(TOKEN, "https://old.example.com/in", pairs)))
                .isTrue();
        assertThat(signature.matches("/in", BODY, FORM, sign(TOKEN, "https://new.example.com/in", pairs)))
                .isTrue();
        assertThat(signature.matches("/in", BODY, FORM, sign(TOKEN, "https://other.example.com/in", pairs)))
                .isFalse();
    }

    @Test
    void acceptsAJsonBodyWhoseHashIsInTheSignedQuery() throws URISyntaxException {
        var body = bytes("{\"status\": \"delivered\"}");
        var target = "/twilio/events?a=1&bodySHA256=" + sha256(body);
        var header = sign(TOKEN, BASE + target, List.of());
        var signature = signature(TOKEN, BASE);

        assertThat(new RequestValidator(TOKEN).validate(BASE + target, new String(body, UTF_8), header))
                .isTrue();
        assertThat(signature.matches(target, body, JSON, header)).isTrue();
        assertThat(signature.matches(target, body, null, header)).isTrue();
        for (var bit = 0; bit < body.length * 8; bit++) {
            assertThat(signature.matches(target, flip(body, bit), JSON, header)).isFalse();
        }
        assertThat(signature.matches(target, NONE, JSON, header)).isFalse();
        assertThat(signature.matches(target, NONE, FORM, header)).isFalse();
        assertThat(signature.matches(target, bytes("&&"), FORM, header)).isFalse();
        assertThat(signature.matches(target, bytes("a=b"), FORM, header)).isFalse();
    }

    @Test
    void refusesAJsonBodyWithoutExactlyOneHash() {
        var body = bytes("{}");
        var twice = "/in?bodySHA256=" + sha256(body) + "&bodySHA256=" + sha256(NONE);

        assertThat(signature(TOKEN, BASE).matches("/in", body, JSON, sign(TOKEN, BASE + "/in", List.of())))
                .isFalse();
        assertThat(signature(TOKEN, BASE).matches(twice, body, JSON, sign(TOKEN, BASE + twice, List.of())))
                .isFalse();
    }

    @Test
    void appendsNothingForARequestWithoutBody() {
        var header = sign(TOKEN, BASE + "/in?To=%2B15558675310", List.of());

        assertThat(signature(TOKEN, BASE).matches("/in?To=%2B15558675310", NONE, null, header))
                .isTrue();
        assertThat(signature(TOKEN, BASE).matches("/in?To=%2B15558675310", NONE, FORM, header))
                .isTrue();
        assertThat(signature(TOKEN, BASE).matches("/in?To=%2B15558675310", BODY, FORM, header))
                .isFalse();
    }

    @Test
    void refusesAFormThatSaysItIsSomethingElse() {
        var header = headerFor(TARGET);

        assertThat(signature(TOKEN, BASE).matches(TARGET, BODY, "APPLICATION/X-WWW-FORM-URLENCODED ;q", header))
                .isTrue();
        assertThat(signature(TOKEN, BASE).matches(TARGET, BODY, "text/plain", header))
                .isFalse();
        assertThat(signature(TOKEN, BASE).matches(TARGET, BODY, null, header)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=%", "a=%FF"})
    void refusesAMalformedFormInsteadOfThrowing(String body) {
        assertThat(signature(TOKEN, BASE).matches(TARGET, bytes(body), FORM, sign(TOKEN, BASE + TARGET, List.of())))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sms.example.com", // no scheme
                "ftp://sms.example.com",
                "https:///path", // no host
                "mailto:sms@example.com",
                "https://sms.example.com?a=1", // a query belongs to the call, not to the base
            })
    void refusesToBeBuiltOnAUrlThatTwilioCannotCall(String url) {
        assertThatThrownBy(() -> signature(TOKEN, url)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesToBeBuiltWithoutATokenOrUrl() {
        var base = List.of(URI.create(BASE));

        assertThatThrownBy(() -> new TwilioSignature(List.of(), base)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TwilioSignature(List.of(TOKEN, " "), base))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TwilioSignature(List.of(TOKEN), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static TwilioSignature signature(String token, String base) {
        return new TwilioSignature(List.of(token), List.of(URI.create(base)));
    }

    private static String headerFor(String target) {
        return sign(TOKEN, BASE + target, FormBody.parse(BODY).parameters());
    }

    /** Written apart from the code under test, after Twilio's Node library: a map of sorted sets. */
    private static String sign(String token, String url, List<FormBody.Parameter> pairs) {
        return sign("HmacSHA1", token, url, pairs);
    }

    private static String sign(String algorithm, String token, String url, List<FormBody.Parameter> pairs) {
        var byName = new TreeMap<String, TreeSet<String>>(TwilioSignatureTest::compareCodePoints);
        pairs.forEach(pair -> byName.computeIfAbsent(
                        pair.name(), name -> new TreeSet<>(TwilioSignatureTest::compareCodePoints))
                .add(pair.value()));
        var text = new StringBuilder(url);
        byName.forEach(
                (name, values) -> values.forEach(value -> text.append(name).append(value)));
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(token.getBytes(UTF_8), algorithm));
            return Base64.getEncoder().encodeToString(mac.doFinal(bytes(text.toString())));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** UTF-8 sorts like code points. */
    private static int compareCodePoints(String a, String b) {
        var left = a.codePoints().toArray();
        var right = b.codePoints().toArray();
        return Arrays.compare(left, right);
    }

    private static List<FormBody.Parameter> randomPairs(Random random) {
        var alphabet = List.of("a", "B", "z", "0", " ", "+", "%", "&", "=", "\n", "ü", "\uFF5E", "你", "👍", "");
        var pairs = new ArrayList<FormBody.Parameter>();
        for (var count = 1 + random.nextInt(8); count > 0; count--) {
            var name = alphabet.get(random.nextInt(alphabet.size())) + alphabet.get(random.nextInt(alphabet.size()));
            var value = random.ints(random.nextInt(6), 0, alphabet.size())
                    .mapToObj(alphabet::get)
                    .collect(Collectors.joining());
            pairs.add(new FormBody.Parameter(name, value));
        }
        return pairs;
    }

    private static byte[] encode(List<FormBody.Parameter> pairs) {
        return bytes(pairs.stream()
                .map(pair -> URLEncoder.encode(pair.name(), UTF_8) + "=" + URLEncoder.encode(pair.value(), UTF_8))
                .collect(Collectors.joining("&")));
    }

    private static byte[] flip(byte[] original, int bit) {
        var flipped = original.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String sha256(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
