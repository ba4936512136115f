package io.textonce.phone;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Finds a phone number again without keeping it: HMAC-SHA-256 under a secret, since a plain hash of so few possible
 * numbers is undone in minutes. The same number and secret always give the same bytes. Thread-safe without a lock:
 * each call works on its own copy of a prepared Mac.
 */
public final class PhoneHash {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SHORTEST_SECRET = 32;

    private final Mac prototype;

    /** @param secret copied; at least 32 characters */
    public PhoneHash(byte[] secret) {
        if (secret.length < SHORTEST_SECRET) {
            throw new IllegalArgumentException(
                    "The secret of the phone hash is too short: it needs at least " + SHORTEST_SECRET + " characters");
        }
        try {
            prototype = Mac.getInstance(ALGORITHM);
            prototype.init(new SecretKeySpec(secret, ALGORITHM));
            prototype.clone();
        } catch (GeneralSecurityException | CloneNotSupportedException e) {
            throw new IllegalStateException("This Java cannot compute " + ALGORITHM + " as the phone hash needs it", e);
        }
    }

    /** All hashes under which the number may have been kept, the newest first. */
    public byte[][] all(String e164) {
        return new byte[][] {of(e164)};
    }

    /** @param e164 as {@link PhoneNumbers#isE164} accepts it: another spelling has another hash */
    public byte[] of(String e164) {
        try {
            return ((Mac) prototype.clone()).doFinal(e164.getBytes(StandardCharsets.UTF_8));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("Checked in the constructor", e);
        }
    }
}
