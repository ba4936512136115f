package io.textonce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A class that one page cannot hold has more than one task. */
class SourceFilesTest {

    private static final int MOST_LINES = 300;

    @ParameterizedTest
    @CsvSource({"src/main/java, 100", "src/sandbox/java, 30"})
    void holdNoMoreThanOneTask(Path root, int least) throws IOException {
        try (var files = Files.walk(root)) {
            var sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();

            assertThat(sources).hasSizeGreaterThan(least);
            assertThat(sources)
                    .filteredOn(file -> lines(file) > MOST_LINES)
                    .as("sources of more than %d lines", MOST_LINES)
                    .isEmpty();
        }
    }

    private static long lines(Path file) {
        try (var lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
