package io.textonce.hotload;

import io.textonce.event.EventSchemas;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Endpoint;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.component.jsonvalidator.JsonValidatorEndpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loader that starts the routes of one file in a running Camel, or removes them. A file that can't be parsed has no
 * effect; one whose routes can't start leaves none of them behind. Camel's own reload leaves the routes of every
 * kamelet use behind and ignores misspelt parameters of kamelets, so this loader handles both.
 */
final class RouteLoader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteLoader.class);

    private static final Set<String> EVERY_KAMELET =
            Set.of("bridgeErrorHandler", "noErrorHandler", "routeId", "templateId", "uuid");

    private final ModelCamelContext camel;
    private final KameletTemplates kamelets;
    private final EventSchemas schemas;
    private final Predicate<String> isReached;
    private final GracefulStop stops;
    private final UserBeans beans;
    private final NameGuard names;
    private final RouteChecks checks;
    private final Map<String, Running> running = new HashMap<>();

    /** @param isReached whether callers can reach an HTTP path */
    RouteLoader(
            ModelCamelContext camel,
            BundleFiles files,
            KameletTemplates kamelets,
            EventSchemas schemas,
            RouteChecks checks,
            Predicate<String> isReached,
            ReplacedPaths replaced) {
        this.camel = camel;
        this.kamelets = kamelets;
        this.schemas = schemas;
        this.checks = checks;
        this.isReached = isReached;
        this.stops = new GracefulStop(camel, replaced);
        this.beans = new UserBeans(camel);
        this.names = new NameGuard(camel, files, beans);
    }

    /** Waits for the requests in progress of the files' paths; new ones wait until the result is closed. */
    ReplacedPaths.Held hold(Stream<String> locations) {
        return stops.hold(idsOf(locations));
    }

    /** Stops the routes of files, or none if one is busy. */
    void stop(Stream<String> locations) throws Exception {
        stops.stop(idsOf(locations));
    }

    private Set<String> idsOf(Stream<String> locations) {
        return locations
                .flatMap(location -> running.getOrDefault(location, Running.NOTHING).ids().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Starts the routes of a file in place of those that it had.
     *
     * @param location of the file as Camel writes it, such as {@code file:/routes/events/order-late.camel.yaml}
     * @return what it was loaded with
     * @throws Exception when they can't start; then none of them runs
     */
    Running replace(String location, String text) throws Exception {
        var file = new RouteFile(camel, location, text);
        names.check(file);
        Set<String> ids = file.readRoutes(camel);
        checks.check(file);
        var before = running.getOrDefault(location, Running.NOTHING).ids();
        stops.stop(before);
        UserBeans.Swap swap;
        try {
            swap = beans.replace(location, file.beans());
        } catch (Exception e) {
            stops.restart(before);
            throw e;
        }
        try {
            takeOut(running.remove(location));
            running.put(location, start(new RouteFile(camel, location, text), ids));
        } catch (Exception e) {
            swap.undo();
            throw e;
        }
        swap.keep();
        return running.get(location);
    }

    private Running start(RouteFile file, Set<String> ids) throws Exception {
        var builder = (RouteConfigurationBuilder) file.builder();
        Set<Endpoint> endpoints = new HashSet<>(camel.getEndpoints());
        Set<String> kameletRoutes = kamelets.routes();
        try {
            builder.updateRouteConfigurationsToCamelContext(camel);
            builder.updateRoutesToCamelContext(camel);
            for (Endpoint endpoint : addedTo(endpoints)) {
                check(endpoint);
            }
            kamelets.remember();
            return new Running(ids, file.uses(), file.configurations());
        } catch (Exception e) {
            takeOut(new Running(ids, Set.of(), file.configurations()));
            for (Endpoint endpoint : addedTo(endpoints)) {
                camel.removeEndpoint(endpoint);
            }
            kamelets.routes().stream().filter(id -> !kameletRoutes.contains(id)).forEach(this::removeDefinition);
            throw e;
        }
    }

    private Set<Endpoint> addedTo(Set<Endpoint> endpoints) {
        var added = new HashSet<>(camel.getEndpoints());
        added.removeAll(endpoints);
        return added;
    }

    KameletTemplates kamelets() {
        return kamelets;
    }

    /** Returns whether all routes of a file run. */
    boolean isRunning(String location) {
        var file = running.get(location);
        return file != null
                && file.ids().stream().allMatch(id -> {
                    var status = camel.getRouteController().getRouteStatus(id);
                    return status != null && status.isStarted();
                });
    }

    /** Removes everything that a file added, once its events in progress have completed. */
    void remove(String location) throws Exception {
        stop(Stream.of(location));
        discard(location);
    }

    void discard(String location) {
        takeOut(running.remove(location));
        beans.remove(location);
    }

    private void takeOut(@Nullable Running file) {
        if (file != null) {
            file.ids().forEach(this::removeDefinition);
            camel.getRouteConfigurationDefinitions().removeAll(file.configurations());
        }
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

    /** Removes the kamelet routes that no route uses any more. */
    void sweep() {
        kamelets.unused().forEach(this::removeDefinition);
    }

    private void check(Endpoint endpoint) {
        if (endpoint instanceof JsonValidatorEndpoint validator) {
            validator.setUriSchemaLoader(schemas);
            schemas.of(validator.getResourceUri());
        } else if (endpoint instanceof PlatformHttpEndpoint http) {
            check(http);
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

    private void check(PlatformHttpEndpoint http) {
        String path = "/" + http.getPath().replaceFirst("^/+", "");
        String source = HttpSources.of(path);
        if (camel.getRoutes().stream()
                .noneMatch(route -> route.getEndpoint() == http && kamelets.isOf(source, route.getId()))) {
            throw new IllegalArgumentException("a route with the path " + path + " starts at kamelet:" + source);
        }
        if (!isReached.test(path)) {
            LOG.warn(
                    "The path {} of a user route is closed: callers get 403. Choose a path under /api/, which requires a"
                            + " token, or list it in TEXTONCE_HTTP_PUBLIC_PATHS, which opens it to everyone",
                    path);
        }
    }

    /** Makes the {@code json-validator} steps reload a schema. */
    void forgetSchema(String uri) {
        for (Endpoint endpoint : camel.getEndpoints()) {
            if (endpoint instanceof JsonValidatorEndpoint validator
                    && validator.getResourceUri().equals(uri)) {
                validator.clearContentCache();
            }
        }
    }

    /** Closes the beans of all files; their routes have ended with Camel. */
    @Override
    public void close() {
        beans.close();
    }

    /**
     * Elements that a file added.
     *
     * @param uses names by which routes of other files use it
     */
    record Running(Set<String> ids, Set<String> uses, List<RouteConfigurationDefinition> configurations) {

        private static final Running NOTHING = new Running(Set.of(), Set.of(), List.of());
    }
}
