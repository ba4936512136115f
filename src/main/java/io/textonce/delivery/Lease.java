package io.textonce.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Lease of one attempt: for how long its sender may act on the claim. It is measured from before the statement that
 * claims, by the clock that never jumps and by the one that goes on while the machine sleeps: when either says that it
 * has run out, another sender may have taken over, and nothing may be sent any more.
 *
 * <p>It carries on the clock that decided that the text may be sent, so that what follows is decided by the same one.
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
     * The same lease for one text.
     *
     * @param now the time of the clock that decides about the text, read after the lease began
     * @param expiresAt after which the text is worth nothing, or null; the lease ends with it
     */
    public Lease of(Instant now, @Nullable Instant expiresAt) {
        var rest = expiresAt == null ? length : Duration.between(now, expiresAt);
        return new Lease(startNanos, startMillis, rest.compareTo(length) < 0 ? rest : length, now);
    }

    /** Whether the sender may still send. */
    public boolean holds() {
        return System.nanoTime() - startNanos < length.toNanos()
                && Math.abs(System.currentTimeMillis() - startMillis) < length.toMillis();
    }

    /** The time by the clock that decided; never behind it by more than the machine slept. */
    public Instant now() {
        return startTime.plusNanos(System.nanoTime() - startNanos);
    }
}
