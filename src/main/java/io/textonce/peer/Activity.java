package io.textonce.peer;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Record of when this instance last accepted, sent or changed something. */
@Component
public final class Activity {

    /** An instance without work for so long is idle. */
    private static final long RECENT_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanos;
    private volatile long last;

    @Autowired
    Activity() {
        this(System::nanoTime);
    }

    /** @param nanos clock in nanoseconds */
    public Activity(LongSupplier nanos) {
        this.nanos = nanos;
        this.last = nanos.getAsLong();
    }

    public void mark() {
        last = nanos.getAsLong();
    }

    public boolean isRecent() {
        return nanos.getAsLong() - last < RECENT_NANOS;
    }
}
