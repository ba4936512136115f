package io.textonce.security;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.http.AdmissionControl;
import io.textonce.http.ApplicationPath;
import io.textonce.http.Problem;
import io.textonce.http.RejectionCounter;
import io.textonce.http.UnreadBody;
import io.textonce.privacy.RepeatedLines;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/**
 * Authentication failure handler for callers that are unknown or not permitted. The response to a wrong token is
 * delayed, so that guessing is slow; no thread waits meanwhile, so that many guesses delay no one. A valid token is
 * never slowed by wrong ones.
 */
public final class AuthenticationFailureHandler implements AuthenticationEntryPoint, AccessDeniedHandler {

    private static final Logger LOG = LoggerFactory.getLogger(AuthenticationFailureHandler.class);

    /** Paths of events; those of CloudEvents name none. */
    private static final Pattern EVENT_PATH = Pattern.compile("/api/(?:events|(.*)-sms(?:/batch)?)");

    private final RepeatedLines repeated = new RepeatedLines();
    private final Duration delay;
    private final ScheduledExecutorService clock;
    private final MeterRegistry meters;
    private final RejectionCounter rejections;

    AuthenticationFailureHandler(
            Duration delay, ScheduledExecutorService clock, MeterRegistry meters, RejectionCounter rejections) {
        this.rejections = rejections;
        this.delay = delay;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failed)
            throws IOException {
        if (failed instanceof TokenAuthenticator.IssuerAway) {
            count("unchecked");
            AdmissionControl.answer(
                    response, new Problem(503, "try_again", "The token can't be verified right now. Retry."));
            return;
        }
        countEvent(request, "unauthorized");
        if (request.getHeader("Authorization") == null) {
            count("no_token");
            response.setHeader("WWW-Authenticate", "Bearer");
            answer(response, TokenRejection.UNKNOWN);
        } else {
            countToken(failed);
            var rejection = TokenRejection.of(failed);
            response.setHeader(
                    "WWW-Authenticate",
                    "Bearer error=\"invalid_token\", error_description=\"" + rejection.detail() + "\"");
            AsyncContext late = request.startAsync(request, response);
            late.setTimeout(0);
            clock.schedule(
                    () -> late.start(() -> end(late, request, response, rejection)),
                    delay.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Rejects an authenticated caller that is not permitted. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        countEvent(request, "forbidden");
        response.setHeader("WWW-Authenticate", "Bearer error=\"insufficient_scope\"");
        if (request.getUserPrincipal() instanceof JwtAuthenticationToken caller
                && caller.getAuthorities().isEmpty()) {
            count("no_scope");
            log("no_scope", "None of the claims in textonce.http.scope-claims has a scope of TextOnce.");
            AdmissionControl.answer(response, new Problem(403, "forbidden", "The token has no scope of this service."));
        } else {
            count("forbidden");
            AdmissionControl.answer(response, new Problem(403, "forbidden", "This token does not permit the request."));
        }
    }

    /** Rejects a path that is open to no caller, with or without a token. */
    void closed(HttpServletRequest request, HttpServletResponse response) throws IOException {
        count("closed");
        String accept = request.getHeader("Accept");
        if (accept != null && accept.contains("text/html")) {
            // A browser gets a page.
            response.sendError(404);
            return;
        }
        AdmissionControl.answer(response, new Problem(403, "forbidden", "This path is not open to callers."));
    }

    /** Counts the event of a rejected caller. */
    private void countEvent(HttpServletRequest request, String reason) {
        var path = EVENT_PATH.matcher(ApplicationPath.of(request));
        if (path.matches()) {
            rejections.count("http", path.group(1), request.getRemoteUser(), reason);
        }
    }

    /** Counts a rejected caller. */
    public void count(String reason) {
        meters.counter("textonce.authentications.failed", "reason", reason).increment();
    }

    /** Counts a rejected token, and logs the reason for one of the issuer. */
    public void countToken(AuthenticationException failed) {
        var rejection = TokenRejection.of(failed);
        count(rejection.reason());
        if (rejection != TokenRejection.UNKNOWN) {
            log(rejection.reason(), rejection.detail());
        }
    }

    /** Logs once a minute per reason: a caller in a loop must not flood the log. */
    private void log(String reason, String detail) {
        repeated.log(
                reason,
                omitted -> LOG.warn(
                        "A token of the issuer was rejected ({}; {} more since the last line). {}",
                        reason,
                        omitted,
                        detail));
    }

    private static void end(
            AsyncContext late, HttpServletRequest request, HttpServletResponse response, TokenRejection rejection) {
        try {
            answer(response, rejection);
            UnreadBody.skipRest(request, response);
        } catch (IOException e) {
            throw new UncheckedIOException("The caller disconnected", e);
        } finally {
            late.complete();
        }
    }

    private static void answer(HttpServletResponse response, TokenRejection rejection) throws IOException {
        AdmissionControl.answer(response, new Problem(401, "unauthorized", rejection.detail()));
    }
}
