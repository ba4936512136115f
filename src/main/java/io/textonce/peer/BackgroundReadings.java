package io.textonce.peer;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Readings of the database for gauges, taken in the background every few seconds, so that no scrape waits for them. They are
 * rarer while the instance is idle.
 */
@Component
public final class BackgroundReadings implements DisposableBean {

    private static final long INTERVAL_MILLIS = 5_000;
    private static final long IDLE_NANOS = Duration.ofSeconds(20).toNanos();
    private static final long MAX_AGE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Activity activity;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("readings-"));

    BackgroundReadings(Activity activity) {
        this.activity = activity;
    }

    public <T> Reading<T> of(Supplier<T> source) {
        var reading = new Reading<>(source, activity);
        thread.scheduleWithFixedDelay(reading::take, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return reading;
    }

    @Override
    public void destroy() {
        thread.shutdownNow();
    }

    /** The last reading of one source. */
    public static final class Reading<T> {

        private final Supplier<T> source;
        private final Activity activity;
        private volatile @Nullable Taken<T> last;

        private Reading(Supplier<T> source, Activity activity) {
            this.source = source;
            this.activity = activity;
        }

        private void take() {
            var taken = last;
            if (taken != null && taken.age() < IDLE_NANOS && !activity.isRecent()) {
                return;
            }
            try {
                last = new Taken<>(source.get(), System.nanoTime());
            } catch (DataAccessException e) {
                // Then there is no newer reading; the monitor of peers reports the outage.
            }
        }

        /** Returns the last reading, or null if it is too old to be true. */
        public @Nullable T get() {
            var taken = last;
            return taken == null || taken.age() > MAX_AGE_NANOS ? null : taken.value;
        }
    }

    private record Taken<T>(T value, long atNanos) {

        long age() {
            return System.nanoTime() - atNanos;
        }
    }
}
