package io.textonce.hotload;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;

/** Errors of user files that are not fixed yet, for the log and the health. */
final class RouteFileErrors {

    private static final Logger LOG = LoggerFactory.getLogger(RouteFileErrors.class);

    private final Map<String, RouteFileError> byFile = new ConcurrentSkipListMap<>();

    boolean has(String file) {
        return byFile.containsKey(file);
    }

    Set<String> files() {
        return Set.copyOf(byFile.keySet());
    }

    /** Returns the first file that is accepted, with its error, or null. */
    @Nullable
    String first(Predicate<String> isMeant) {
        return byFile.entrySet().stream()
                .filter(error -> isMeant.test(error.getKey()))
                .map(error -> error.getKey() + ", " + error.getValue())
                .findFirst()
                .orElse(null);
    }

    void report(String file, RouteFileError error, boolean olderRuns) {
        if (!error.equals(byFile.put(file, error))) {
            LOG.error("{}, {}{}", file, error, olderRuns ? "; the previous version keeps running" : "");
        }
    }

    void fixed(String file) {
        if (byFile.remove(file) != null) {
            LOG.info("{} is fixed", file);
        }
    }

    /** Removes the error of a deleted file. */
    void forget(String file) {
        byFile.remove(file);
    }

    Health health() {
        var health = byFile.isEmpty() ? Health.up() : Health.down();
        byFile.forEach((file, error) -> health.withDetail(file, error.toString()));
        return health.build();
    }
}
