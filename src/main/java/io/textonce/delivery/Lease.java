package io.textonce.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Lease of one attempt: the time for which its sender may act on the claim. It starts before the statement of the
 * claim, and is measured by a monotonic clock and by one that continues while the machine sleeps: once either has
 * expired, another sender may have taken over, and nothing may be sent any more.
 *
 * <p>It carries the time of the clock that admitted the message, so that the same clock decides what follows.
 */
public final class Lease {

    private final long startNanos;
    private final long startMillis;
    private final Duration length;
    private final Instant startTime;

    /** Begins now. */
    public Lease(Duration length) {
        this(System.nanoTime(), System.currentTimeMillis(), length, Instant.now());
    }

    private Lease(long startNanos, long startMillis, Duration length, Instant startTime) {
        this.startNanos = startNanos;
        this.startMillis = startMillis;
        this.length = length;
        this.startTime = startTime;
    }

    /**
     * Returns the lease for one message.
     *
     * @param now time of the clock that decides about the message, read after the lease began
     * @param expiresAt expiry of the message, or null; the lease ends with it
     */
    public Lease of(Instant now, @Nullable Instant expiresAt) {
        var rest = expiresAt == null ? length : Duration.between(now, expiresAt);
        return new Lease(startNanos, startMillis, rest.compareTo(length) < 0 ? rest : length, now);
    }

    /** Returns whether the sender may still send. */
    public boolean holds() {
        return System.nanoTime() - startNanos < length.toNanos()
                && Math.abs(System.currentTimeMillis() - startMillis) < length.toMillis();
    }

    /** Returns the time of the clock that decided; never behind it by more than the machine slept. */
    public Instant now() {
        return startTime.plusNanos(System.nanoTime() - startNanos);
    }
}
