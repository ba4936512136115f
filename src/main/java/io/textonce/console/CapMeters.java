package io.textonce.console;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.delivery.CapActions;
import io.textonce.peer.BackgroundReadings;
import io.textonce.settings.TextOnceProperties;
import java.util.Collection;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Gauges of the caps, read in the background. Every instance has the same values: use their maximum, not their sum. */
@Component
final class CapMeters implements MeterBinder {

    private final CapActions caps;
    private final Collection<String> names;
    private final BackgroundReadings readings;

    CapMeters(CapActions caps, TextOnceProperties settings, BackgroundReadings readings) {
        this.caps = caps;
        this.names = settings.caps().keySet();
        this.readings = readings;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        if (names.isEmpty()) {
            return;
        }
        var reading = readings.of(() -> caps.states().stream()
                .collect(Collectors.toMap(state -> state.cap().name(), CapActions.State::ratio)));
        for (String name : names) {
            Gauge.builder("textonce.caps.used", () -> {
                        var ratios = reading.get();
                        return ratios == null ? Double.NaN : ratios.get(name);
                    })
                    .description("Use of the cap in its current period; 1 is its limit")
                    .tag("cap", name)
                    .strongReference(true)
                    .register(meters);
        }
    }
}
