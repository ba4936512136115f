package io.textonce.hotload;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.file.FileVisitOption.FOLLOW_LINKS;

import io.textonce.event.LineError;
import io.textonce.event.Utf8Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
            return word(word)
                    .matcher(Files.readString(root.resolve(file), ISO_8859_1))
                    .find();
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns whether a file of routes or a kamelet, loaded or not, contains a word. */
    boolean mentions(String word) {
        return stamps().keySet().stream()
                .filter(file -> file.endsWith(FileNames.ROUTES) || file.endsWith(FileNames.KAMELET))
                .anyMatch(file -> mentions(file, word));
    }

    static Pattern word(String word) {
        return Pattern.compile("(?<![A-Za-z0-9_-])" + Pattern.quote(word) + "(?![A-Za-z0-9_-])");
    }

    /** Returns the location of a file in Camel's form. */
    String location(String file) {
        return "file:" + root.resolve(file);
    }

    /**
     * Returns the files by their paths in the folder, with what only looks like one. A name that begins with a dot belongs
     * to an editor or to the mount.
     */
    Map<String, Stamp> stamps() {
        var stamps = new LinkedHashMap<String, Stamp>();
        try {
            Files.walkFileTree(root, Set.of(FOLLOW_LINKS), Integer.MAX_VALUE, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                    if (isHidden(path)) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    if (FileNames.isOfFile(path.toString())) {
                        add(path, Stamp.NO_FILE);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        add(
                                path,
                                new Stamp(
                                        attributes.size(),
                                        attributes.lastModifiedTime().toMillis()));
                    } else if (attributes.isSymbolicLink()) {
                        add(path, Stamp.NO_FILE);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
                    if (e instanceof FileSystemLoopException) {
                        add(path, Stamp.NO_FILE);
                        return FileVisitResult.CONTINUE;
                    }
                    if (e instanceof NoSuchFileException && !path.equals(root)) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }

                private void add(Path path, Stamp stamp) {
                    if (!isHidden(path)) {
                        stamps.putIfAbsent(root.relativize(path).toString().replace('\\', '/'), stamp);
                    }
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return stamps;
    }

    private boolean isHidden(Path path) {
        return !path.equals(root) && path.getFileName().toString().startsWith(".");
    }

    /**
     * Returns why a path is none of a file, or why the name of a file is wrong, or null.
     *
     * @param all files, which may mention this one
     */
    @Nullable
    String problem(String file, Set<String> all) {
        String noFile = problem(file);
        if (noFile != null) {
            return noFile;
        }
        String name = file.substring(file.lastIndexOf('/') + 1);
        return FileNames.problem(
                file, path -> all.stream().anyMatch(other -> !other.equals(path) && mentions(other, name)));
    }

    private @Nullable String problem(String file) {
        Path path = root.resolve(file);
        if (Files.isSymbolicLink(path) && !Files.isRegularFile(path)) {
            return Files.isDirectory(path)
                    ? "the link leads back into its own folder"
                    : "the link leads to no file that can be read";
        }
        return Files.isDirectory(path) ? "it is a folder, with the name of a file; rename or delete it" : null;
    }

    /** Version of a file. */
    record Stamp(long size, long modified) {

        /** Stamp of a link that leads to no file, or of a folder with the name of one. */
        private static final Stamp NO_FILE = new Stamp(-1, -1);

        /** Stamp of a file that was not taken, since its routes were busy. */
        static final Stamp BUSY = new Stamp(-2, -2);
    }
}
