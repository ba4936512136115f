package io.textonce.support;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.web.util.WebUtils;

/**
 * Keeps an operator logged in without a session: the token itself, encrypted (AES-256-GCM under a key that is derived
 * from the hash key), in a cookie that no script and no other site gets. So every instance knows every operator, and a
 * token that is taken out of the settings ends at once.
 */
public final class OperatorCookie {

    static final String NAME = "textonce-operator";

    private static final Duration LONGEST = Duration.ofHours(12);
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key;
    private final Clock clock;

    OperatorCookie(String hashKey, Clock clock) {
        this.clock = clock;
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(hashKey.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            this.key = new SecretKeySpec(mac.doFinal(NAME.getBytes(StandardCharsets.UTF_8)), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A cookie for the length of the browser's session, and for half a day at most. */
    ResponseCookie of(String token, HttpServletRequest request) {
        long until = clock.millis() + LONGEST.toMillis();
        byte[] nonce = new byte[NONCE];
        random.nextBytes(nonce);
        byte[] sealed = crypt(
                Cipher.ENCRYPT_MODE,
                nonce,
                ByteBuffer.allocate(Long.BYTES + token.getBytes(StandardCharsets.UTF_8).length)
                        .putLong(until)
                        .put(token.getBytes(StandardCharsets.UTF_8))
                        .array());
        if (sealed == null) {
            throw new IllegalStateException("This Java cannot encrypt");
        }
        byte[] value = ByteBuffer.allocate(NONCE + sealed.length)
                .put(nonce)
                .put(sealed)
                .array();
        return cookie(Base64.getUrlEncoder().withoutPadding().encodeToString(value), request)
                .build();
    }

    /** The cookie that ends it. */
    ResponseCookie none(HttpServletRequest request) {
        return cookie("", request).maxAge(0).build();
    }

    /** The token of a request, or null when there is none, or one that ran out or is not ours. */
    @Nullable
    String token(HttpServletRequest request) {
        var cookie = WebUtils.getCookie(request, NAME);
        if (cookie == null) {
            return null;
        }
        byte[] value;
        try {
            value = Base64.getUrlDecoder().decode(cookie.getValue());
        } catch (IllegalArgumentException e) {
            return null;
        }
        if (value.length <= NONCE) {
            return null;
        }
        var bytes = ByteBuffer.wrap(value);
        byte[] nonce = new byte[NONCE];
        bytes.get(nonce);
        byte[] sealed = new byte[bytes.remaining()];
        bytes.get(sealed);
        byte[] open = crypt(Cipher.DECRYPT_MODE, nonce, sealed);
        if (open == null || ByteBuffer.wrap(open).getLong() < clock.millis()) {
            return null;
        }
        return new String(open, Long.BYTES, open.length - Long.BYTES, StandardCharsets.UTF_8);
    }

    private static ResponseCookie.ResponseCookieBuilder cookie(String value, HttpServletRequest request) {
        boolean https = request.isSecure() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
        return ResponseCookie.from(NAME, value)
                .path("/")
                .httpOnly(true)
                .secure(https)
                .sameSite("Strict");
    }

    private byte @Nullable [] crypt(int mode, byte[] nonce, byte[] input) {
        try {
            var cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }
}
