package io.textonce.hotload;

import java.net.URISyntaxException;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.util.URISupport;

/**
 * Use of a kamelet in a route.
 *
 * @param kamelet its name, empty for another endpoint
 */
record KameletCall(String kamelet, Map<String, Object> parameters) {

    private static final String SCHEME = "kamelet:";
    private static final KameletCall NONE = new KameletCall("", Map.of());

    static KameletCall of(CamelContext camel, String uri) {
        if (!uri.startsWith(SCHEME)) {
            return NONE;
        }
        try {
            String resolved = camel.resolvePropertyPlaceholders(uri).substring(SCHEME.length());
            int query = resolved.indexOf('?');
            return query < 0
                    ? new KameletCall(resolved, Map.of())
                    : new KameletCall(
                            resolved.substring(0, query), URISupport.parseQuery(resolved.substring(query + 1)));
        } catch (URISyntaxException | IllegalArgumentException e) {
            // Camel reports it when it starts the route.
            return NONE;
        }
    }

    String parameter(String name) {
        return String.valueOf(parameters.getOrDefault(name, ""));
    }
}
