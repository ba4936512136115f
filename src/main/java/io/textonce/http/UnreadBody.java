package io.textonce.http;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletResponse;
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
public final class UnreadBody extends FilterRegistrationBean<Filter> {

    private static final Duration MOST_TIME = Duration.ofSeconds(1);

    /** Beyond it the response is sent before the body is waited for: it may never come. */
    private static final int LARGEST_WAITED_FOR = 64 * 1024;

    /** A larger one is given up at once. */
    private static final int LARGEST = 1024 * 1024;

    UnreadBody() {
        setFilter((request, response, chain) -> {
            chain.doFilter(request, response);
            if (!request.isAsyncStarted()) {
                skipRest((HttpServletRequest) request, response);
            }
        });
        setDispatcherTypes(DispatcherType.REQUEST);
        setOrder(Ordered.HIGHEST_PRECEDENCE);
        setAsyncSupported(true);
    }

    /**
     * Skips the rest of a body that no one reads, once its response is written; nothing of a caller that waits for a word
     * before it sends the body.
     */
    public static void skipRest(HttpServletRequest request, ServletResponse response) {
        long length = request.getContentLengthLong();
        boolean isChunked = request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
        if (request.getHeader(HttpHeaders.EXPECT) != null || !isChunked && (length <= 0 || length > LARGEST)) {
            return;
        }
        try {
            if (isChunked || length > LARGEST_WAITED_FOR) {
                response.flushBuffer();
            }
            TimedBody.skip(request.getInputStream(), LARGEST, MOST_TIME);
        } catch (IOException | IllegalStateException e) {
            // The caller is gone, the body is incomplete or too slow, or a reader has it.
            return;
        }
    }
}
