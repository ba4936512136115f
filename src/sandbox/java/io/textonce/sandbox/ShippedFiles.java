package io.textonce.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Watch of the shipped files of a checkout, which are read when the sandbox starts: an edit is reported, not loaded. */
final class ShippedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(ShippedFiles.class);

    private final Path folder;
    private Map<Path, FileTime> seen;

    ShippedFiles(Path folder) {
        this.folder = folder;
        this.seen = read();
    }

    void report() {
        var now = read();
        var changed = new TreeMap<>(now);
        changed.entrySet().removeAll(seen.entrySet());
        seen.keySet().stream()
                .filter(file -> !now.containsKey(file))
                .forEach(file -> changed.put(file, seen.get(file)));
        changed.keySet()
                .forEach(file -> LOG.warn(
                        "{} has changed. Shipped files are read at the start: restart the sandbox to use it", file));
        seen = now;
    }

    private Map<Path, FileTime> read() {
        try (var files = Files.walk(folder)) {
            var found = new TreeMap<Path, FileTime>();
            for (var file : (Iterable<Path>) files.filter(this::isRead)::iterator) {
                found.put(file, Files.getLastModifiedTime(file));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isRead(Path file) {
        String name = file.getFileName().toString();
        return Files.isRegularFile(file)
                && !name.startsWith(".")
                && !name.endsWith(".md")
                && !file.startsWith(folder.resolve("cases"));
    }
}
