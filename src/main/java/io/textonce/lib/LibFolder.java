package io.textonce.lib;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Folders of further jars, {@code lib} or those of {@code LOADER_PATH}. They may come first on the class path. */
public final class LibFolder {

    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[\\w.+-]*)\\.jar");

    private final List<Path> folders;

    LibFolder(List<Path> folders) {
        this.folders = folders;
    }

    public static LibFolder ofThisProcess() {
        String path = System.getProperty("loader.path", System.getenv().getOrDefault("LOADER_PATH", "lib"));
        return new LibFolder(Stream.of(path.split("[," + File.pathSeparator + "]"))
                .map(String::strip)
                .map(Path::of)
                .toList());
    }

    /** Returns a problem for each jar that would replace a newer library of the jar. */
    public List<Problem> problems() {
        var jars = jars();
        if (jars.isEmpty()) {
            return List.of();
        }
        Map<String, Library> shipped = Library.all().stream()
                .collect(Collectors.toMap(Library::name, Function.identity(), (one, other) -> one));
        var problems = new ArrayList<Problem>();
        for (Path jar : jars) {
            var named = JAR.matcher(jar.getFileName().toString());
            var library = named.matches() ? shipped.get(named.group(1)) : null;
            if (library != null && isOlder(named.group(2), library.version())) {
                problems.add(
                        new Problem(jar, "is older than the " + library.version() + " that TextOnce has; remove it"));
            }
        }
        return problems;
    }

    private static boolean isOlder(String version, String than) {
        try {
            return Version.parse(version).compareTo(Version.parse(than)) < 0;
        } catch (IllegalArgumentException e) {
            return !version.equals(than);
        }
    }

    List<Path> jars() {
        return folders.stream().flatMap(folder -> jars(folder).stream()).toList();
    }

    private static List<Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder to which jars are added. */
    Path first() {
        return folders.get(0);
    }

    /** @param reason why the jar may not be in the folder, as a predicate */
    public record Problem(Path jar, String reason) {}
}
