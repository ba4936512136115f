package io.textonce.console;

import io.textonce.http.Problem;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Counters of exchanges by route, since the start of the process. An event that was rejected for its sender's reasons is
 * no failure of the route.
 */
@Component
final class RouteCounts implements RoutePolicyFactory {

    private final Map<String, Counts> counts = new ConcurrentHashMap<>();

    @Override
    public @Nullable RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        if (route instanceof RouteDefinition definition && Boolean.TRUE.equals(definition.isKamelet())) {
            return null;
        }
        var mine = of(routeId);
        return new RoutePolicySupport() {
            @Override
            public void onExchangeDone(Route done, Exchange exchange) {
                mine.total.increment();
                if (exchange.getException() != null) {
                    var rejection = Problem.rejection(exchange.getException());
                    (rejection == null || rejection.httpStatus() == 503 ? mine.failed : mine.rejected).increment();
                }
            }
        };
    }

    Counts of(String routeId) {
        return counts.computeIfAbsent(routeId, id -> new Counts(new LongAdder(), new LongAdder(), new LongAdder()));
    }

    /**
     * Counters of a route.
     *
     * @param failed those that ended with a failure that the route did not handle
     * @param rejected those that ended with the rejection of their event
     */
    record Counts(LongAdder total, LongAdder failed, LongAdder rejected) {}
}
