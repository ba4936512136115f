package io.textonce.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a sender may act on its claim. It is measured from before the claim was committed, by the clock that never
 * jumps and by the one that goes on while the machine sleeps: when either says that it has run out, another may have
 * taken over, and nothing may be sent any more. It also ends with the text's own time.
 */
public final class Lease {

    private final long startNanos = System.nanoTime();
    private final long startMillis = System.currentTimeMillis();
    private final Duration length;
    private final @Nullable Instant expiresAt;

    /** @param expiresAt after which the text is worth nothing, or null */
    public Lease(Duration length, @Nullable Instant expiresAt) {
        this.length = length;
        this.expiresAt = expiresAt;
    }

    /** Whether the sender may still send. */
    public boolean holds() {
        return System.nanoTime() - startNanos < length.toNanos()
                && Math.abs(System.currentTimeMillis() - startMillis) < length.toMillis()
                && (expiresAt == null || Instant.now().isBefore(expiresAt));
    }
}
