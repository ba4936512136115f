package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.junit.jupiter.api.Test;

/** Background workers come back at once while there is something to do, and must not when there is nothing. */
@SandboxTest
class IdleWorkersTest {

    private static final Duration WATCHED = Duration.ofSeconds(3);

    @Test
    void restForTheirPaceWhenThereIsNothingToDo(Sandbox sandbox) {
        var all = sandbox.context().getBean(CamelContext.class).getRoutes();
        var routes = all.stream()
                .filter(route -> route.getEndpoint().getEndpointUri().startsWith("scheduler:"))
                .map(route -> route.getRouteId())
                .toList();
        var polls = all.stream()
                .filter(route ->
                        route.getEndpoint() instanceof KameletEndpoint kamelet && routes.contains(kamelet.getRouteId()))
                .collect(Collectors.toMap(
                        Route::getRouteId, route -> ((KameletEndpoint) route.getEndpoint()).getRouteId()));
        assertThat(polls)
                .containsOnlyKeys("sms-due", "sms-reconcile", "sms-status-poll", "status-publish", "incident-due");
        assertThat(routes).contains("retention").containsAll(polls.values());

        var before = routes.stream().collect(Collectors.toMap(route -> route, route -> turns(sandbox, route)));
        var end = Instant.now().plus(WATCHED);
        await().until(() -> Instant.now().isAfter(end));

        assertThat(turns(sandbox, polls.get("sms-due"))).isGreaterThan(before.get(polls.get("sms-due")));
        assertThat(routes)
                .allSatisfy(route -> assertThat(turns(sandbox, route) - before.get(route))
                        .as(route)
                        .isLessThan(30));
    }

    private static double turns(Sandbox sandbox, String route) {
        var meters = sandbox.context()
                .getBean(MeterRegistry.class)
                .get("camel.exchanges.total")
                .tag("routeId", route)
                .meters();
        return meters.iterator().next().measure().iterator().next().getValue();
    }
}
