package io.textonce.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What was measured, as Markdown: each line is printed and kept in a file as soon as it is known. */
final class Report {

    private final Path file;
    private final StringBuilder text = new StringBuilder();

    Report(Path file) {
        this.file = file;
    }

    void line(String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values);
        System.out.println(line);
        text.append(line).append('\n');
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void heading(String heading) {
        line("");
        line("## %s", heading);
        line("");
    }

    /** A table of runs follows. */
    void runs() {
        line(
                "| Twilio | callers | what | events/s, median | each round | p50 ms | p99 ms | its CPU µs | PostgreSQL's CPU µs |");
        line("| ---: | ---: | --- | ---: | --- | ---: | ---: | ---: | ---: |");
    }

    /** A table of what changes while events come follows. */
    void growth() {
        line("| events | events/s | heap after a full collection, MB |");
        line("| ---: | ---: | ---: |");
    }
}
