package io.textonce.intake;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.EndpointAware;
import org.apache.camel.component.jsonvalidator.JsonValidatorEndpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Schemas of events, found in their routes: the one by which the first validator on the way of the event checks it,
 * itself or in a kamelet. A schema that can't be read leaves the last good one in use.
 */
final class EventSchemas {

    private static final Logger LOG = LoggerFactory.getLogger(EventSchemas.class);

    private static final ObjectMapper JSON = new ObjectMapper();

    /** By these a kamelet meets its caller. */
    private static final Set<String> TO_CALLER = Set.of("source", "sink");

    private final CamelContext camel;
    private final Map<String, EventFields> good = new ConcurrentHashMap<>();

    EventSchemas(CamelContext camel) {
        this.camel = camel;
    }

    /** Fields of an event; unknown where its route checks it by no schema. */
    EventFields fieldsOf(String event) {
        String schema = schemas("event-" + event).findFirst().orElse(null);
        if (schema == null) {
            return EventFields.UNKNOWN;
        }
        try (var in = ResourceHelper.resolveMandatoryResourceAsInputStream(camel, schema)) {
            var fields = EventFields.of(JSON.readTree(in));
            good.put(schema, fields);
            return fields;
        } catch (IOException e) {
            LOG.warn("{} can't be read; file headers are checked by the version before, if there is one", schema);
            return good.getOrDefault(schema, EventFields.UNKNOWN);
        }
    }

    private Stream<String> schemas(@Nullable String routeId) {
        var route = camel.getRoute(routeId);
        return route == null
                ? Stream.empty()
                : route.filter("*").stream()
                        .filter(EndpointAware.class::isInstance)
                        .map(step -> ((EndpointAware) step).getEndpoint())
                        .flatMap(this::schemas);
    }

    private Stream<String> schemas(@Nullable Endpoint endpoint) {
        if (endpoint instanceof JsonValidatorEndpoint validator) {
            return Stream.of(validator.getResourceUri());
        }
        return endpoint instanceof KameletEndpoint kamelet && !TO_CALLER.contains(kamelet.getTemplateId())
                ? schemas(kamelet.getRouteId())
                : Stream.empty();
    }
}
