package io.textonce.intake.file;

import io.textonce.settings.TextOnceProperties;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Erasure of this instance's inbox: the records of a person in reject files, and whole files by age. An instance without
 * the file intake leaves the folder alone.
 */
@Component
public final class InboxErasure {

    private final Inbox inbox;
    private final FileTurns turns;
    private final boolean isRead;

    @Autowired
    InboxErasure(Inbox inbox, FileTurns turns, TextOnceProperties settings) {
        this(inbox, turns, settings.intakes().contains("file"));
    }

    InboxErasure(Inbox inbox, FileTurns turns, boolean isRead) {
        this.inbox = inbox;
        this.turns = turns;
        this.isRead = isRead;
    }

    /**
     * Removes the records of a person from the reject files, and returns how many. Of a file that was rejected as a whole
     * a record is a line.
     *
     * @param isPersons whether a text has the person's number
     * @throws IOException if the inbox is not there, or a file can't be read or written
     */
    public int erase(Predicate<String> isPersons) throws IOException {
        if (!isRead) {
            return 0;
        }
        inbox.require();
        int gone = 0;
        // In one order on all instances: the caller's transaction may keep the locks of all files.
        for (Path file : inbox.rejectFiles().stream().sorted().toList()) {
            try {
                gone += turns.take(file, () -> erase(file, isPersons));
            } catch (NoSuchFileException e) {
                // An operator moved it away meanwhile.
            }
        }
        return gone;
    }

    private static int erase(Path file, Predicate<String> isPersons) throws IOException {
        return RejectedLines.replace(file, out -> {
            var copy = new Copy(isPersons);
            try (var in = new BufferedInputStream(PlainFiles.read(file))) {
                copy.copy(in, out);
            }
            return new RejectedLines.Copied(copy.gone, copy.kept);
        });
    }

    /** Deletes the files in {@code done/} and {@code failed/} that were read before a time, and returns how many. */
    public int purge(Instant before) throws IOException {
        int gone = 0;
        for (Path file : isRead ? inbox.readFiles() : List.<Path>of()) {
            try {
                if (PlainFiles.isFile(file) && readAt(file).isBefore(before) && Files.deleteIfExists(file)) {
                    gone++;
                }
            } catch (NoSuchFileException e) {
                // Another instance with the same inbox was first.
            }
        }
        return gone;
    }

    /** Returns when a file was read: a move keeps its own time, but its result file was written then. */
    private static Instant readAt(Path file) throws IOException {
        Instant modified = Files.getLastModifiedTime(file).toInstant();
        Path results = file.resolveSibling(Inbox.stem(file.getFileName().toString()) + ".results.csv");
        if (!Files.exists(results)) {
            return modified;
        }
        Instant read = Files.getLastModifiedTime(results).toInstant();
        return read.isAfter(modified) ? read : modified;
    }

    /** Copy of a reject file without a person's records. */
    private static final class Copy {

        private final Predicate<String> isPersons;
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();
        private boolean isHead = true;
        private int gone;
        private int kept;

        Copy(Predicate<String> isPersons) {
            this.isPersons = isPersons;
        }

        void copy(InputStream in, OutputStream out) throws IOException {
            byte[] line = line(in);
            boolean isWhole = RejectedLines.isReasonOfFile(text(line));
            while (line.length > 0) {
                if (RejectedLines.isReason(text(line)) || isWhole && part.size() > 0) {
                    end(out);
                    isHead = false;
                }
                part.write(line);
                line = line(in);
            }
            end(out);
        }

        /** Ends the head of the file, or a record with its reason. */
        private void end(OutputStream out) throws IOException {
            if (!isHead && isPersons.test(text(part.toByteArray()))) {
                gone++;
            } else {
                kept += isHead ? 0 : 1;
                part.writeTo(out);
            }
            part.reset();
        }

        private static String text(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        private static byte[] line(InputStream in) throws IOException {
            var line = new ByteArrayOutputStream();
            for (int next = in.read(); next >= 0; next = in.read()) {
                line.write(next);
                if (next == '\n') {
                    break;
                }
            }
            return line.toByteArray();
        }
    }
}
