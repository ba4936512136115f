package io.textonce.http;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Header allow-list of a public path: beside the body, the route gets the headers that it names, such as that of a
 * signature. Headers that Camel's components obey can't be listed.
 */
public final class ListedHeaders implements HeaderFilterStrategy {

    private Set<String> names = Set.of();

    /** @throws IllegalArgumentException if a header is one of Camel's, or no header */
    public void setNames(String list) {
        names = Arrays.stream(list.split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
        if (!names.stream().allMatch(name -> name.matches("(?!camel)[a-z0-9-]+"))) {
            throw new IllegalArgumentException("headers must be names such as X-Signature, none of Camel's");
        }
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !HeaderAllowList.isOfResponse(name);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !names.contains(name.toLowerCase(Locale.ROOT));
    }
}
