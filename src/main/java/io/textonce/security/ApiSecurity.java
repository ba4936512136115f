package io.textonce.security;

import static io.textonce.settings.TextOnceProperties.Role.MONITOR;
import static io.textonce.settings.TextOnceProperties.Role.OPERATOR;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.http.RejectionCounter;
import io.textonce.http.SendPermission;
import io.textonce.peer.PeerMonitor;
import io.textonce.privacy.Sha256;
import io.textonce.settings.LiveSettings;
import io.textonce.settings.PublicPaths;
import io.textonce.settings.Sandbox;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TextOnceProperties.Client;
import io.textonce.tuning.WithoutIntrospector;
import jakarta.servlet.DispatcherType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.security.oauth2.resource.servlet.JwkSetUriJwtDecoderBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.web.PathPatternRequestMatcherBuilderFactoryBean;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Access rules of both ports: a path that no rule names is closed to everyone. API callers send a bearer token (RFC
 * 6750): one of which only the SHA-256 is configured, or one of the configured issuer. Twilio's webhooks are signed,
 * which the routes verify. In the sandbox callers need no token.
 */
@Configuration(proxyBeanMethods = false)
class ApiSecurity {

    /** Content security policy of responses that no browser should display. */
    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

    @Bean
    PathPatternRequestMatcherBuilderFactoryBean pathPatterns() {
        return new PathPatternRequestMatcherBuilderFactoryBean();
    }

    @Bean
    static WithoutIntrospector withoutIntrospector() {
        return new WithoutIntrospector();
    }

    /** Rules of paths without credentials, where a wrong token is ignored and not rejected. */
    @Bean
    @Order(2)
    SecurityFilterChain open(HttpSecurity http, TextOnceProperties settings) throws Exception {
        var publicPaths = new PublicPaths(settings);
        return plain(http)
                .securityMatcher(new OrRequestMatcher(
                        PathPatternRequestMatcher.withDefaults().matcher("/twilio/**"),
                        request -> publicPaths.contain(
                                ServletRequestPathUtils.parse(request).pathWithinApplication())))
                .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                .build();
    }

    @Bean
    @Order(3)
    SecurityFilterChain api(
            HttpSecurity http,
            ObjectProvider<Sandbox> sandbox,
            TokenAuthenticator authenticator,
            AuthenticationFailureHandler failureHandler,
            TextOnceProperties settings)
            throws Exception {
        boolean open = sandbox.getIfAvailable() != null;
        return plain(http)
                .securityMatcher("/api/**", "/actuator/**")
                .oauth2ResourceServer(
                        server -> server.authenticationManagerResolver(request -> authenticator::authenticate)
                                .authenticationEntryPoint(failureHandler)
                                .accessDeniedHandler(failureHandler))
                .exceptionHandling(handling -> handling.authenticationEntryPoint(failureHandler))
                .addFilterAfter(
                        new ClientRateLimiter(settings.http().requestsPerSecond(), settings.clients(), failureHandler),
                        AuthorizationFilter.class)
                .authorizeHttpRequests(requests -> {
                    requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                            .permitAll();
                    requests.requestMatchers("/actuator/health/**").permitAll();
                    if (open) {
                        requests.anyRequest().permitAll();
                    } else {
                        requests.requestMatchers("/api/{event}-sms", "/api/{event}-sms/batch")
                                .access(maySend());
                        // The event is in the body, which is not parsed here.
                        requests.requestMatchers("/api/events").hasAuthority(SendPermission.ALL);
                        requests.requestMatchers("/api/verify/**")
                                .hasAnyAuthority(SendPermission.ALL, SendPermission.PREFIX + "verify");
                        requests.requestMatchers("/actuator/prometheus").hasAnyRole(OPERATOR.name(), MONITOR.name());
                        requests.requestMatchers(
                                        "/api/deliveries/**",
                                        "/api/rejected-events/**",
                                        "/api/dead-letters/**",
                                        "/api/files",
                                        "/api/people",
                                        "/api/subscriptions/**",
                                        "/api/caps/**",
                                        "/api/opt-outs/**",
                                        "/actuator/**")
                                .hasRole(OPERATOR.name());
                        requests.anyRequest().access(maySendOrOperate());
                    }
                })
                .build();
    }

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    SecurityFilterChain closed(HttpSecurity http, AuthenticationFailureHandler failureHandler) throws Exception {
        return plain(http)
                .exceptionHandling(handling -> handling.authenticationEntryPoint(
                                (request, response, failed) -> failureHandler.closed(request, response))
                        .accessDeniedHandler((request, response, denied) -> failureHandler.closed(request, response)))
                .authorizeHttpRequests(requests -> {
                    requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                            .permitAll();
                    requests.anyRequest().denyAll();
                })
                .build();
    }

