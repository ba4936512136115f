package io.textonce.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.hotload.ReplacedPaths;
import io.textonce.peer.Activity;
import io.textonce.settings.HttpSettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Admission control: bounds the requests in flight and the size of bodies before a route sees a request. A rejected
 * caller gets its response before any claim; an admitted one when the outcome of its message is known.
 */
public final class AdmissionControl extends OncePerRequestFilter {

    /** Maximum time for a whole body; a modem would meet it. A slow client must not occupy a place forever. */
    private static final Duration MOST_BODY_TIME = Duration.ofSeconds(10);

    /** Maximum time for the body of a webhook: Twilio sends from data centers, and strangers can call webhooks, too. */
    private static final Duration MOST_WEBHOOK_TIME = Duration.ofSeconds(3);

    /** Webhooks whose bodies may be arriving, as a multiple of those that are processed. */
    private static final int ARRIVING = 4;

    private static final String WEBHOOKS = "/twilio/";

    /**
     * Grace period for a place that is about to be released: a caller may receive its response, and send its next
     * request, just before.
     */
    private static final Duration HANDOVER = Duration.ofSeconds(1);

    /** Requests that must not wait behind the others: one-time codes and incidents. */
    private static final Pattern URGENT = Pattern.compile("/api/(verify/|incident-)");

    /** Places that only urgent requests take, as a part of those that all do. */
    private static final int RESERVED_PART = 8;

    private static final RequestMatcher PAGES = new PagePaths();

    /** Path of the management endpoints, if they have no port of their own. */
    private static final String MANAGEMENT = "/actuator/";

    private final Semaphore calls;
    private final Semaphore reserved;
    private final Semaphore callbacks;
    private final Semaphore arrivals;
    private final int maxBody;
    private final BooleanSupplier running;
    private final Activity activity;
    private final ReplacedPaths replaced;

    /** @param running whether the routes run: the port opens before them, and is closed after them */
    AdmissionControl(
            HttpSettings settings,
            MeterRegistry meters,
            BooleanSupplier running,
            Activity activity,
            ReplacedPaths replaced) {
        this.running = running;
        this.activity = activity;
        this.replaced = replaced;
        int few = Math.max(1, settings.maxInFlight() / RESERVED_PART);
        this.calls = new Semaphore(settings.maxInFlight());
        this.reserved = new Semaphore(few);
        this.callbacks = new Semaphore(settings.maxCallbacksInFlight());
        this.arrivals = new Semaphore(settings.maxCallbacksInFlight() * ARRIVING);
        count("api", meters, settings.maxInFlight() + few, calls, reserved);
        count("webhook", meters, settings.maxCallbacksInFlight(), callbacks);
        this.maxBody = Math.toIntExact(settings.maxBody().toBytes());
    }

    private static void count(String kind, MeterRegistry meters, int most, Semaphore... places) {
        Gauge.builder(
                        "textonce.requests.admitted",
                        () -> most
                                - Stream.of(places)
                                        .mapToInt(Semaphore::availablePermits)
                                        .sum())
                .description("Requests in flight")
                .tag("kind", kind)
                .register(meters);
    }

