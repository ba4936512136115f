package io.textonce.privacy;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.springframework.core.NestedExceptionUtils;

/**
 * Rate limit of a log line that repeats, by kind: the first is logged at once, and later ones of the same minute are
 * only counted. The next line has their number, so a failing peer costs the disk nothing at any load.
 */
public final class RepeatedLines {

    private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    /** Bound of the memory; beyond it kinds are forgotten, and their next line is logged at once. */
    private static final int MOST_KINDS = 500;

    private final LongSupplier nanos;
    private final ConcurrentHashMap<Object, Repeated> kinds = new ConcurrentHashMap<>();

    public RepeatedLines() {
        this(System::nanoTime);
    }

    RepeatedLines(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Logs a line unless one of its kind was logged within the last minute.
     *
     * @param line writes the line; it receives the number of lines that were left out since the last one
     */
    public void log(Object kind, LongConsumer line) {
        if (kinds.size() >= MOST_KINDS) {
            kinds.clear();
        }
        long now = nanos.getAsLong();
        long[] omitted = {-1};
        kinds.compute(kind, (key, before) -> {
            if (before != null && now - before.loggedAt < INTERVAL_NANOS) {
                return new Repeated(before.loggedAt, before.omitted + 1);
            }
            omitted[0] = before == null ? 0 : before.omitted;
            return new Repeated(now, 0);
        });
        if (omitted[0] >= 0) {
            line.accept(omitted[0]);
        }
    }

    /** Logs a line as {@link #log}, of the kind of a failure: the class of its most specific cause. */
    public void logFailure(Throwable failure, LongConsumer line) {
        log(NestedExceptionUtils.getMostSpecificCause(failure).getClass(), line);
    }

    private record Repeated(long loggedAt, long omitted) {}
}
