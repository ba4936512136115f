package io.textonce.console;

import io.textonce.http.AdmissionControl;
import io.textonce.http.Problem;
import io.textonce.http.TimedBody;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limit of a form's size and time before it is parsed. Its token is read before the operator is known, and the container
 * allocates memory for a form by its announced length: with some hundred connections a caller without credentials would
 * otherwise take all memory, or with a byte a second all threads.
 */
final class FormLimit extends OncePerRequestFilter {

    /** The text of a dead letter, percent-encoded; {@code server.tomcat.max-http-form-post-size} is the same. */
    private static final int LARGEST = 256 * 1024;

    /** A login, with the largest token that fits into a cookie. */
    private static final int LARGEST_OF_STRANGER = 16 * 1024;

    /** Forms that are read at once, of strangers and of operators each: a fraction of the threads. */
    static final int MOST_AT_ONCE = 64;

    /** Maximum time for a whole form. */
    private static final Duration MOST_TIME = Duration.ofSeconds(10);

    /** Form of a header with which Spring parses no form before the token is verified. */
    private static final Pattern BEARER = Pattern.compile("(?i)Bearer [\\w.~+/-]++=*+");

    private final Semaphore strangers = new Semaphore(MOST_AT_ONCE);
    private final Semaphore operators = new Semaphore(MOST_AT_ONCE);
    private final Predicate<HttpServletRequest> hasLogin;
    private final Duration mostTime;

    /** @param hasLogin whether a request has a cookie that was encrypted here */
    FormLimit(Predicate<HttpServletRequest> hasLogin) {
        this(hasLogin, MOST_TIME);
    }

    FormLimit(Predicate<HttpServletRequest> hasLogin, Duration mostTime) {
        this.hasLogin = hasLogin;
        this.mostTime = mostTime;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long length = request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null
                ? request.getContentLengthLong()
                : Long.MAX_VALUE;
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        boolean isBearer =
                authorization != null && BEARER.matcher(authorization).matches();
        boolean isKnown = authorization == null ? length > 0 && hasLogin.test(request) : isBearer;
        if (length > (isKnown ? LARGEST : LARGEST_OF_STRANGER)) {
            reject(request, response, length);
        } else if (length <= 0 || isBearer || !isForm(request)) {
            chain.doFilter(request, response);
        } else {
            byte[] body = read(request, response, isKnown ? operators : strangers);
            if (body.length == length) {
                chain.doFilter(new ReadForm(request, new String(body, StandardCharsets.UTF_8)), response);
            }
        }
    }

    private static void reject(HttpServletRequest request, HttpServletResponse response, long length)
            throws IOException {
        if (length <= LARGEST && request.getHeader(HttpHeaders.AUTHORIZATION) == null) {
            response.sendRedirect(request.getContextPath() + LoginPage.address(request));
        } else {
            AdmissionControl.answer(
                    response, new Problem(413, "too_large", "The form is too large, or has no Content-Length."));
        }
    }

    private static boolean isForm(HttpServletRequest request) {
        String type = request.getContentType();
        String form = MediaType.APPLICATION_FORM_URLENCODED_VALUE;
        return type != null && type.regionMatches(true, 0, form, 0, form.length());
    }

    /** Reads a form while few others are read; returns less than all if it was rejected. */
    private byte[] read(HttpServletRequest request, HttpServletResponse response, Semaphore places) throws IOException {
        if (!places.tryAcquire()) {
            AdmissionControl.answer(response, new Problem(503, "overloaded", "Too many forms at once. Retry."));
            return new byte[0];
        }
        try {
            return TimedBody.read(request.getInputStream(), LARGEST, mostTime);
        } catch (IOException e) {
            AdmissionControl.answer(
                    response, new Problem(400, "bad_request", "The form was incomplete or too slow. Send it again."));
            return new byte[0];
        } finally {
            places.release();
        }
    }
}
