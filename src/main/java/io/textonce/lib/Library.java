package io.textonce.lib;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/** Library in the jar, by its coordinates. The build writes their list. */
record Library(String group, String name, String version) {

    /** A line such as {@code io.netty:netty-buffer:jar:4.1.137.Final:compile}, with or without a classifier. */
    private static final Pattern LINE =
            Pattern.compile("\\s*([\\w.-]+):([\\w.-]+):jar:(?:[\\w-]+:)?([\\w.+-]+):(compile|runtime)\\b.*");

    static List<Library> all() {
        try (var list = Objects.requireNonNull(Library.class.getResourceAsStream("/libraries.txt"), "libraries.txt")) {
            return new String(list.readAllBytes(), UTF_8)
                    .lines()
                    .map(LINE::matcher)
                    .filter(line -> line.matches())
                    .map(line -> new Library(line.group(1), line.group(2), line.group(3)))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
