package io.textonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/**
 * Answers callers who are not known, or may not do what they ask for. A wrong token is answered late, so that guessing is slow; no thread waits meanwhile,
 * so that many guesses at once hold nobody up. A right token is never slowed by somebody's wrong ones.
 */
public final class Strangers implements AuthenticationEntryPoint, AccessDeniedHandler {

    private final Duration delay;
    private final ScheduledExecutorService clock;
    private final MeterRegistry meters;

    Strangers(Duration delay, ScheduledExecutorService clock, MeterRegistry meters) {
        this.delay = delay;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failed)
            throws IOException {
        if (failed instanceof Callers.IssuerAway) {
            refused("unchecked");
            RequestGate.answer(response, new Problem(503, "try_again", "The token can't be checked just now."));
            return;
        }
        response.setHeader("WWW-Authenticate", "Bearer");
        if (request.getHeader("Authorization") == null) {
            refused("no_token");
            answer(response);
        } else {
            refused("wrong_token");
            AsyncContext late = request.startAsync(request, response);
            late.setTimeout(0);
            clock.schedule(() -> late.start(() -> end(late, response)), delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Somebody who is known, and may not. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException denied)
            throws IOException {
        refused("forbidden");
        RequestGate.answer(response, new Problem(403, "forbidden", "Not with this token."));
    }

    /** Counts a caller that was turned away. */
    public void refused(String reason) {
        meters.counter("textonce.callers.refused", "reason", reason).increment();
    }

    private static void end(AsyncContext late, HttpServletResponse response) {
        try {
            answer(response);
        } catch (IOException e) {
            throw new UncheckedIOException("The caller went away", e);
        } finally {
            late.complete();
        }
    }

    private static void answer(HttpServletResponse response) throws IOException {
        RequestGate.answer(response, new Problem(401, "unauthorized", "A valid bearer token is needed."));
    }
}
