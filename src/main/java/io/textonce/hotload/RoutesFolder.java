package io.textonce.hotload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.FileVisitOption.FOLLOW_LINKS;

import io.textonce.event.LineError;
import io.textonce.event.Utf8Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Folder of user routes. It is polled rather than watched, since a mounted one sends no notifications. */
record RoutesFolder(Path root) {

    /** @throws LineError if the file is not UTF-8 */
    String read(String file) throws IOException {
        return Utf8Text.of(Files.readAllBytes(root.resolve(file)));
    }

    boolean has(String file) {
        return Files.isRegularFile(root.resolve(file));
    }

    /** Returns the direct names of all files of routes, loaded or not. */
    Set<String> directs() {
        var names = new TreeSet<String>();
        for (String file : stamps().keySet()) {
            if (file.endsWith(FileNames.ROUTES)) {
                try {
                    names.addAll(YamlNodes.directsOf(read(file)));
                } catch (IOException | LineError e) {
                    // It is reported when the file is loaded.
                    continue;
                }
            }
        }
        return names;
    }

    /** Returns the error of a file, with its line if the file can be read. */
    RouteFileError error(String file, Exception e) {
        try {
            return RouteFileError.of(e, read(file));
        } catch (IOException | LineError unreadable) {
            return RouteFileError.of(e, "");
        }
    }

    /** Returns whether the file contains a word, such as the name of a file or an event. */
    boolean mentions(String file, String word) {
        try {
            return Pattern.compile("(?<![A-Za-z0-9_-])" + Pattern.quote(word) + "(?![A-Za-z0-9_-])")
                    .matcher(Files.readString(root.resolve(file), ISO_8859_1))
                    .find();
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the location of a file in Camel's form. */
    String location(String file) {
        return "file:" + root.resolve(file);
    }

    /**
     * Returns the files by their paths in the folder. A name that begins with a dot belongs to an editor or to the
     * mount.
     */
    Map<String, Stamp> stamps() {
        try (var found = Files.walk(root, FOLLOW_LINKS)) {
            return found.filter(file -> !isHidden(root.relativize(file)) && Files.isRegularFile(file))
                    .collect(Collectors.toMap(
                            file -> root.relativize(file).toString().replace('\\', '/'),
                            Stamp::of,
                            (one, other) -> one,
                            LinkedHashMap::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isHidden(Path path) {
        for (Path name : path) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /** Version of a file. */
    record Stamp(long size, long modified) {

        static Stamp of(Path file) {
            try {
                var attributes = Files.readAttributes(file, BasicFileAttributes.class);
                return new Stamp(
                        attributes.size(), attributes.lastModifiedTime().toMillis());
            } catch (IOException e) {
                return new Stamp(-1, -1);
            }
        }
    }
}
