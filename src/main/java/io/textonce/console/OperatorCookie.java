package io.textonce.console;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.crypto.DirectDecrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWTClaimsSet;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.web.util.WebUtils;

/**
 * Encrypted login cookie of an operator: a JWE (RFC 7516, {@code dir} with A256GCM) that holds the bearer token and an
 * expiry. Its key is derived from the hash key, so every instance accepts it without a session; a token that is removed
 * from the settings is rejected at once.
 */
public final class OperatorCookie {

    static final String NAME = "textonce-operator";

    private static final Duration MAX_AGE = Duration.ofHours(12);
    private static final String TOKEN = "token";

    private final SecretKey key;
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

    /** A cookie that ends with the browser's session, and after {@link #MAX_AGE} at the latest. */
    ResponseCookie of(String token, HttpServletRequest request) {
        var jwt = new EncryptedJWT(
                new JWEHeader(JWEAlgorithm.DIR, EncryptionMethod.A256GCM),
                new JWTClaimsSet.Builder()
                        .claim(TOKEN, token)
                        .expirationTime(Date.from(clock.instant().plus(MAX_AGE)))
                        .build());
        try {
            jwt.encrypt(new DirectEncrypter(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return cookie(jwt.serialize(), request).build();
    }

    /** A cookie that removes the login. */
    ResponseCookie none(HttpServletRequest request) {
        return cookie("", request).maxAge(0).build();
    }

    /** The token of a request, or null if its cookie is missing, expired or not encrypted by this service. */
    @Nullable
    String token(HttpServletRequest request) {
        var cookie = WebUtils.getCookie(request, NAME);
        if (cookie == null) {
            return null;
        }
        try {
            var jwt = EncryptedJWT.parse(cookie.getValue());
            jwt.decrypt(new DirectDecrypter(key));
            var claims = jwt.getJWTClaimsSet();
            return claims.getExpirationTime().toInstant().isBefore(clock.instant())
                    ? null
                    : claims.getStringClaim(TOKEN);
        } catch (ParseException | JOSEException e) {
            return null;
        }
    }

    private static ResponseCookie.ResponseCookieBuilder cookie(String value, HttpServletRequest request) {
        boolean https = request.isSecure() || "https".equalsIgnoreCase(request.getHeader("X-Forwarded-Proto"));
        return ResponseCookie.from(NAME, value)
                .path("/")
                .httpOnly(true)
                .secure(https)
                .sameSite("Strict");
    }
}
