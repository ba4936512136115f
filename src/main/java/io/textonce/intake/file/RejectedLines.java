package io.textonce.intake.file;

import io.textonce.privacy.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reader of a file that a {@link RejectFile} wrote, a record at a time: it may be as large as the dropped file. Its lines
 * may be in any encoding, so each character is a byte.
 */
final class RejectedLines implements Closeable {

    private static final Pattern REASON = Pattern.compile("# ((?:line|element) \\d+): (.*)");
    private static final int KEY = 24;

    private final InputStream in;
    private final String head;
    private @Nullable String wholeFile;
    private @Nullable String ahead;

    private RejectedLines(InputStream in) throws IOException {
        this.in = in;
        var above = new ArrayList<String>();
        ahead = line();
        if (ahead != null && isReasonOfFile(ahead)) {
            wholeFile = ahead.substring(2);
            ahead = null;
        }
        while (ahead != null && !REASON.matcher(ahead).matches()) {
            above.add(ahead);
            ahead = line();
        }
        head = String.join("\n", above);
    }

    static RejectedLines open(Path file) throws IOException {
        var in = PlainFiles.read(file);
        try {
            return new RejectedLines(new BufferedInputStream(in));
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * Replaces a file in one step by a copy without some of its records, or deletes it if no record is left. A copy keeps
     * the file's time, by which it is purged.
     *
     * @return how many records are gone
     */
    static int replace(Path file, Copy copy) throws IOException {
        var rest = PartFile.of(file.getParent(), file.getFileName().toString(), "rest");
        try {
            var modified = Files.getLastModifiedTime(file);
            Copied copied;
            try (var out = new BufferedOutputStream(PlainFiles.create(rest.path()))) {
                copied = copy.to(out);
            }
            if (copied.gone > 0 && copied.kept == 0) {
                Files.delete(file);
            } else if (copied.gone > 0) {
                Files.setLastModifiedTime(rest.path(), modified);
                Files.move(rest.path(), file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
            return copied.gone;
        } finally {
            rest.deleteAll();
        }
    }

    /** Returns the header of a CSV file, or an empty text. */
    String head() {
        return head;
    }

    /** Returns the reason, if the file was rejected as a whole. */
    @Nullable
    String wholeFile() {
        return wholeFile;
    }

    /** Returns the next record, or null at the end. */
    @Nullable
    Line next() throws IOException {
        var reason = ahead == null ? null : REASON.matcher(ahead);
        if (reason == null || !reason.matches()) {
            return null;
        }
        var raw = new ArrayList<String>();
        ahead = line();
        while (ahead != null && !REASON.matcher(ahead).matches()) {
            raw.add(ahead);
            ahead = line();
        }
        return new Line(reason.group(1), reason.group(2), String.join("\n", raw));
    }

    private @Nullable String line() throws IOException {
        var line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Returns whether a line, with or without its end, is the reason of a record. */
    static boolean isReason(String line) {
        return REASON.matcher(line.stripTrailing()).matches();
    }

    /** Returns whether the first line is the reason of a whole file. */
    static boolean isReasonOfFile(String first) {
        return first.startsWith("# ") && !isReason(first);
    }

    /** Returns the text of bytes that were read here. */
    static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** Returns lines as the file has them. */
    static byte[] bytes(String lines) {
        return (lines.isEmpty() ? "" : lines + "\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * Rejected line.
     *
     * @param place such as line 17
     * @param raw the record, which may have several lines
     */
    record Line(String place, String reason, String raw) {

        /** Returns a key that stays when other lines of the file are removed. */
        String key() {
            return Sha256.hex(place + "\n" + raw).substring(0, KEY);
        }

        /** Returns the record as the file has it. */
        byte[] bytes() {
            return RejectedLines.bytes("# " + place + ": " + reason + (raw.isEmpty() ? "" : "\n" + raw));
        }
    }

    /** Writer of a copy. */
    @FunctionalInterface
    interface Copy {
        Copied to(OutputStream out) throws IOException;
    }

    /**
     * Records of a copy.
     *
     * @param gone number of those left out
     * @param kept number of the others
     */
    record Copied(int gone, int kept) {}
}
