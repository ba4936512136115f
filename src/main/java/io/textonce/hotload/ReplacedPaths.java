package io.textonce.hotload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Gate before the HTTP paths of user routes: while the route of a path is replaced, its requests wait, as events do
 * before a {@code direct}. Without it Camel responds 503, 404 or, after 30 seconds, 500 to them.
 */
@Component
public final class ReplacedPaths {

    /** Maximum time that a request waits. Replacing several files with slow requests takes longer, but not often. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(25);

    /** Passage of all requests while no user route has a path. */
    private static final Held NOTHING = new Held(Duration.ZERO);

    /** Locks by pattern: requests hold the read lock, and a replacement the write lock. Fair, so that it has its turn. */
    private final Map<String, ReadWriteLock> gates = new ConcurrentHashMap<>();

    /** Maximum time for what a route has in progress to complete; it is replaced later if that takes longer. */
    private final Duration longest;

    @Autowired
    public ReplacedPaths() {
        this(Duration.ofSeconds(10));
    }

    ReplacedPaths(Duration longest) {
        this.longest = longest;
    }

    Duration longest() {
        return longest;
    }

    /** Adds the path of a user route. */
    void add(String pattern) {
        gate(pattern);
    }

    private ReadWriteLock gate(String pattern) {
        return gates.computeIfAbsent(pattern, path -> new ReentrantReadWriteLock(true));
    }

    /** Waits while the route of a path is replaced; it is not replaced before the result is closed. */
    public Held enter(String path) {
        if (gates.isEmpty()) {
            return NOTHING;
        }
        var entered = new Held(LONGEST_WAIT);
        gates.forEach((pattern, gate) -> {
            if (UserPaths.overlap(path, pattern)) {
                entered.add(gate.readLock());
            }
        });
        return entered;
    }

    /** Waits for the requests of the paths in progress; new ones wait until the result is closed. */
    Held hold(Stream<String> patterns) {
        var held = new Held(longest);
        patterns.sorted().forEach(pattern -> {
            if (!held.add(gate(pattern).writeLock())) {
                held.busy.add(pattern);
            }
        });
        return held;
    }

    /** Locks of one thread. */
    public static final class Held implements AutoCloseable {

        private final List<Lock> locks = new ArrayList<>();
        private final Set<String> busy = new HashSet<>();
        private final long until;

        private Held(Duration longest) {
            until = System.nanoTime() + longest.toNanos();
        }

        private boolean add(Lock lock) {
            try {
                return lock.tryLock(until - System.nanoTime(), TimeUnit.NANOSECONDS) && locks.add(lock);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        /** Returns whether a request of a path takes longer. */
        boolean isBusy(@Nullable String pattern) {
            return busy.contains(pattern);
        }

        @Override
        public void close() {
            locks.forEach(Lock::unlock);
        }
    }
}
