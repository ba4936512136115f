package io.textonce.phone;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keyed hash of phone numbers, by which a number is found without being stored: HMAC-SHA-256 under a secret, since a
 * plain hash of so few possible numbers is reversed in minutes. The same number and secret always give the same bytes,
 * however the number is spelled, but for spellings with and without a 9 that are looked up together. Thread-safe without
 * a lock: each call uses its own copy of a prepared Mac.
 */
public final class PhoneHash {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST_SECRET = 32;

    private final PhoneNumbers numbers = new PhoneNumbers();
    private final Mac prototype;
    private final List<Mac> previous;

    /** @param secret copied; at least 32 characters */
    public PhoneHash(byte[] secret) {
        this(secret, List.of());
    }

    /**
     * Creates a hash with a rotated secret: hashes are made with the new one, and found with all.
     *
     * @param previous those that were used before, each as long
     */
    public PhoneHash(byte[] secret, List<byte[]> previous) {
        prototype = mac(secret);
        this.previous = previous.stream().map(PhoneHash::mac).toList();
    }

    private static Mac mac(byte[] secret) {
        if (secret.length < SHORTEST_SECRET) {
            throw new IllegalArgumentException(
                    "The secret of the phone hash is too short: it needs at least " + SHORTEST_SECRET + " characters");
        }
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            mac.clone();
            return mac;
        } catch (GeneralSecurityException | CloneNotSupportedException e) {
            throw new IllegalStateException("This Java cannot compute " + ALGORITHM + " as the phone hash needs it", e);
        }
    }

    /** Returns all hashes under which the number may be stored: the newest of its canonical spelling first. */
    public byte[][] all(String number) {
        var hashes = new ArrayList<byte[]>();
        for (var spelling : numbers.spellings(numbers.canonical(number))) {
            hashes.add(of(spelling, prototype));
            previous.forEach(mac -> hashes.add(of(spelling, mac)));
        }
        return hashes.toArray(byte[][]::new);
    }

    public byte[] of(String number) {
        return of(numbers.canonical(number), prototype);
    }

    private static byte[] of(String canonical, Mac mac) {
        try {
            return ((Mac) mac.clone()).doFinal(canonical.getBytes(StandardCharsets.UTF_8));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("Checked in the constructor", e);
        }
    }
}
