package io.textonce.publish;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.peer.BackgroundReadings;
import io.textonce.peer.BackgroundReadings.Reading;
import io.textonce.peer.Peer;
import io.textonce.peer.PeerMonitor;
import io.textonce.publish.CursorStates.State;
import io.textonce.settings.TextOnceProperties.Status;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Gauges of each subscriber's lag and the availability of the webhooks, read from the table in the background; every
 * instance reports the same values.
 */
@Component
final class PublishMeters implements MeterBinder {

    private final CursorStates subscriptions;
    private final Collection<String> names;
    private final Clock clock;
    private final Map<String, Peer> webhooks = new HashMap<>();
    private final Reading<Map<String, State>> reading;

    PublishMeters(
            CursorStates subscriptions,
            OutboxPublisher publisher,
            Clock clock,
            PeerMonitor peers,
            BackgroundReadings readings) {
        this.subscriptions = subscriptions;
        this.names = publisher.names();
        this.clock = clock;
        names.stream()
                .filter(name -> !name.equals(Status.SUBSCRIBER))
                .forEach(name -> webhooks.put(
                        name,
                        peers.peer(
                                "webhook-" + name,
                                "The webhook of client " + name,
                                "Its status events are published later.")));
        this.reading = readings.of(this::read);
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        for (String name : names) {
            TimeGauge.builder("textonce.status.oldest", () -> value(name, this::age), TimeUnit.SECONDS)
                    .description("Age of the oldest status change that may be unpublished to the subscriber")
                    .tag("subscriber", name)
                    .register(meters);
            Gauge.builder("textonce.status.suspended", () -> value(name, one -> one.suspendedAt() == null ? 0 : 1))
                    .description("1 while publishing to the subscriber is suspended")
                    .tag("subscriber", name)
                    .register(meters);
        }
    }

    private double age(State state) {
        var since = state.behindSince();
        return since == null
                ? 0
                : Math.max(0, Duration.between(since, clock.instant()).toMillis() / 1000.0);
    }

    private double value(String name, ToDoubleFunction<State> of) {
        var states = reading.get();
        return states == null || !states.containsKey(name) ? Double.NaN : of.applyAsDouble(states.get(name));
    }

    private Map<String, State> read() {
        var states = subscriptions.states(names).stream().collect(Collectors.toMap(State::name, Function.identity()));
        webhooks.forEach((name, webhook) -> report(webhook, states.get(name)));
        return states;
    }

    /** Any instance may have made the call, so its outcome is known from the table. */
    private static void report(Peer webhook, @Nullable State state) {
        if (state != null && state.failures() > 0) {
            webhook.failed(String.valueOf(state.lastError()));
        } else {
            webhook.succeeded();
        }
    }
}
