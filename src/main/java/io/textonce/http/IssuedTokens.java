package io.textonce.http;

import java.util.ArrayList;
import java.util.List;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.authentication.JwtGrantedAuthoritiesConverter;

/**
 * Access tokens of an OAuth 2.0 issuer (RFC 9068): whom they name is the client, and their scopes say what it may do.
 * {@code textonce:send} is all events, {@code textonce:send:order-shipped} is one, {@code textonce:operate} is the
 * operator. Other scopes open nothing.
 */
final class IssuedTokens {

    private static final String SEND = "textonce:send";
    private static final String OPERATE = "textonce:operate";

    private IssuedTokens() {}

    static JwtAuthenticationProvider provider(JwtDecoder issuer) {
        var scopes = new JwtGrantedAuthoritiesConverter();
        scopes.setAuthorityPrefix("");
        var converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(token -> authorities(scopes.convert(token).stream()
                .map(GrantedAuthority::getAuthority)
                .toList()));
        var provider = new JwtAuthenticationProvider(issuer);
        provider.setJwtAuthenticationConverter(converter);
        return provider;
    }

    private static List<GrantedAuthority> authorities(List<String> scopes) {
        var authorities = new ArrayList<GrantedAuthority>();
        for (String scope : scopes) {
            if (scope.equals(SEND)) {
                authorities.add(new SimpleGrantedAuthority(AccessConfiguration.ALL_EVENTS));
            } else if (scope.startsWith(SEND + ":")) {
                String event = scope.substring(SEND.length() + 1);
                authorities.add(new SimpleGrantedAuthority(AccessConfiguration.EVENT_PREFIX + event));
            } else if (scope.equals(OPERATE)) {
                authorities.add(new SimpleGrantedAuthority("ROLE_OPERATOR"));
            }
        }
        return authorities;
    }
}
