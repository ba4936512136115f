package io.textonce.security;

import io.textonce.http.SendPermission;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/**
 * Access tokens of an OAuth 2.0 issuer (RFC 9068): the subject is the client, and the scopes are its permissions.
 * {@code textonce:send} is all events, {@code textonce:send:order-shipped} is one, {@code textonce:operate} is the
 * operator, {@code textonce:monitor} reads metrics. Other scopes permit nothing.
 */
final class IssuedTokens {

    private static final String SEND = "textonce:send";
    private static final String OPERATE = "textonce:operate";
    private static final String MONITOR = "textonce:monitor";

    private IssuedTokens() {}

    /** @param scopeClaims the claims whose values are scopes: each a text with blanks, or a list */
    static JwtAuthenticationProvider provider(JwtDecoder issuer, List<String> scopeClaims) {
        var converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(token -> authorities(scopes(token, scopeClaims)));
        var provider = new JwtAuthenticationProvider(issuer);
        provider.setJwtAuthenticationConverter(converter);
        return provider;
    }

    /** Validator of {@code typ}: RFC 9068 requires {@code at+jwt}, many issuers send {@code JWT} or none. */
    static OAuth2TokenValidator<Jwt> types() {
        var types = new JwtTypeValidator("at+jwt", "application/at+jwt", "JWT");
        types.setAllowEmpty(true);
        return types;
    }

    /**
     * Validator of {@code sub}, which RFC 9068 requires: a client without a name would have no rate limit, and an operator
     * none in the audit log.
     */
    static OAuth2TokenValidator<Jwt> subject() {
        return new JwtClaimValidator<Object>(
                JwtClaimNames.SUB, subject -> subject instanceof String name && !name.isBlank());
    }

    private static Stream<String> scopes(Jwt token, List<String> claims) {
        return claims.stream().flatMap(claim -> {
            Object value = token.getClaims().get(claim);
            if (value instanceof String text) {
                return Stream.of(text.split(" "));
            }
            return value instanceof Collection<?> list ? list.stream().map(String::valueOf) : Stream.empty();
        });
    }

    private static Collection<GrantedAuthority> authorities(Stream<String> scopes) {
        var authorities = new ArrayList<GrantedAuthority>();
        scopes.distinct().forEach(scope -> {
            if (scope.equals(SEND)) {
                authorities.add(new SimpleGrantedAuthority(SendPermission.ALL));
            } else if (scope.startsWith(SEND + ":")) {
                String event = scope.substring(SEND.length() + 1);
                authorities.add(new SimpleGrantedAuthority(SendPermission.PREFIX + event));
            } else if (scope.equals(OPERATE)) {
                authorities.add(new SimpleGrantedAuthority("ROLE_OPERATOR"));
            } else if (scope.equals(MONITOR)) {
                authorities.add(new SimpleGrantedAuthority("ROLE_MONITOR"));
            }
        });
        return authorities;
    }
}
