package io.textonce.delivery;

import java.time.Duration;

/**
 * How long a sender may act on its claim. It is measured from before the claim was committed, by the clock that never
 * jumps and by the one that goes on while the machine sleeps: when either says that it has run out, another may have
 * taken over, and nothing may be sent any more.
 */
public final class Lease {

    private final long startNanos = System.nanoTime();
    private final long startMillis = System.currentTimeMillis();
    private final Duration length;

    /** Starts now. */
    public Lease(Duration length) {
        this.length = length;
    }

    /** Whether the sender may still send. */
    public boolean holds() {
        return System.nanoTime() - startNanos < length.toNanos()
                && Math.abs(System.currentTimeMillis() - startMillis) < length.toMillis();
    }
}
