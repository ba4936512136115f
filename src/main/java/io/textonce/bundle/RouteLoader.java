package io.textonce.bundle;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Endpoint;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.jsonvalidator.DefaultJsonUriSchemaLoader;
import org.apache.camel.component.jsonvalidator.JsonValidatorEndpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * Puts the routes of one file into a running Camel, or takes them out. A text that can't be read changes nothing; one
 * whose routes can't start leaves none of them behind. Camel's own reload leaves the routes of every kamelet use behind
 * and tells nothing of misspelt parameters of kamelets, so both are seen to here.
 */
final class RouteLoader {

    private static final int SECONDS_FOR_WORK_UNDER_WAY = 10;

    private static final Set<String> EVERY_KAMELET =
            Set.of("bridgeErrorHandler", "noErrorHandler", "routeId", "templateId", "uuid");

    private final ModelCamelContext camel;

    RouteLoader(ModelCamelContext camel) {
        this.camel = camel;
    }

    /**
     * Starts the routes of a file in place of those that it had.
     *
     * @param location of the file as Camel writes it, such as {@code file:/routes/events/order-late.camel.yaml}
     * @param before the ids of its routes until now
     * @return the ids of its routes
     * @throws Exception when they can't start; then none of them runs
     */
    Set<String> replace(String location, String text, Set<String> before) throws Exception {
        var resource = ResourceHelper.fromString(location, text);
        Set<String> ids = idsOf(resource);
        var definitions = definitionIds();
        ids.stream()
                .filter(id -> !before.contains(id) && definitions.contains(id))
                .forEach(id -> {
                    throw new IllegalArgumentException("another file has a route with the id " + id);
                });
        stop(before);
        remove(before);
        Set<Endpoint> endpoints = new HashSet<>(camel.getEndpoints());
        try {
            loader().updateRoutes(List.of(resource));
            for (Endpoint endpoint : addedTo(endpoints)) {
                check(endpoint);
            }
            return ids;
        } catch (Exception e) {
            remove(ids);
            for (Endpoint endpoint : addedTo(endpoints)) {
                camel.removeEndpoint(endpoint);
            }
            sweep();
            throw e;
        }
    }

    private Set<Endpoint> addedTo(Set<Endpoint> endpoints) {
        var added = new HashSet<>(camel.getEndpoints());
        added.removeAll(endpoints);
        return added;
    }

