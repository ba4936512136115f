package io.textonce.http;

import io.textonce.settings.TextOnceProperties;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Bounds what is worked on at once and how much is read, before a route sees a request. Whoever is turned away here is
 * told so before any claim, and whoever is let in is answered when its text's outcome is known.
 */
final class RequestGate extends OncePerRequestFilter {

    private final Semaphore calls;
    private final Semaphore callbacks;
    private final int maxBody;

    RequestGate(TextOnceProperties.Http settings) {
        this.calls = new Semaphore(settings.maxInFlight());
        this.callbacks = new Semaphore(settings.maxCallbacksInFlight());
        this.maxBody = Math.toIntExact(settings.maxBody().toBytes());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var permits = request.getRequestURI().startsWith("/twilio/") ? callbacks : calls;
        if (!permits.tryAcquire()) {
            answer(response, new Problem(503, "overloaded", "Too much at once; the event was not taken."));
            return;
        }
        try {
            pass(request, response, chain);
        } finally {
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(new Release(permits));
            } else {
                permits.release();
            }
        }
    }

    private void pass(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getContentLengthLong() > maxBody) {
            answer(response, tooLarge());
            return;
        }
        byte[] body = request.getInputStream().readNBytes(maxBody + 1);
        if (body.length > maxBody) {
            answer(response, tooLarge());
            return;
        }
        chain.doFilter(new BufferedRequest(request, body), response);
    }

    private Problem tooLarge() {
        return new Problem(413, "too_large", "The body is larger than " + maxBody + " bytes.");
    }

    static void answer(HttpServletResponse response, Problem problem) throws IOException {
        response.setStatus(problem.status());
        response.setContentType(Problem.MEDIA_TYPE);
        if (problem.retryLater()) {
            response.setHeader("Retry-After", "2");
        }
        response.getOutputStream().write(problem.json().getBytes(StandardCharsets.UTF_8));
    }

    /** Gives the permit back when the answer has been written, or can't be any more. */
    private record Release(Semaphore permits) implements AsyncListener {

        @Override
        public void onComplete(AsyncEvent event) {
            permits.release();
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
