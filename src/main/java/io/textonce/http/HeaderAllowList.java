package io.textonce.http;

import io.textonce.settings.Tracing;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Header allow-list: no header and no query parameter of a caller enters an exchange, and only listed headers enter a
 * response. Camel's components take instructions from headers, so a caller must not set any.
 */
@Component
final class HeaderAllowList implements HeaderFilterStrategy {

    private static final Set<String> ANSWER = Set.of("content-type", "content-length", "location", "retry-after");

    private final boolean isTraced;

    /** @param tracing where it is on, a caller may say which trace its request belongs to */
    HeaderAllowList(ObjectProvider<Tracing> tracing) {
        this.isTraced = tracing.getIfAvailable() != null;
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !isOfResponse(name);
    }

    static boolean isOfResponse(String name) {
        return ANSWER.contains(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !isTraced || !name.equalsIgnoreCase(Tracing.HEADER);
    }
}
