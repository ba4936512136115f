package io.textonce.console;

import static io.textonce.settings.TextOnceProperties.Role.OPERATOR;

import io.textonce.http.PagePaths;
import io.textonce.security.AuthenticationFailureHandler;
import io.textonce.security.TokenAuthenticator;
import io.textonce.settings.Sandbox;
import io.textonce.settings.TextOnceProperties;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer.FrameOptionsConfig;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.AnonymousAuthenticationFilter;
import org.springframework.security.web.authentication.session.NullAuthenticatedSessionStrategy;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Access rules of the pages: an operator sends the token once and then carries it in a cookie. Every form has a token
 * against forged requests, and only our own files run in the browser. The sandbox is open.
 */
@Configuration(proxyBeanMethods = false)
class ConsoleSecurity {

    /** Content security policy of all pages. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    @Bean
    OperatorCookie operatorCookie(TextOnceProperties settings, Clock clock) {
        return new OperatorCookie(settings.hashKey(), clock);
    }

    @Bean
    @Order(1)
    SecurityFilterChain supportChain(
            HttpSecurity http,
            ObjectProvider<Sandbox> sandbox,
            OperatorCookie cookie,
            TokenAuthenticator authenticator,
            AuthenticationFailureHandler failureHandler)
            throws Exception {
        boolean open = sandbox.getIfAvailable() != null;
        var csrf = new CookieCsrfTokenRepository();
        csrf.setCookieCustomizer(custom -> custom.sameSite("Strict").httpOnly(true));
        csrf.setCookieName("textonce-form");
        return http.securityMatcher(new PagePaths())
                // The operator is authenticated with each request: that is no login, which would change the forms'
                // token.
                .csrf(forms -> forms.csrfTokenRepository(csrf)
                        .sessionAuthenticationStrategy(new NullAuthenticatedSessionStrategy()))
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .addFilterBefore(new FormLimit(request -> open || cookie.token(request) != null), CsrfFilter.class)
                .addFilterBefore(new CookieFilter(cookie, authenticator), AnonymousAuthenticationFilter.class)
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(POLICY))
                        .frameOptions(FrameOptionsConfig::deny)
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)))
                // A program sends its token with each request, and gets the usual responses.
                .oauth2ResourceServer(
                        server -> server.authenticationManagerResolver(request -> authenticator::authenticate)
                                .authenticationEntryPoint(failureHandler))
                .exceptionHandling(handling -> handling.authenticationEntryPoint((request, response, failed) -> {
                            if (isProgram(request)) {
                                failureHandler.commence(request, response, failed);
                            } else {
                                LoginPage.require(request, response);
                            }
                        })
                        .accessDeniedHandler((request, response, denied) -> {
                            if (isProgram(request)) {
                                failureHandler.handle(request, response, denied);
                            } else {
                                LoginPage.require(request, response);
                            }
                        }))
                .authorizeHttpRequests(requests -> {
                    requests.dispatcherTypeMatchers(DispatcherType.ASYNC, DispatcherType.ERROR)
                            .permitAll();
                    requests.requestMatchers("/login", "/ui/**", "/webjars/**").permitAll();
                    if (open) {
                        requests.anyRequest().permitAll();
                    } else {
                        requests.anyRequest().hasRole(OPERATOR.name());
                    }
                })
                .build();
    }

    private static boolean isProgram(HttpServletRequest request) {
        return request.getHeader(HttpHeaders.AUTHORIZATION) != null;
    }

    /** Authenticates an operator's cookie, for this request. */
    private static final class CookieFilter extends OncePerRequestFilter {

        private final OperatorCookie cookie;
        private final TokenAuthenticator authenticator;

        CookieFilter(OperatorCookie cookie, TokenAuthenticator authenticator) {
            this.cookie = cookie;
            this.authenticator = authenticator;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            String token = cookie.token(request);
            if (token != null && !isProgram(request)) {
                try {
                    var operator = authenticator.authenticate(token);
                    var context = SecurityContextHolder.createEmptyContext();
                    context.setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                            operator.getName(), null, operator.getAuthorities()));
                    SecurityContextHolder.setContext(context);
                } catch (TokenAuthenticator.IssuerAway e) {
                    request.setAttribute(LoginPage.UNVERIFIED, true);
                } catch (AuthenticationException e) {
                    // The token is no longer valid: the request is unauthenticated.
                    logger.debug("A support cookie has a token that is no longer valid");
                }
            }
            chain.doFilter(request, response);
        }
    }
}
