package io.textonce.http;

import io.textonce.settings.Tracing;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Lets nothing of a caller's headers and query into an exchange, and into an answer only what an answer is made of.
 * Camel's components take orders from headers: what isn't let in can't give any.
 */
final class HeaderAllowList implements HeaderFilterStrategy {

    private static final Set<String> ANSWER = Set.of("content-type", "content-length", "location", "retry-after");

    private final boolean isTraced;

    /** @param isTraced whether a caller may say which trace its request belongs to */
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
