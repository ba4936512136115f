package io.textonce.hotload;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Consumer;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/**
 * Graceful stop of the routes of a file: events in progress complete, new ones wait before the {@code direct}. Camel's
 * own keeps a {@code direct} open until it happens to be idle, which under load it never is.
 */
final class GracefulStop {

    private static final long POLL_MILLIS = 10;

    /** Time for Camel's stop to begin: one that is aborted before stops the consumer after the route has gone on. */
    private static final long LEAST_MILLIS = 1_000;

    private final ModelCamelContext camel;
    private final ReplacedPaths paths;
    private ReplacedPaths.Held held;

    GracefulStop(ModelCamelContext camel, ReplacedPaths paths) {
        this.camel = camel;
        this.paths = paths;
        this.held = paths.hold(Stream.of());
    }

    /** Waits for the requests in progress of the routes' paths; new ones wait until the result is closed. */
    ReplacedPaths.Held hold(Set<String> ids) {
        held = paths.hold(inOrder(ids).stream().map(this::path).filter(Objects::nonNull));
        return held;
    }

    /** Returns the HTTP path at which a route starts, or null. */
    private @Nullable String path(String id) {
        var route = camel.getRoute(id);
        return route != null && route.getEndpoint() instanceof PlatformHttpEndpoint http
                ? UserPaths.pattern(http)
                : null;
    }

    /** @throws StillBusy if an event takes longer than new ones shall wait; then all routes run */
    void stop(Set<String> ids) throws Exception {
        var all = inOrder(ids);
        for (String id : all) {
            // Camel stops one route after the other, and would wait for this.
            if (camel.isStopping() || held.isBusy(path(id))) {
                throw new StillBusy(id);
            }
        }
        long until = System.nanoTime() + paths.longest().toNanos();
        try {
            for (String id : all) {
                if (!stop(id, until)) {
                    throw new StillBusy(id);
                }
            }
        } catch (Exception e) {
            restart(ids);
            throw e;
        }
    }

    private boolean stop(String id, long until) throws Exception {
        var route = camel.getRoute(id);
        if (route == null) {
            return true;
        }
        if (isDeferred(route.getConsumer())) {
            ServiceHelper.suspendService(route.getConsumer());
            while (camel.getInflightRepository().size(id) > 0 && System.nanoTime() < until) {
                Thread.sleep(POLL_MILLIS);
            }
            if (camel.getInflightRepository().size(id) > 0) {
                return false;
            }
        }
        long left = Math.max(LEAST_MILLIS, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime()));
        return camel.getRouteController().stopRoute(id, left, TimeUnit.MILLISECONDS, true);
    }

    private static boolean isDeferred(Consumer consumer) {
        return consumer instanceof Suspendable
                && consumer instanceof ShutdownAware aware
                && aware.deferShutdown(ShutdownRunningTask.CompleteCurrentTaskOnly);
    }

    void restart(Set<String> ids) throws Exception {
        var all = inOrder(ids);
        Collections.reverse(all);
        for (String id : all) {
            var route = camel.getRoute(id);
            if (route != null) {
                ServiceHelper.resumeService(route.getConsumer());
                camel.getRouteController().startRoute(id);
            }
        }
    }

    /**
     * Returns the routes, each after those that call it, and after that of the kamelet at which it starts: an event in
     * progress must not wait for a consumer that does not return.
     */
    private List<String> inOrder(Set<String> ids) {
        var left = new LinkedHashSet<>(ids);
        var all = new ArrayList<String>();
        while (!left.isEmpty()) {
            Set<String> called = left.stream().flatMap(this::targets).collect(Collectors.toSet());
            String next = left.stream()
                    .filter(id -> !called.contains(source(id)))
                    .findFirst()
                    .orElse(left.iterator().next());
            left.remove(next);
            var route = camel.getRoute(next);
            if (route != null && route.getEndpoint() instanceof KameletEndpoint source) {
                all.add(source.getRouteId());
            }
            all.add(next);
        }
        return all;
    }

    private Stream<String> targets(String id) {
        var route = camel.getRouteDefinition(id);
        return route == null
                ? Stream.empty()
                : DirectCalls.uris(route.getOutputs()).stream()
                        .map(uri -> DirectCalls.name(camel, uri))
                        .filter(name -> !name.isEmpty());
    }

    private String source(String id) {
        var route = camel.getRouteDefinition(id);
        return route == null ? "" : DirectCalls.name(camel, route.getInput().getEndpointUri());
    }

    /** Signal that a route has an exchange in progress that takes long; it continues, and is replaced later. */
    static final class StillBusy extends Exception {

        private static final long serialVersionUID = 1L;

        StillBusy(String id) {
            super(id + " is busy; it is replaced when it is idle", null, false, false);
        }
    }
}