    /** The ids of the routes in a file, read as Camel reads them. */
    private Set<String> idsOf(Resource resource) throws Exception {
        Collection<RoutesBuilder> builders = loader().findRoutesBuilders(List.of(resource));
        Set<String> ids = new LinkedHashSet<>();
        for (RoutesBuilder builder : builders) {
            if (builder instanceof RouteBuilder routes) {
                for (RouteDefinition route : routes.configureRoutes(camel).getRoutes()) {
                    if (route.getId() == null) {
                        throw new IllegalArgumentException("a route has no id");
                    }
                    ids.add(route.getId());
                }
            }
        }
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("the file holds no route; it must begin with - route:");
        }
        return ids;
    }

    /** Stops taking events; those under way come to their end. Those that come meanwhile wait. */
    private void stop(Set<String> ids) throws Exception {
        var controller = camel.getRouteController();
        for (String id : ids) {
            boolean stopped = camel.getRoute(id) == null
                    || controller.stopRoute(id, SECONDS_FOR_WORK_UNDER_WAY, TimeUnit.SECONDS, true);
            if (!stopped) {
                for (String other : ids) {
                    controller.startRoute(other);
                }
                throw new StillBusy(id);
            }
        }
    }

    boolean isRunning(Set<String> ids) {
        return ids.stream().allMatch(id -> {
            var status = camel.getRouteController().getRouteStatus(id);
            return status != null && status.isStarted();
        });
    }

    /** Takes routes out. */
    void remove(Set<String> ids) {
        ids.forEach(this::removeDefinition);
    }

    private void removeDefinition(String id) {
        var definition = camel.getRouteDefinition(id);
        if (definition != null) {
            try {
                camel.removeRouteDefinition(definition);
            } catch (Exception e) {
                throw new IllegalStateException("The route " + id + " can't be removed", e);
            }
        }
    }

    /** Takes out the routes of kamelets that no route uses any more. */
    void sweep() {
        Set<String> used = uses().map(KameletEndpoint::getRouteId).collect(Collectors.toSet());
        camel.getRouteDefinitions().stream()
                .filter(route -> Boolean.TRUE.equals(route.isKamelet()))
                .map(RouteDefinition::getId)
                .filter(id -> !used.contains(id))
                .toList()
                .forEach(this::removeDefinition);
    }

    /** The endpoints by which routes call kamelets, without those by which a kamelet meets its caller. */
    private Stream<KameletEndpoint> uses() {
        return List.copyOf(camel.getEndpoints()).stream()
                .filter(KameletEndpoint.class::isInstance)
                .map(KameletEndpoint.class::cast)
                .filter(endpoint -> !endpoint.getEndpointUri().matches("kamelet://(source|sink)\\b.*"));
    }

    /** Makes a kamelet what a text says; routes that use it take it when they are loaded again. */
    void replaceKamelet(String name, String location, String text) throws Exception {
        removeKamelet(name);
        loader().loadRoutes(ResourceHelper.fromString(location, text));
        if (camel.getRouteTemplateDefinition(name) == null) {
            throw new IllegalArgumentException("the kamelet in it must be named as the file is: " + name);
        }
    }

    void removeKamelet(String name) {
        try {
            for (var use :
                    uses().filter(use -> use.getTemplateId().equals(name)).toList()) {
                camel.removeEndpoint(use);
            }
            camel.removeRouteTemplateDefinitions(name);
        } catch (Exception e) {
            throw new IllegalStateException("The kamelet " + name + " can't be removed", e);
        }
    }

    private void check(Endpoint endpoint) throws Exception {
        if (endpoint instanceof JsonValidatorEndpoint validator) {
            checkSchema(validator.getResourceUri());
        } else if (endpoint instanceof KameletEndpoint kamelet) {
            var template = camel.getRouteTemplateDefinition(kamelet.getTemplateId());
            var unknown = new TreeSet<>(kamelet.getKameletProperties().keySet());
            unknown.removeAll(EVERY_KAMELET);
            if (template != null && template.getTemplateParameters() != null) {
                unknown.removeAll(template.getTemplateParameters().stream()
                        .map(RouteTemplateParameterDefinition::getName)
                        .collect(Collectors.toSet()));
                if (!unknown.isEmpty()) {
                    throw new IllegalArgumentException(
                            kamelet.getTemplateId() + " has no parameter " + String.join(", ", unknown));
                }
            }
        }
    }

    /** Uses a schema as it is now; when it is wrong the last good one stays in use. */
    void reloadSchema(String uri) throws Exception {
        for (Endpoint endpoint : camel.getEndpoints()) {
            if (endpoint instanceof JsonValidatorEndpoint validator
                    && validator.getResourceUri().equals(uri)) {
                checkSchema(uri);
                validator.clearContentCache();
            }
        }
    }

    private void checkSchema(String uri) throws Exception {
        new DefaultJsonUriSchemaLoader().createSchema(camel, uri);
    }

    private Set<String> definitionIds() {
        return camel.getRouteDefinitions().stream().map(RouteDefinition::getId).collect(Collectors.toSet());
    }

    private org.apache.camel.spi.RoutesLoader loader() {
        return PluginHelper.getRoutesLoader(camel);
    }

    /** A route has work under way that takes its time; it goes on, and is replaced later. */
    static final class StillBusy extends Exception {

        private static final long serialVersionUID = 1L;

        StillBusy(String id) {
            super(id + " is busy; it is replaced when it is idle", null, false, false);
        }
    }
}
