package io.textonce.intake;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.event.EventSchemas;
import io.textonce.intake.file.EventFields;
import io.textonce.settings.EventSettings;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.EndpointAware;
import org.apache.camel.Route;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.jsonvalidator.JsonValidatorEndpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Schemas of events, found in their routes: the one by which the first step on the way of the event checks it, itself or
 * in a kamelet.
 */
@Component
public final class RouteSchemas {

    static final String EVENT = "event-";

    private static final String CHECK = "event-check-action";

    /** By these a kamelet meets its caller. */
    private static final Set<String> TO_CALLER = Set.of("source", "sink");

    private final CamelContext camel;
    private final EventSchemas schemas;
    private final EventSettings settings;

    RouteSchemas(CamelContext camel, EventSchemas schemas, EventSettings settings) {
        this.camel = camel;
        this.schemas = schemas;
        this.settings = settings;
    }

    /** Returns the names of the events that have a route and are not switched off, in order. */
    public SortedSet<String> events() {
        return camel.getRoutes().stream()
                .filter(RouteSchemas::isEvent)
                .map(Route::getRouteId)
                .map(id -> id.substring(EVENT.length()))
                .filter(settings::isEnabled)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns whether a route is an event's; Camel names those of the kamelet event-check-action likewise. */
    static boolean isEvent(@Nullable Route route) {
        return route != null && route.getRouteId().startsWith(EVENT) && route.getEndpoint() instanceof DirectEndpoint;
    }

    /** Fields of an event; unknown where its route checks it by no schema. */
    public EventFields fieldsOf(String event) {
        return uriOf(event).map(uri -> EventFields.of(schemas.of(uri).source())).orElse(EventFields.UNKNOWN);
    }

    /** Returns the schema of an event, or null where its route checks it by none. */
    @Nullable
    JsonNode schemaOf(String event) {
        return uriOf(event).map(uri -> schemas.of(uri).source()).orElse(null);
    }

    private Optional<String> uriOf(String event) {
        return uris(EVENT + event, new HashSet<>()).findFirst();
    }

    /** @param visited routes that were followed: kamelets may call each other */
    private Stream<String> uris(@Nullable String routeId, Set<@Nullable String> visited) {
        var route = visited.add(routeId) ? camel.getRoute(routeId) : null;
        return route == null
                ? Stream.empty()
                : route.filter("*").stream()
                        .filter(EndpointAware.class::isInstance)
                        .map(step -> ((EndpointAware) step).getEndpoint())
                        .flatMap(endpoint -> uris(endpoint, visited));
    }

    private Stream<String> uris(@Nullable Endpoint endpoint, Set<@Nullable String> visited) {
        if (endpoint instanceof JsonValidatorEndpoint validator) {
            return Stream.of(validator.getResourceUri());
        }
        if (endpoint instanceof KameletEndpoint kamelet && !TO_CALLER.contains(kamelet.getTemplateId())) {
            return kamelet.getTemplateId().equals(CHECK)
                    ? Stream.ofNullable(kamelet.getKameletProperties().get("schema"))
                            .map(name -> EventSchemas.uriOf(name.toString()))
                    : uris(kamelet.getRouteId(), visited);
        }
        return Stream.empty();
    }
}
