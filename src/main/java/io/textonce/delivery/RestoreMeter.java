package io.textonce.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.peer.BackgroundReadings;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Gauge of the time since restore mode began, read in the background. Every instance has the same value. */
@Component
final class RestoreMeter implements MeterBinder {

    private final RestoreMode restore;
    private final BackgroundReadings readings;

    RestoreMeter(RestoreMode restore, BackgroundReadings readings) {
        this.restore = restore;
        this.readings = readings;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        var reading = readings.of(restore::age);
        TimeGauge.builder("textonce.restore.mode", () -> seconds(reading.get()), TimeUnit.SECONDS)
                .description("Time since restore mode began; 0 outside of it")
                .strongReference(true)
                .register(meters);
    }

    private static double seconds(@Nullable Duration age) {
        return age == null ? Double.NaN : age.toSeconds();
    }
}
