package io.textonce.intake;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.settings.TextOnceProperties;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Route;
import org.apache.camel.StatefulService;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.component.jms.JmsConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * Switch of the intakes of this process. Events accepted before a stop complete; later ones wait at their source: HTTP
 * callers get 503 and retry, messages stay on the queue, files in their folder. A stop lasts until an operator starts
 * the intake, or the process restarts.
 */
@Component
public final class Intakes implements HealthIndicator, MeterBinder {

    /** Health status of an intake that was stopped on purpose: probes still get 200, and the status names the cause. */
    static final String STOPPED = "INTAKE_STOPPED";

    private static final Logger LOG = LoggerFactory.getLogger(Intakes.class);

    private static final String GROUP = "intake";

    private final CamelContext camel;
    private final TextOnceProperties settings;
    private final Clock clock;
    private final Map<String, Stop> stops = new ConcurrentHashMap<>();

    Intakes(CamelContext camel, TextOnceProperties settings, Clock clock) {
        this.camel = camel;
        this.settings = settings;
        this.clock = clock;
    }

    /** All intakes that run or were stopped, by name. */
    public List<Intake> all() {
        return routes().entrySet().stream()
                .map(intake -> intake(intake.getKey(), intake.getValue()))
                .toList();
    }

    /**
     * Takes no more events there. Returns when a queue's messages under way have come to their end.
     *
     * @param who the operator's name
     * @param why in the operator's words, without a number
     * @return false when there is no such intake
     */
    public synchronized boolean stop(String name, String who, String why) {
        var routes = routes().get(name);
        if (routes == null) {
            return false;
        }
        stops.put(name, new Stop(who, why, clock.instant()));
        for (var route : routes) {
            var consumer = route.getConsumer();
            // A listener that only rests keeps messages that the broker has handed to it already; one that is gone has
            // given them back, for the other instances.
            if (consumer instanceof JmsConsumer) {
                ServiceHelper.stopService(consumer);
            } else {
                ServiceHelper.suspendService(consumer);
            }
        }
        LOG.warn("Operator {} stopped the intake {}: {}", who, name, why);
        return true;
    }

    /**
     * Takes events there again.
     *
     * @return false when there is no such intake
     */
    public synchronized boolean start(String name, String who) {
        var routes = routes().get(name);
        if (routes == null) {
            return false;
        }
        for (var route : routes) {
            if (!ServiceHelper.resumeService(route.getConsumer())) {
                ServiceHelper.startService(route.getConsumer());
            }
        }
        stops.remove(name);
        LOG.warn("Operator {} started the intake {}", who, name);
        return true;
    }

    /** Returns whether a route currently accepts nothing from outside. */
    public static boolean isStopped(Route route) {
        return isStopped(route.getConsumer());
    }

    private static boolean isStopped(Consumer consumer) {
        return consumer instanceof StatefulService service && !service.isStarted();
    }

    /** The routes that take events from outside; those whose name begins with another one's are of the same intake. */
    private Map<String, List<Route>> routes() {
        var all = camel.getRoutes().stream()
                .filter(route -> GROUP.equals(route.getGroup()))
                .filter(route -> !(route.getEndpoint() instanceof DirectEndpoint))
                .toList();
        var byName = new TreeMap<String, List<Route>>();
        for (var first : all) {
            Predicate<Route> isPart = route -> route.getRouteId().startsWith(first.getRouteId() + "-");
            if (all.stream().noneMatch(other -> first.getRouteId().startsWith(other.getRouteId() + "-"))) {
                byName.put(
                        first.getRouteId().replaceFirst("^" + GROUP + "-", ""),
                        all.stream()
                                .filter(route -> route == first || isPart.test(route))
                                .toList());
            }
        }
        return byName;
    }

    private Intake intake(String name, List<Route> routes) {
        boolean stopped = routes.stream().anyMatch(Intakes::isStopped);
        return new Intake(
                name, routes.stream().map(Route::getRouteId).toList(), stopped, stopped ? stops.get(name) : null);
    }

    @Override
    public Health health() {
        var stopped = all().stream().filter(Intake::stopped).toList();
        if (stopped.isEmpty()) {
            return Health.up().build();
        }
        var health = Health.status(STOPPED);
        stopped.forEach(intake -> health.withDetail(
                intake.name(), intake.stop() == null ? "stopped" : intake.stop().words()));
        return health.build();
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        for (String name : settings.intakes()) {
            Gauge.builder("textonce.intakes.stopped", () -> isStopped(name) ? 1 : 0)
                    .description("1 while the intake is stopped by an operator")
                    .tag("intake", name)
                    .register(meters);
        }
    }

    private boolean isStopped(String name) {
        return routes().getOrDefault(name, List.of()).stream().anyMatch(Intakes::isStopped);
    }

    /**
     * An intake of this process.
     *
     * @param name such as http
     * @param routes by which events come in
     * @param stop who stopped it, or null when it runs
     */
    public record Intake(
            String name,
            List<String> routes,
            boolean stopped,
            @Nullable Stop stop) {}

    /** Record of a stop: operator, reason and time. */
    public record Stop(String who, String why, Instant at) {

        String words() {
            return "stopped by " + who + " at " + at + ": " + why;
        }
    }
}
