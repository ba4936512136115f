package io.textonce.intake.file;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reject file of one file: its rejected lines, each under a comment with its reason, in a form that {@link EventFile}
 * reads again once they are fixed. It appears under its name only in {@link #finish}, complete, and never replaces
 * another file; without {@code finish} nothing of it remains. Thread-safe.
 *
 * <p>Rejected elements of a {@code .json} file become a {@code .jsonl} file. If the file itself can't be read, all of
 * it is stored, and single lines added before are dropped, since they are part of it.
 */
public final class RejectFile implements Closeable {

    private final Path original;
    private final Path directory;
    private final PartFile part;
    private final Format format;
    private @Nullable FileChannel channel;
    private @Nullable OutputStream out;
    private long count;
    private boolean wholeFile;
    private boolean closed;
    private Optional<Path> published = Optional.empty();

    /** @param original the dropped file; it is read again where the whole of it is kept */
    public RejectFile(Path original, Path directory) {
        String name = original.getFileName().toString();
        this.original = original;
        this.directory = directory;
        this.part = PartFile.of(directory, name, "failed");
        this.format = Format.of(name);
    }

    /** Adds a line that could not be read. */
    public void add(EventLine line) throws IOException {
        add(line, Objects.requireNonNullElse(line.problem(), "was rejected"));
    }

    /** @param reason written as it is, on one line; it must not repeat the content of the line */
    public synchronized void add(EventLine line, String reason) throws IOException {
        if (closed) {
            throw new IllegalStateException("The rejected lines are already in place");
        }
        count++;
        if (wholeFile) {
            return;
        }
        if (line.wholeFile()) {
            wholeFile = true;
            OutputStream file = start();
            comment(file, reason);
            try (InputStream in = Lines.withoutBom(PlainFiles.read(original))) {
                in.transferTo(file);
            }
            return;
        }
        OutputStream file = out;
        if (file == null) {
            file = start();
            if (line.head().length > 0) {
                line(file, line.head());
            }
        }
        comment(file, (format == Format.JSON ? "element " : "line ") + line.number() + ": " + reason);
        if (line.raw().length > 0) {
            line(file, line.raw());
        }
    }

    /** Returns the number of rejected lines. */
    public synchronized long count() {
        return count;
    }

    /** Publishes the file if there was a rejected line, and returns its path. */
    public synchronized Optional<Path> finish() throws IOException {
        if (closed) {
            return published;
        }
        if (out != null && channel != null) {
            out.flush();
            channel.force(true);
            out.close();
            published = Optional.of(publish());
        }
        close();
        part.deleteAll();
        return published;
    }

    /** Discards an unfinished reject file: the original stays where it is and is read again from its start. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            Files.deleteIfExists(part.path());
        }
    }

    private OutputStream start() throws IOException {
        if (channel != null) {
            channel.close();
        }
        Files.createDirectories(directory);
        // What was written so far of a file that is rejected as a whole.
        Files.deleteIfExists(part.path());
        channel = FileChannel.open(part.path(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        out = new BufferedOutputStream(Channels.newOutputStream(channel));
        return out;
    }

    private Path publish() throws IOException {
        String name = original.getFileName().toString();
        if (format == Format.JSON && !wholeFile) {
            name = Inbox.named(Inbox.stem(name), ".jsonl");
        }
        return Inbox.place(part.path(), directory, name);
    }

    private static void comment(OutputStream file, String text) throws IOException {
        line(
                file,
                ("# " + text.replaceAll("[\\p{Cc}\\u2028\\u2029\\s]+", " ").strip()).getBytes(StandardCharsets.UTF_8));
    }

    private static void line(OutputStream file, byte[] line) throws IOException {
        file.write(line);
        file.write('\n');
    }
}
