package io.textonce.http;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Duration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Filter that reads the rest of a body that no one has read, such as that of an unknown caller: the connection can then be
 * used again. It does so for a moment only. The container would wait for each byte, and callers without credentials who
 * send one a second would take all threads; it closes the connection instead ({@link ServletContainer}).
 */
@Component
final class UnreadBody extends FilterRegistrationBean<Filter> {

    private static final Duration MOST_TIME = Duration.ofSeconds(1);

    /** A larger one is given up at once, so that its response does not wait. */
    private static final int LARGEST = 64 * 1024;

    UnreadBody() {
        setFilter((request, response, chain) -> {
            chain.doFilter(request, response);
            if (!request.isAsyncStarted() && hasBody((HttpServletRequest) request)) {
                skipRest(request);
            }
        });
        setDispatcherTypes(DispatcherType.REQUEST);
        setOrder(Ordered.HIGHEST_PRECEDENCE);
        setAsyncSupported(true);
    }

    /** Returns false for a caller that waits for a word before it sends the body. */
    private static boolean hasBody(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        return length > 0 && length <= LARGEST && request.getHeader(HttpHeaders.EXPECT) == null;
    }

    private static void skipRest(ServletRequest request) {
        try {
            TimedBody.read(request.getInputStream(), LARGEST, MOST_TIME);
        } catch (IOException | IllegalStateException e) {
            // The caller is gone, the body is incomplete or too slow, or a reader has it.
            return;
        }
    }
}
