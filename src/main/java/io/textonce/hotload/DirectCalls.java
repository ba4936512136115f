package io.textonce.hotload;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;

/** Names of the {@code direct} endpoints by which routes call each other. */
final class DirectCalls {

    static final String SCHEME = "direct:";

    private DirectCalls() {}

    /** Returns the endpoints of all steps, those of {@code toD} and {@code wireTap} included. */
    static List<String> uris(List<ProcessorDefinition<?>> steps) {
        return Stream.concat(
                        ProcessorDefinitionHelper.filterTypeInOutputs(steps, ToDefinition.class).stream()
                                .map(ToDefinition::getUri),
                        ProcessorDefinitionHelper.filterTypeInOutputs(steps, ToDynamicDefinition.class).stream()
                                .map(ToDynamicDefinition::getUri))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns the name of a {@code direct} endpoint; it is empty for any other. */
    static String name(CamelContext camel, String uri) {
        if (!uri.startsWith(SCHEME)) {
            return "";
        }
        String resolved;
        try {
            resolved = camel.resolvePropertyPlaceholders(uri);
        } catch (IllegalArgumentException e) {
            // Camel reports it when it starts the route.
            return "";
        }
        return resolved.substring(SCHEME.length()).replaceFirst("^//", "").replaceFirst("\\?.*", "");
    }
}
