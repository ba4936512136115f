package io.textonce.intake.file;

import io.textonce.privacy.CsvCell;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Result file of one file: what became of each line, in the order in which they were done. It appears under its name
 * only in {@link #finish}, complete; without it nothing remains. Thread-safe.
 */
final class ResultFile implements Closeable {

    static final String HEADER = "line,eventId,id,status,sid,reason\n";

    private static final Pattern SPECIAL = Pattern.compile("[\",\r\n]");

    private static final int LONGEST_STEM = 200;

    private final Path folder;
    private final PartFile part;
    private @Nullable BufferedWriter out;
    private boolean closed;

    ResultFile(Path folder, String name) {
        this.folder = folder;
        this.part = PartFile.of(folder, name, "results");
    }

    /** Adds a row. */
    synchronized void add(
            long line,
            @Nullable String eventId,
            @Nullable Object id,
            String status,
            @Nullable String sid,
            @Nullable String reason)
            throws IOException {
        if (closed) {
            throw new IllegalStateException("The results are already in place");
        }
        if (out == null) {
            out = new BufferedWriter(new OutputStreamWriter(PlainFiles.create(part.path()), StandardCharsets.UTF_8));
            out.write(HEADER);
        }
        out.write(line + "," + cell(eventId) + "," + (id == null ? "" : id) + "," + status + ","
                + (sid == null ? "" : sid) + "," + cell(reason) + "\n");
    }

    static String cell(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String plain = CsvCell.plain(text);
        return SPECIAL.matcher(plain).find() ? "\"" + plain.replace("\"", "\"\"") + "\"" : plain;
    }

    /** Writes what is buffered. */
    synchronized void flush() throws IOException {
        if (out != null && !closed) {
            out.flush();
        }
    }

    /**
     * Publishes the file, if it has a row, and returns its path.
     *
     * @param done name of the file in {@code done/}
     */
    synchronized @Nullable Path finish(String done) throws IOException {
        if (out == null) {
            part.deleteAll();
            return null;
        }
        out.close();
        closed = true;
        String stem = Inbox.shortened(Inbox.stem(done), LONGEST_STEM);
        Path results = Inbox.place(part.path(), folder, stem + ".results.csv");
        part.deleteAll();
        return results;
    }

    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            try {
                if (out != null) {
                    out.close();
                }
            } catch (IOException e) {
                // The disk is full; what can't be written is discarded anyway.
            } finally {
                Files.deleteIfExists(part.path());
            }
        }
    }
}