    /** Without sessions and forms, and with headers for answers that no browser should show. */
    private static HttpSecurity plain(HttpSecurity http) throws Exception {
        return http.csrf(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(NOTHING))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)));
    }

    /** Disables the spans of the dozen filters, which add nothing to the request's own. */
    @Bean
    SecurityObservationSettings withoutObservations() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    OpaqueTokenIntrospector clients(TextOnceProperties settings, LiveSettings live) {
        var byHash = live.derive(now -> principals(settings, now));
        return token -> {
            @Nullable
            DefaultOAuth2AuthenticatedPrincipal principal = byHash.get().get(Sha256.hex(token));
            if (principal == null) {
                throw new BadOpaqueTokenException("unknown token");
            }
            return principal;
        };
    }

    @Bean
    TokenAuthenticator authenticator(
            OpaqueTokenIntrospector clients,
            ObjectProvider<JwtDecoder> issuer,
            TextOnceProperties settings,
            PeerMonitor peers) {
        var decoder = issuer.getIfAvailable();
        return decoder == null
                ? new TokenAuthenticator(clients, null, null)
                : new TokenAuthenticator(
                        clients,
                        IssuedTokens.provider(decoder, settings.http().scopeClaims()),
                        peers.peer("issuer", "The token issuer", "Callers with its tokens get 503 and retry."));
    }

    /**
     * Accepts the types that issuers send; Nimbus would accept {@code typ: JWT} alone. {@link #accessTokenType} checks
     * them. The issuer is called with limits, which Spring has none of.
     */
    @Bean
    JwkSetUriJwtDecoderBuilderCustomizer issuerClient() {
        return decoder -> decoder.validateType(false).restOperations(IssuerClient.http());
    }

    @Bean
    OAuth2TokenValidator<Jwt> accessTokenType() {
        return IssuedTokens.types();
    }

    @Bean
    OAuth2TokenValidator<Jwt> subject() {
        return IssuedTokens.subject();
    }

    @Bean
    AuthenticationFailureHandler failureHandler(
            TextOnceProperties settings,
            @Qualifier("failureClock") ScheduledExecutorService failureClock,
            MeterRegistry meters,
            RejectionCounter rejections) {
        return new AuthenticationFailureHandler(settings.http().wrongTokenDelay(), failureClock, meters, rejections);
    }

    @Bean(destroyMethod = "shutdownNow", defaultCandidate = false)
    ScheduledExecutorService failureClock() {
        return Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("failures-"));
    }

    /** Returns the clients of the start by their tokens of now: all that limits a client is of the start, too. */
    private static Map<String, DefaultOAuth2AuthenticatedPrincipal> principals(
            TextOnceProperties settings, TextOnceProperties now) {
        Map<String, DefaultOAuth2AuthenticatedPrincipal> byHash = new HashMap<>();
        now.clients().forEach((name, client) -> {
            var known = settings.clients().get(name);
            if (known != null) {
                client.tokenSha256().forEach(hash -> byHash.put(hash.toLowerCase(Locale.ROOT), principal(name, known)));
            }
        });
        return byHash;
    }

    private static DefaultOAuth2AuthenticatedPrincipal principal(String name, Client client) {
        List<GrantedAuthority> authorities = new ArrayList<>();
        authorities.add(new SimpleGrantedAuthority("ROLE_" + client.role()));
        if (client.events().isEmpty() && client.role() != MONITOR) {
            authorities.add(new SimpleGrantedAuthority(SendPermission.ALL));
        }
        client.events().forEach(event -> authorities.add(new SimpleGrantedAuthority(SendPermission.PREFIX + event)));
        return new DefaultOAuth2AuthenticatedPrincipal(name, Map.of("sub", name), authorities);
    }

    /** A role or scope beside that of monitoring; a token of the issuer without any permits nothing. */
    private static AuthorizationManager<RequestAuthorizationContext> maySendOrOperate() {
        return (authentication, context) -> new AuthorizationDecision(authentication.get().getAuthorities().stream()
                .map(GrantedAuthority::getAuthority)
                .anyMatch(held -> held.startsWith(SendPermission.PREFIX) || held.equals("ROLE_" + OPERATOR)));
    }

    private static AuthorizationManager<RequestAuthorizationContext> maySend() {
        return (authentication, context) -> new AuthorizationDecision(SendPermission.isGranted(
                authentication.get().getAuthorities(), context.getVariables().get("event")));
    }
}
