package io.textonce.security;

import io.textonce.peer.Causes;
import io.textonce.peer.Peer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.JwtDecoderInitializationException;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.OpaqueTokenAuthenticationProvider;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;

/** Token authenticator for configured tokens and those of the issuer. The API and the pages accept the same ones. */
public final class TokenAuthenticator {

    private final AuthenticationManager manager;
    private final @Nullable Peer issuer;

    /**
     * @param issued authenticates by tokens of the issuer, or null where none is set
     * @param issuer the issuer as a peer, or null where none is set
     */
    TokenAuthenticator(
            OpaqueTokenIntrospector clients, @Nullable AuthenticationProvider issued, @Nullable Peer issuer) {
        this.issuer = issuer;
        List<AuthenticationProvider> ways = new ArrayList<>();
        ways.add(new OpaqueTokenAuthenticationProvider(clients));
        if (issued != null) {
            ways.add(issued);
        }
        manager = new ProviderManager(ways);
    }

    /** @throws AuthenticationException if the token is unknown or invalid, or {@link IssuerAway} */
    public Authentication authenticate(String token) {
        if (token.isEmpty()) {
            throw new InvalidBearerTokenException("no token");
        }
        return authenticate(new BearerTokenAuthenticationToken(token));
    }

    /** Authenticates a token that Spring has read from a request. */
    public Authentication authenticate(Authentication caller) {
        try {
            var authenticated = manager.authenticate(caller);
            if (issuer != null && authenticated instanceof JwtAuthenticationToken) {
                issuer.succeeded();
            }
            return authenticated;
        } catch (AuthenticationServiceException | JwtDecoderInitializationException e) {
            if (issuer != null) {
                issuer.failed(Causes.of(e));
            }
            throw new IssuerAway(e);
        }
    }

    /** Failure to verify a token because the issuer is unavailable. */
    public static final class IssuerAway extends AuthenticationException {

        private static final long serialVersionUID = 1L;

        IssuerAway(RuntimeException cause) {
            super("The token issuer is unavailable", cause);
        }
    }
}
