package io.textonce.peer;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/** Reading of the database for gauges, taken in the background every few seconds, so that no scrape waits for it. */
public final class BackgroundReading<T> {

    private static final long INTERVAL_MILLIS = 5_000;
    private static final long MAX_AGE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Supplier<T> source;
    private volatile @Nullable Taken<T> last;

    public BackgroundReading(ScheduledExecutorService readings, Supplier<T> source) {
        this.source = source;
        readings.scheduleWithFixedDelay(this::take, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void take() {
        try {
            last = new Taken<>(source.get(), System.nanoTime());
        } catch (DataAccessException e) {
            // Then there is no newer reading; the monitor of peers reports the outage.
        }
    }

    /** Returns the last reading, or null if it is too old to be true. */
    public @Nullable T get() {
        var taken = last;
        return taken == null || System.nanoTime() - taken.atNanos > MAX_AGE_NANOS ? null : taken.value;
    }

    private record Taken<T>(T value, long atNanos) {}
}
