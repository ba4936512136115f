package io.textonce.intake.file;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.settings.TextOnceProperties;
import java.io.File;
import java.nio.file.Files;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Stable-file filter: a file is accepted once it has not changed for a while, since a growing one is still being
 * written. It observes a file repeatedly and uses its own clock, since a copy may carry the times of its original and a
 * share has a clock of its own. No thread waits for a file, so one that never ends delays no other. A file where no
 * event is read is logged once, and counted.
 */
@Component
public final class StableFileFilter implements GenericFileFilter<File> {

    private static final Logger LOG = LoggerFactory.getLogger(StableFileFilter.class);

    /** Delay before a failed file is retried. */
    private static final Duration REST = Duration.ofSeconds(5);

    private static final Duration FORGET = Duration.ofMinutes(5);

    /**
     * Number of quiet times for which a file may be empty: a share shows a file as empty until its writer's cache is
     * flushed, which NFS does within a minute.
     */
    private static final int EMPTY = 60;

    private static final Set<String> PUT_AWAY = Set.of("done", "failed");

    private final Inbox inbox;
    private final Duration quietTime;
    private final Map<Reason, Counter> ignored = new EnumMap<>(Reason.class);
    private final Map<String, Observation> observations = new HashMap<>();
    private long sweptNanos = System.nanoTime();

    StableFileFilter(Inbox inbox, TextOnceProperties settings, MeterRegistry meters) {
        this.inbox = inbox;
        this.quietTime = settings.file().quietTime();
        for (var reason : Reason.values()) {
            ignored.put(
                    reason,
                    Counter.builder("textonce.files.ignored")
                            .description("Files and folders in the inbox that are not read")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    @Override
    public synchronized boolean accept(GenericFile<File> candidate) {
        File file = candidate.getFile();
        if (isUnreadable(file)) {
            return isIgnored(file, observation(file), Reason.NAME);
        }
        int depth = inbox.depth(file.toPath());
        if (candidate.isDirectory()) {
            return depth == 1 || !PUT_AWAY.contains(file.getName()) && isIgnored(file, observation(file), Reason.DEEP);
        }
        var observation = observation(file);
        if (!isHere(file) || Inbox.leadsElsewhere(file.toPath())) {
            return isIgnored(file, observation, Reason.LINK);
        }
        boolean empty = file.length() == 0;
        // Who puts a file into the inbox itself may be about to move it on.
        long needed = quietTime.toNanos() * (empty || depth == 1 ? EMPTY : 1);
        if (observation.quietNanos() < Math.max(1, needed)) {
            return false;
        }
        return depth > 1 || isIgnored(file, observation, Reason.ROOT);
    }

    /** Counts an empty file, which is moved away with its reason. */
    void empty() {
        ignored.get(Reason.EMPTY).increment();
    }

    /** Skips a file for a while. */
    synchronized void rest(File file) {
        observation(file).sinceNanos = System.nanoTime() + REST.toNanos();
    }

    /**
     * Returns whether the name denotes the file itself. A link would be read with our permissions wherever it leads,
     * and Camel treats a backslash as a slash: such a name leads to another folder.
     */
    private static boolean isHere(File file) {
        return file.getName().indexOf('\\') < 0 && !Files.isSymbolicLink(file.toPath());
    }

    /**
     * Returns whether a name can't be read in the encoding of this JVM: the file is not found by what Java makes of it, and
     * has no path.
     */
    private static boolean isUnreadable(File file) {
        return file.getName().indexOf('\uFFFD') >= 0 && !file.exists();
    }

    /** Logs an ignored file once, and returns that it is not accepted. */
    private boolean isIgnored(File file, Observation observation, Reason reason) {
        if (!observation.named) {
            observation.named = true;
            ignored.get(reason).increment();
            LOG.warn("{} is ignored: {}", file, reason.words);
        }
        return false;
    }

    private Observation observation(File file) {
        long now = System.nanoTime();
        sweep(now);
        var observation = observations.computeIfAbsent(file.getAbsolutePath(), path -> new Observation());
        observation.at(file, now);
        return observation;
    }

    private void sweep(long now) {
        if (now - sweptNanos > FORGET.toNanos()) {
            observations.values().removeIf(observation -> now - observation.lastNanos > FORGET.toNanos());
            sweptNanos = now;
        }
    }

    private enum Reason {
        EMPTY("it is empty"),
        ROOT("it is directly in the inbox; move it into the folder of its event"),
        DEEP("only files directly in an event's folder are read, not those in subfolders"),
        LINK("it is a link, its name contains a backslash, or done or failed beside it is a link"),
        NAME("its name can't be read; it must be in UTF-8, and the locale of TextOnce, such as LANG=C.UTF-8, too");

        private final String words;

        Reason(String words) {
            this.words = words;
        }
    }

    /** Last observation of a file, and the time since which it has not changed. */
    private static final class Observation {

        private long length = -1;
        private long modified;
        private long sinceNanos;
        private long lastNanos;
        private boolean named;

        void at(File file, long now) {
            if (length != file.length() || modified != file.lastModified()) {
                length = file.length();
                modified = file.lastModified();
                sinceNanos = now;
            }
            lastNanos = now;
        }

        long quietNanos() {
            return lastNanos - sinceNanos;
        }
    }
}
