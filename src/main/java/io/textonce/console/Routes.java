package io.textonce.console;

import io.textonce.delivery.Delivery;
import io.textonce.hotload.EventOverrides;
import io.textonce.intake.Intakes;
import io.textonce.message.Sms;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.spi.InflightRepository.InflightExchange;
import org.apache.camel.support.ScheduledPollConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Current state of the routes. Of an exchange in progress it shows event and delivery, never the payload.
 */
final class Routes {

    private static final int MOST_UNDER_WAY = 50;

    /** Groups in the order of an event's flow. */
    private static final List<String> GROUPS = List.of("intake", "event", "sms", "twilio");

    private final CamelContext camel;
    private final RouteCounts counts;
    private final EventOverrides overrides;

    Routes(CamelContext camel, RouteCounts counts, EventOverrides overrides) {
        this.camel = camel;
        this.counts = counts;
        this.overrides = overrides;
    }

    /** Returns the routes by group; those of kamelets belong to the routes that use them. */
    Map<String, List<Line>> byGroup() {
        var groups = new TreeMap<String, List<Line>>(
                Comparator.comparingInt(Routes::place).thenComparing(Comparator.naturalOrder()));
        camel.getRoutes().stream()
                .filter(route -> !route.isCreatedByKamelet())
                .map(this::line)
                .sorted(Comparator.comparing(Line::id))
                .forEach(line -> groups.computeIfAbsent(line.group(), name -> new java.util.ArrayList<>())
                        .add(line));
        return groups;
    }

    private static int place(String group) {
        int place = GROUPS.indexOf(group);
        return place < 0 ? GROUPS.size() : place;
    }

    @Nullable
    Line line(String id) {
        var route = camel.getRoute(id);
        return route == null ? null : line(route);
    }

    private Line line(Route route) {
        String id = route.getRouteId();
        var oldest = camel.getInflightRepository().oldest(id);
        return new Line(
                id,
                route.getDescription() == null ? "" : route.getDescription(),
                route.getGroup() == null ? "other" : route.getGroup(),
                overrides.of(id),
                state(route),
                counts.of(id).total().sum(),
                counts.of(id).failed().sum(),
                counts.of(id).rejected().sum(),
                camel.getInflightRepository().size(id),
                oldest == null ? null : Duration.ofMillis(oldest.getDuration()));
    }

    private String state(Route route) {
        if (Intakes.isStopped(route)) {
            return "Stopped";
        }
        var status = camel.getRouteController().getRouteStatus(route.getRouteId());
        boolean hasFailed = route.getConsumer() instanceof ScheduledPollConsumer poll && poll.getErrorCounter() > 0;
        return status.isStarted() && hasFailed ? "Source fails" : status.name();
    }

    /** Returns the oldest exchanges in progress. */
    List<UnderWay> underWay() {
        return camel.getInflightRepository().browse(MOST_UNDER_WAY, true).stream()
                .map(Routes::underWay)
                .toList();
    }

    private static UnderWay underWay(InflightExchange one) {
        Exchange exchange = one.getExchange();
        String event = null;
        if (exchange.getVariable("sms") instanceof Sms sms) {
            event = sms.event();
        }
        return new UnderWay(
                one.getFromRouteId(),
                one.getAtRouteId(),
                event,
                exchange.getVariable("delivery") instanceof Delivery delivery
                        ? delivery.id().toString()
                        : null,
                Duration.ofMillis(one.getDuration()));
    }

    /**
     * State of a route.
     *
     * @param state Camel's, or that an operator stopped it, or that its source could not be polled the last time
     * @param settings changes of it by settings
     * @param total exchanges since the start of the process
     * @param failed those of them that ended with an unhandled failure
     * @param rejected those of them that ended with the rejection of their event
     * @param inflight exchanges in it now
     * @param oldest age of the oldest exchange in progress that entered here, or null
     */
    public record Line(
            String id,
            String description,
            String group,
            List<String> settings,
            String state,
            long total,
            long failed,
            long rejected,
            int inflight,
            @Nullable Duration oldest) {

        public String tone() {
            return state.equals("Started") ? "good" : state.equals("Stopped") ? "wait" : "bad";
        }
    }

    /** Exchange in progress. */
    public record UnderWay(
            String from,
            String at,
            @Nullable String event,
            @Nullable String delivery,
            Duration since) {}
}
