package io.textonce.phone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneHashTest {

    private static final byte[] SECRET = ascii("0123456789abcdef0123456789abcdef");

    private final PhoneHash hash = new PhoneHash(SECRET);

    @ParameterizedTest
    @CsvSource({
        "Test Using Larger Than Block-Size Key - Hash Key First,"
                + "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        "This is a test using a larger than block-size key and a larger than block-size data."
                + " The key needs to be hashed before being used by the HMAC algorithm.,"
                + "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    })
    void agreesWithTheVectorsOfRfc4231(String data, String expected) {
        var secret = new byte[131];
        Arrays.fill(secret, (byte) 0xaa);
        assertThat(new PhoneHash(secret).of(data)).isEqualTo(HexFormat.of().parseHex(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+15558675310", "+442079460958", "+6834002", ""})
    void agreesWithAnHmacPutTogetherByHand(String number) throws NoSuchAlgorithmException {
        assertThat(hash.of(number)).hasSize(32).isEqualTo(hmac(SECRET, ascii(number)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"whatsapp:+525512345678", "+5215512345678", "\uFEFF+52 55 1234 5678", "rcs:+5215512345678"})
    void isTheSameForEverySpellingOfANumber(String spelling) {
        assertThat(hash.of(spelling)).isEqualTo(hash.of("+525512345678"));
        assertThat(hash.all(spelling)[0]).isEqualTo(hash.of("+525512345678"));
    }

    /** Brazil and Argentina: networks and WhatsApp write mobiles with or without a 9. */
    @ParameterizedTest
    @CsvSource({
        "whatsapp:+553188887777, +5531988887777",
        "+5531988887777, +553188887777",
        "+541123456789, +5491123456789",
        "whatsapp:+5491123456789, +541123456789",
    })
    void findsANumberByItsOtherSpelling(String spelling, String stored) {
        assertThat(List.of(hash.all(spelling))).containsExactly(hash.of(spelling), hash.of(stored));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+553133334444", "+15558675310", "+5511912345678", "+54111234567"})
    void findsNoNumberByAnother(String number) {
        assertThat(List.of(hash.all(number))).containsExactly(hash.of(number));
    }

    @Test
    void tellsNumbersAndSecretsApart() {
        var number = "+15558675310";
        assertThat(hash.of(number)).isEqualTo(hash.of(number)).isNotEqualTo(hash.of("+15558675311"));
        assertThat(new PhoneHash(ascii("0123456789abcdef0123456789abcdeX")).of(number))
                .isNotEqualTo(hash.of(number));
    }

    @Test
    void keepsItsOwnCopyOfTheSecret() {
        var secret = SECRET.clone();
        var own = new PhoneHash(secret);
        Arrays.fill(secret, (byte) 0);
        assertThat(own.of("+15558675310")).isEqualTo(hash.of("+15558675310"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "correct-horse-battery-staple-31"})
    void refusesAShortSecretWithoutPrintingIt(String secret) {
        assertThatThrownBy(() -> new PhoneHash(ascii(secret)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessage("The secret of the phone hash is too short: it needs at least 32 characters");
    }

    @Test
    void acceptsASecretOfExactlyThirtyTwoCharacters() {
        assertThat(new PhoneHash(SECRET).of("+15558675310")).hasSize(32);
    }

    @Test
    void keepsTheSecretOutOfItsText() {
        assertThat(hash.toString()).doesNotContain(new String(SECRET, StandardCharsets.US_ASCII));
    }

    @Test
    void givesTwoThreadsTheirOwnHashes() throws Exception {
        var together = new CyclicBarrier(2);
        var threads = Executors.newFixedThreadPool(2);
        try {
            var tasks = new ArrayList<Callable<Boolean>>();
            for (var prefix : new String[] {"+1555", "+4479"}) {
                tasks.add(() -> {
                    together.await();
                    return IntStream.range(0, 20_000).mapToObj(i -> prefix + i).allMatch(this::isRight);
                });
            }
            for (var result : threads.invokeAll(tasks)) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private boolean isRight(String number) {
        try {
            return Arrays.equals(hash.of(number), hmac(SECRET, ascii(number)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** H(K ^ opad, H(K ^ ipad, data)), for a key no longer than a block. */
    private static byte[] hmac(byte[] key, byte[] data) throws NoSuchAlgorithmException {
        var inner = MessageDigest.getInstance("SHA-256");
        inner.update(padded(key, 0x36));
        var outer = MessageDigest.getInstance("SHA-256");
        outer.update(padded(key, 0x5c));
        return outer.digest(inner.digest(data));
    }

    private static byte[] padded(byte[] key, int pad) {
        var block = Arrays.copyOf(key, 64);
        for (var i = 0; i < block.length; i++) {
            block[i] ^= (byte) pad;
        }
        return block;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
