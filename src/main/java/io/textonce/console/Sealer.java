package io.textonce.console;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Authenticated encryption of what a browser keeps for us, in a cookie or an address: a JWE (RFC 7516, {@code dir} with
 * A256GCM). Its keys are derived from the hash keys, so every instance opens it without a session.
 */
final class Sealer {

    private final List<SecretKey> keys;

    /**
     * @param purpose what is sealed; nothing that was sealed for another purpose is opened
     * @param secrets the hash key, then former ones
     */
    Sealer(String purpose, List<String> secrets) {
        this.keys = secrets.stream().map(secret -> key(purpose, secret)).toList();
    }

    private static SecretKey key(String purpose, String secret) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return new SecretKeySpec(mac.doFinal(purpose.getBytes(StandardCharsets.UTF_8)), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String seal(String text) {
        var jwe = new JWEObject(new JWEHeader(JWEAlgorithm.DIR, EncryptionMethod.A256GCM), new Payload(text));
        try {
            jwe.encrypt(new DirectEncrypter(keys.get(0)));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return jwe.serialize();
    }

    /** Returns what was sealed, or null if it was not sealed here, for this purpose, or was altered. */
    @Nullable
    String open(String sealed) {
        for (var key : keys) {
            try {
                var jwe = JWEObject.parse(sealed);
                jwe.decrypt(new DirectDecrypter(key));
                return jwe.getPayload().toString();
            } catch (ParseException | JOSEException e) {
                continue;
            }
        }
        return null;
    }
}
