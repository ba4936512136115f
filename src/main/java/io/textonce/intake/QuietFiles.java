package io.textonce.intake;

import java.io.File;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.component.file.GenericFileFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a file be read once it has not changed for a while, and never while it is empty: what is still being written
 * stays. It looks at a file again and again and goes by its own clock, since a copy may carry the times of its original
 * and a share has a clock of its own. Nothing waits for a file here, so one that never ends holds up no other.
 */
final class QuietFiles implements GenericFileFilter<File> {

    private static final Logger LOG = LoggerFactory.getLogger(QuietFiles.class);

    /** When a file that failed is tried again. */
    private static final Duration REST = Duration.ofSeconds(5);

    private static final Duration FORGET = Duration.ofMinutes(5);

    private final Duration quietTime;
    private final Map<String, Look> looks = new HashMap<>();
    private long sweptNanos = System.nanoTime();

    QuietFiles(Duration quietTime) {
        this.quietTime = quietTime;
    }

    /**
     * Whether it is what its name says. A link would be read with our rights wherever it leads, and Camel takes a
     * backslash for a slash: such a name leads to another folder.
     */
    private static boolean isHere(File file) {
        return file.getName().indexOf('\\') < 0 && !Files.isSymbolicLink(file.toPath());
    }

    @Override
    public synchronized boolean accept(GenericFile<File> candidate) {
        if (candidate.isDirectory()) {
            return true;
        }
        File file = candidate.getFile();
        long now = System.nanoTime();
        sweep(now);
        var before = looks.get(file.getAbsolutePath());
        if (before == null && !isHere(file)) {
            LOG.warn("{} is left alone: it is a link, or its name holds a backslash", file);
        }
        boolean unchanged = before != null && before.length == file.length() && before.modified == file.lastModified();
        long since = unchanged ? before.sinceNanos : now;
        looks.put(file.getAbsolutePath(), new Look(file.length(), file.lastModified(), since, now));
        return isHere(file) && file.length() > 0 && unchanged && now - since >= quietTime.toNanos();
    }

    /** Leaves a file alone for a while. */
    synchronized void rest(File file) {
        long now = System.nanoTime();
        looks.put(file.getAbsolutePath(), new Look(file.length(), file.lastModified(), now + REST.toNanos(), now));
    }

    private void sweep(long now) {
        if (now - sweptNanos > FORGET.toNanos()) {
            looks.values().removeIf(look -> now - look.lastNanos > FORGET.toNanos());
            sweptNanos = now;
        }
    }

    /** @param sinceNanos since when the file has not changed */
    private record Look(long length, long modified, long sinceNanos, long lastNanos) {}
}
