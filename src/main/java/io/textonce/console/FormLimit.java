package io.textonce.console;

import io.textonce.http.AdmissionControl;
import io.textonce.http.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Limit of a form's size before it is parsed. Its token is read before the operator is known, and the container allocates
 * memory for a form by its announced length: with some hundred connections a caller without credentials would
 * otherwise take all memory.
 */
final class FormLimit extends OncePerRequestFilter {

    /** The text of a dead letter, percent-encoded; {@code server.tomcat.max-http-form-post-size} is the same. */
    private static final int LARGEST = 256 * 1024;

    /** A login, with the largest token that fits into a cookie. */
    private static final int LARGEST_OF_STRANGER = 16 * 1024;

    /** Form of a header with which Spring parses no form before the token is verified. */
    private static final Pattern BEARER = Pattern.compile("(?i)Bearer [\\w.~+/-]++=*+");

    private final Predicate<HttpServletRequest> hasLogin;

    /** @param hasLogin whether a request has a cookie that was encrypted here */
    FormLimit(Predicate<HttpServletRequest> hasLogin) {
        this.hasLogin = hasLogin;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        long length = request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null
                ? request.getContentLengthLong()
                : Long.MAX_VALUE;
        if (length <= LARGEST_OF_STRANGER || length <= LARGEST && isKnown(request)) {
            chain.doFilter(request, response);
        } else if (length <= LARGEST && request.getHeader(HttpHeaders.AUTHORIZATION) == null) {
            response.sendRedirect(request.getContextPath() + LoginPage.address(request));
        } else {
            AdmissionControl.answer(
                    response, new Problem(413, "too_large", "The form is too large, or has no Content-Length."));
        }
    }

    private boolean isKnown(HttpServletRequest request) {
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization == null
                ? hasLogin.test(request)
                : BEARER.matcher(authorization).matches();
    }
}