    /** Skips the support page: Spring reads its forms, and its users are few. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return PAGES.matches(request);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!running.getAsBoolean() && !ApplicationPath.of(request).startsWith(MANAGEMENT)) {
            turnAway(
                    request,
                    response,
                    new Problem(
                            503, "try_again", "TextOnce is starting or stopping. The event was not accepted; retry."));
            return;
        }
        String path = ApplicationPath.of(request);
        byte[] webhook = null;
        if (path.startsWith(WEBHOOKS)) {
            webhook = arrived(request, response);
            if (webhook == null) {
                return;
            }
        }
        var permits = admit(path);
        if (permits == null) {
            turnAway(request, response, overloaded());
            return;
        }
        activity.mark();
        try {
            byte[] body = webhook == null ? read(request, response, new byte[0], MOST_BODY_TIME) : webhook;
            if (body != null) {
                process(new BufferedRequest(request, body), path, response, chain);
            }
        } finally {
            permits.release();
        }
    }

    private void process(HttpServletRequest request, String path, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var watched = new MutedFailure(response);
        var entered = replaced.enter(path);
        try {
            chain.doFilter(request, watched);
        } finally {
            entered.close();
        }
        watched.explain();
    }

    /**
     * Returns the body of a webhook, or null if it was rejected. Until its body is here, it is unknown whether Twilio
     * sends it, so it takes no place of those that are processed; with its body in the first packet it needs no other.
     */
    private byte @Nullable [] arrived(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // A part of a chunk's head would be waited for.
        boolean isChunked = request.getHeader("Transfer-Encoding") != null;
        byte[] begin = isChunked ? new byte[0] : TimedBody.arrived(request.getInputStream(), maxBody + 1);
        if (!isChunked && begin.length >= request.getContentLengthLong()) {
            return read(request, response, begin, MOST_WEBHOOK_TIME);
        }
        if (!isAdmitted(arrivals)) {
            turnAway(request, response, overloaded());
            return null;
        }
        try {
            return read(request, response, begin, MOST_WEBHOOK_TIME);
        } finally {
            arrivals.release();
        }
    }

    private static Problem overloaded() {
        return new Problem(503, "overloaded", "Too many requests at once. The event was not accepted; retry.");
    }

    /** Returns the semaphore of which the request has a permit, or null. A free place of all is taken first. */
    private @Nullable Semaphore admit(String path) {
        boolean isUrgent = URGENT.matcher(path).lookingAt();
        if (isUrgent && calls.tryAcquire()) {
            return calls;
        }
        var permits = path.startsWith(WEBHOOKS) ? callbacks : isUrgent ? reserved : calls;
        return isAdmitted(permits) ? permits : null;
    }

    private static boolean isAdmitted(Semaphore permits) {
        try {
            return permits.tryAcquire(HANDOVER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns the body, or null if the request was rejected. */
    private byte @Nullable [] read(
            HttpServletRequest request, HttpServletResponse response, byte[] begin, Duration time) throws IOException {
        if (Twiml.isAsked(request) && !Twiml.METHODS.contains(request.getMethod())) {
            turnAway(request, response, new Problem(405, "method_not_allowed", "Webhooks accept POST and GET only."));
            return null;
        }
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            // A small compressed body can be of any size once unpacked.
            turnAway(
                    request,
                    response,
                    new Problem(415, "unsupported_media_type", "Send the body without Content-Encoding."));
            return null;
        }
        if (request.getContentLengthLong() > maxBody) {
            turnAway(request, response, tooLarge());
            return null;
        }
        byte[] body;
        try {
            body = TimedBody.read(request.getInputStream(), begin, maxBody + 1, time);
        } catch (IOException e) {
            turnAway(
                    request, response, new Problem(400, "bad_request", "The request body was incomplete or too slow."));
            return null;
        }
        if (body.length > maxBody) {
            turnAway(request, response, tooLarge());
            return null;
        }
        return body;
    }

    private Problem tooLarge() {
        return new Problem(413, "too_large", "The body is larger than " + maxBody + " bytes.");
    }

    private static void turnAway(HttpServletRequest request, HttpServletResponse response, Problem problem)
            throws IOException {
        if (Twiml.isAsked(request)) {
            response.setStatus(problem.status());
            retryAfter(response, problem);
            write(response, Twiml.MEDIA_TYPE, Twiml.NOTHING);
        } else {
            answer(response, problem);
        }
    }

    public static void answer(HttpServletResponse response, Problem problem) throws IOException {
        response.setStatus(problem.status());
        retryAfter(response, problem);
        write(response, Problem.MEDIA_TYPE, problem.json());
    }

    /** Writes a response with its length, so that its caller has all of it though its own body may still come. */
    private static void write(HttpServletResponse response, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        response.setContentType(type);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static void retryAfter(HttpServletResponse response, Problem problem) {
        if (problem.retryLater()) {
            response.setHeader("Retry-After", Long.toString(problem.retryAfterSeconds()));
        }
    }
}
