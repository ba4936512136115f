package io.textonce.http;

import io.textonce.settings.Tracing;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Header allow-list: no header and no query parameter of a caller enters an exchange, and only listed headers enter a
 * response. Camel's components take instructions from headers, so a caller must not set any.
 */
final class HeaderAllowList implements HeaderFilterStrategy {

    private static final Set<String> ANSWER = Set.of("content-type", "content-length", "location", "retry-after");

    private final boolean isTraced;

    /** @param isTraced whether a caller may set the trace of its request */
    HeaderAllowList(boolean isTraced) {
        this.isTraced = isTraced;
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !ANSWER.contains(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !isTraced || !name.equalsIgnoreCase(Tracing.HEADER);
    }
}
