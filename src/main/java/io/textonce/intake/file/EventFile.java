package io.textonce.intake.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A dropped file as its events, read once and lazily: memory does not grow with the file. Every record comes out, as an
 * event or as a problem; a problem stays with its record unless the file itself cannot be read, and then it comes last.
 * Formats: {@code .json}, {@code .jsonl} or {@code .ndjson}, {@code .csv}, always UTF-8.
 */
public final class EventFile implements Iterable<EventLine>, Iterator<EventLine>, Closeable {

    private final InputStream in;
    private @Nullable FileChannel channel;
    private final Records records;
    private @Nullable EventLine ahead;
    private boolean ended;

    private EventFile(InputStream in, String name, EventFields fields) throws IOException {
        this.in = in;
        this.records = records(Lines.withoutBom(in), Format.of(name), fields);
    }

    /** @param fields of the event, by which a CSV header is read */
    static EventFile open(Path file, EventFields fields) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        var opened = of(Channels.newInputStream(channel), file.getFileName().toString(), fields);
        opened.channel = channel;
        return opened;
    }

    /** @param name its extension is the format */
    static EventFile of(InputStream in, String name, EventFields fields) throws IOException {
        try {
            return new EventFile(in, name, fields);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /** Returns this object: a file is read only once. */
    @Override
    public Iterator<EventLine> iterator() {
        return this;
    }

    /** @throws UncheckedIOException when the file cannot be read at all, as opposed to holding something unreadable */
    @Override
    public boolean hasNext() {
        if (ahead == null && !ended) {
            try {
                ahead = records.next();
                ended = ahead == null || ahead.wholeFile();
                if (ended) {
                    close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return ahead != null;
    }

    @Override
    public EventLine next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException();
        }
        EventLine line = ahead;
        ahead = null;
        return line;
    }

    /** Returns the number of bytes read so far of an open file. */
    long position() throws IOException {
        return channel == null ? 0 : channel.position();
    }

    /** Returns the number of empty rows skipped so far. */
    long emptyRows() {
        return records.emptyRows();
    }

    @Override
    public void close() throws IOException {
        ended = true;
        in.close();
    }

    private static Records records(InputStream in, Format format, EventFields fields) throws IOException {
        return switch (format) {
            case JSON -> new JsonDocument(in);
            case JSON_LINES -> new JsonLines(new Lines(in));
            case CSV -> new CsvRows(new Lines(in), fields);
            case UNKNOWN -> () -> EventLine.wholeFile(1, "the file's name must end in .json, .jsonl, .ndjson or .csv");
        };
    }
}
