package io.textonce.publish;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.publish.CursorStates.State;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Gauges of each subscriber's lag, read at most once every 5 s; every instance reports the same values. */
@Component
final class PublishMeters implements MeterBinder {

    private static final Duration FRESH = Duration.ofSeconds(5);

    private final CursorStates subscriptions;
    private final Collection<String> names;
    private final Clock clock;
    private Instant readAt = Instant.EPOCH;
    private Map<String, State> known = Map.of();

    PublishMeters(CursorStates subscriptions, OutboxPublisher publisher, Clock clock) {
        this.subscriptions = subscriptions;
        this.names = publisher.names();
        this.clock = clock;
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
        try {
            var state = read().get(name);
            return state == null ? Double.NaN : of.applyAsDouble(state);
        } catch (DataAccessException e) {
            return Double.NaN;
        }
    }

    private synchronized Map<String, State> read() {
        var now = clock.instant();
        if (readAt.plus(FRESH).isBefore(now)) {
            known = subscriptions.states(names).stream().collect(Collectors.toMap(State::name, Function.identity()));
            readAt = now;
        }
        return known;
    }
}
