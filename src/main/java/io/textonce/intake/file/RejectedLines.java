package io.textonce.intake.file;

import io.textonce.privacy.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Content of a file that a {@link RejectFile} wrote.
 *
 * @param head header of a CSV file, or empty
 * @param wholeFile the reason, if the file was rejected as a whole
 */
record RejectedLines(
        String head, List<Line> lines, @Nullable String wholeFile) {

    private static final Pattern REASON = Pattern.compile("# ((?:line|element) \\d+): (.*)");
    private static final int KEY = 24;

    /** Reads a reject file. Its lines may be in any encoding, so each character is a byte. */
    static RejectedLines read(Path file) throws IOException {
        var head = new ArrayList<String>();
        var lines = new ArrayList<Line>();
        String place = null;
        String reason = "";
        List<String> raw = head;
        for (String line : content(file).split("\n")) {
            var found = REASON.matcher(line);
            if (found.matches()) {
                add(lines, place, reason, raw);
                place = found.group(1);
                reason = found.group(2);
                raw = new ArrayList<>();
            } else if (place == null && head.isEmpty() && isReasonOfFile(line)) {
                return new RejectedLines("", List.of(), line.substring(2));
            } else {
                raw.add(line);
            }
        }
        add(lines, place, reason, raw);
        return new RejectedLines(String.join("\n", head), lines, null);
    }

    private static String content(Path file) throws IOException {
        try (var in = PlainFiles.read(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** Returns whether a line, with or without its end, is the reason of a record. */
    static boolean isReason(String line) {
        return REASON.matcher(line.stripTrailing()).matches();
    }

    /** Returns whether the first line is the reason of a whole file. */
    static boolean isReasonOfFile(String first) {
        return first.startsWith("# ") && !isReason(first);
    }

    /** Returns the text of bytes that {@link #read} returned. */
    static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static void add(List<Line> lines, @Nullable String place, String reason, List<String> raw) {
        if (place != null) {
            lines.add(new Line(place, reason, String.join("\n", raw)));
        }
    }

    /** Returns the content without a line, or null if it has no such line. */
    @Nullable
    RejectedLines without(String key) {
        var gone = lines.stream().filter(line -> line.key().equals(key)).findFirst();
        return gone.map(line -> new RejectedLines(
                        head, lines.stream().filter(other -> other != line).toList(), null))
                .orElse(null);
    }

    /** Writes the content as {@link #read} reads it. */
    void write(Path file) throws IOException {
        try (var out = PlainFiles.create(file)) {
            out.write(bytes().getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private String bytes() {
        return (head.isEmpty() ? "" : head + "\n")
                + lines.stream()
                        .map(line -> "# " + line.place() + ": " + line.reason() + "\n"
                                + (line.raw().isEmpty() ? "" : line.raw() + "\n"))
                        .collect(Collectors.joining());
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
    }
}
