package io.textonce.intake.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.Spliterators.AbstractSpliterator;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Run through one file: its lines, the rejected ones among them, and its progress. Once stopped it returns no further
 * line, so that those in progress complete before the file is released.
 */
final class FileRun implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(FileRun.class);

    private static final Duration PROGRESS = Duration.ofSeconds(5);
    private static final Duration UPDATE = Duration.ofSeconds(1);

    private final Path file;
    private final Inbox inbox;
    private final RejectFile failed;
    private final ResultFile results;
    private final Progress progress;
    private final BooleanSupplier shuttingDown;
    private final AtomicLong tried = new AtomicLong();
    private final AtomicReference<@Nullable String> stopped = new AtomicReference<>();
    private final AtomicBoolean unexpected = new AtomicBoolean();
    private final long startNanos = System.nanoTime();
    private final AtomicLong saidNanos = new AtomicLong(startNanos);
    private final AtomicLong saidCount = new AtomicLong();
    private final AtomicLong updatedNanos = new AtomicLong(startNanos);
    private final FileVersion version;
    private @Nullable EventFile lines;
    private @Nullable Path published;
    private @Nullable Path target;
    private Optional<Path> kept = Optional.empty();
    private volatile boolean moved;

    FileRun(Path file, Inbox inbox, BooleanSupplier shuttingDown, Progress progress) throws IOException {
        this.file = file;
        this.progress = progress;
        this.results = inbox.results(file);
        this.inbox = inbox;
        this.failed = inbox.failedLines(file);
        this.version = FileVersion.of(file);
        this.shuttingDown = shuttingDown;
    }

    /** @param fields of the event */
    void open(EventFields fields) throws IOException {
        lines = EventFile.open(file, fields);
    }

    /**
     * Returns an iterator that can't be closed: Camel closes what it splits before the last lines complete. A promised
     * line is delivered even if the run is stopped in between, as Camel requires.
     */
    Iterator<EventLine> lines() {
        return Spliterators.iterator(new AbstractSpliterator<EventLine>(Long.MAX_VALUE, Spliterator.ORDERED) {
            @Override
            public boolean tryAdvance(Consumer<? super EventLine> action) {
                var line = isStopped() ? null : read();
                if (line == null) {
                    return false;
                }
                action.accept(line);
                return true;
            }
        });
    }

    private @Nullable EventLine read() {
        var source = Objects.requireNonNull(lines);
        try {
            return source.hasNext() ? source.next() : null;
        } catch (UncheckedIOException e) {
            stop("it can't be read: " + e.getCause().getClass().getSimpleName());
            return null;
        }
    }

    boolean isEmpty() {
        return version.size() == 0;
    }

    /** Stops the run; the first reason counts. */
    void stop(String why) {
        stopped.compareAndSet(null, why);
    }

    boolean isStopped() {
        if (shuttingDown.getAsBoolean()) {
            stop("TextOnce is shutting down");
        }
        return stopped.get() != null;
    }

    /** Counts a line, and logs the progress now and then. */
    void tried() {
        long count = tried.incrementAndGet();
        long now = System.nanoTime();
        long said = saidNanos.get();
        if (now - said >= PROGRESS.toNanos() && saidNanos.compareAndSet(said, now)) {
            LOG.info(
                    "{}: {} lines read, {} rejected, {} lines per second",
                    file.getFileName(),
                    count,
                    failed.count(),
                    perSecond(count - saidCount.getAndSet(count), now - said));
        }
        long updated = updatedNanos.get();
        if (now - updated >= UPDATE.toNanos() && updatedNanos.compareAndSet(updated, now)) {
            progress.reached(position(), count, failed.count());
        }
    }

    private long position() {
        try {
            return lines == null ? 0 : lines.position();
        } catch (IOException e) {
            // All of it was read.
            return version.size();
        }
    }

    void bad(EventLine line, String reason) throws IOException {
        failed.add(line, reason);
    }

    /** Returns the result file, to which each line adds its row. */
    ResultFile results() {
        return results;
    }

    long size() {
        return version.size();
    }

    long count() {
        return tried.get();
    }

    long rejected() {
        return failed.count();
    }

    boolean isMoved() {
        return moved;
    }

    /** Returns the path of the published result file. */
    @Nullable
    Path published() {
        return published;
    }

    /** Returns whether this is the first unexpected error of the file: the one logged with a stack trace. */
    boolean isFirstUnexpected() {
        return unexpected.compareAndSet(false, true);
    }

    /**
     * Publishes the rejected lines and the results.
     *
     * @throws FileStays if not every line was processed, or the file was modified meanwhile
     */
    void publish() throws IOException {
        String why = stopped.get();
        if (why != null) {
            throw new FileStays(why);
        }
        if (wasWrittenOn()) {
            throw new FileStays("it changed while it was read");
        }
        // All that needs space on the disk before anything is published: else the rejected lines would be published
        // twice.
        results.flush();
        kept = failed.finish();
        target = inbox.done(file);
        published = results.finish(target.getFileName().toString());
    }

    /**
     * Moves the file to {@code done/}.
     *
     * @throws FileStays if another file has its name by now
     */
    void move() throws IOException {
        if (!version.move(file, Objects.requireNonNull(target))) {
            throw new FileStays("it was replaced by another file of the same name, which is being read");
        }
        moved = true;
        LOG.info(
                "{}: {} lines, {} rejected{}, {} empty rows, {} lines per second",
                file.getFileName(),
                tried,
                failed.count(),
                kept.map(path -> ", stored in " + path).orElse(""),
                lines == null ? 0 : lines.emptyRows(),
                perSecond(tried.get(), System.nanoTime() - startNanos));
    }

    /**
     * Returns whether the file was modified while it was read; it is then read again. Of one that was deleted or
     * replaced nothing more can be read: its rejected lines are kept.
     */
    private boolean wasWrittenOn() throws IOException {
        try {
            var now = FileVersion.of(file);
            return now.isSameFile(version) && !now.equals(version);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Observer of a run's progress, about once a second. */
    interface Progress {

        void reached(long position, long lines, long rejected);
    }

    private static long perSecond(long count, long nanos) {
        return count * 1_000_000_000L / Math.max(1, nanos);
    }

    @Override
    public void close() throws IOException {
        try (failed;
                results) {
            if (lines != null) {
                lines.close();
            }
        }
    }
}
