package io.textonce.console;

import com.nimbusds.jwt.JWTClaimsSet;
import jakarta.servlet.http.HttpServletRequest;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseCookie;
import org.springframework.web.util.WebUtils;

/**
 * Encrypted login cookie of an operator, with the bearer token and an expiry. A token that is removed from the settings
 * is rejected at once.
 */
public final class OperatorCookie {

    static final String NAME = "textonce-operator";

    private static final Duration MAX_AGE = Duration.ofHours(12);
    private static final String TOKEN = "token";

    private final Sealer sealer;
    private final Clock clock;

    OperatorCookie(String hashKey, Clock clock) {
        this.sealer = new Sealer(NAME, List.of(hashKey));
        this.clock = clock;
    }

    /** A cookie that ends with the browser's session, and after {@link #MAX_AGE} at the latest. */
    ResponseCookie of(String token, HttpServletRequest request) {
        var claims = new JWTClaimsSet.Builder()
                .claim(TOKEN, token)
                .expirationTime(Date.from(clock.instant().plus(MAX_AGE)))
                .build();
        return cookie(sealer.seal(claims.toString()), request).build();
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
        String opened = sealer.open(cookie.getValue());
        if (opened == null) {
            return null;
        }
        try {
            var claims = JWTClaimsSet.parse(opened);
            return claims.getExpirationTime().toInstant().isBefore(clock.instant())
                    ? null
                    : claims.getStringClaim(TOKEN);
        } catch (ParseException e) {
            return null;
        }
    }

    private static ResponseCookie.ResponseCookieBuilder cookie(String value, HttpServletRequest request) {
        String prefix = request.getContextPath();
        return ResponseCookie.from(NAME, value)
                .path(prefix.isEmpty() ? "/" : prefix)
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Strict");
    }
}
