package io.textonce.lib;

import io.textonce.privacy.CommandConsole;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Command {@code add}: fills the folder {@code lib} with a component of Camel, in the version of the others, and what it
 * needs and the jar lacks. Maven downloads it, by the repositories and the proxy of its own settings.
 */
public final class AddLibraries {

    public static final String COMMAND = "add";

    private static final String COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

    private AddLibraries() {}

    /** Returns the exit code. */
    public static int run(String... args) {
        var names = Stream.of(args).filter(name -> !name.equals(COMMAND)).toList();
        if (names.isEmpty() || !names.stream().allMatch(LibProject::isValid)) {
            System.err.println("add needs names of Camel's components, such as camel-kafka, or GROUP:NAME:VERSION");
            return CommandConsole.USAGE;
        }
        try {
            return add(names, LibFolder.ofThisProcess());
        } catch (IOException e) {
            System.err.println("Nothing was added: " + e.getMessage());
            return CommandConsole.FINDINGS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CommandConsole.FINDINGS;
        }
    }

    private static int add(List<String> names, LibFolder lib) throws IOException, InterruptedException {
        Path folder = lib.first();
        Path project = new LibProject(folder, Library.all()).add(names);
        var command =
                List.of("-B", "-q", "-f", project.toString(), COPY, "-DincludeScope=runtime", "-DoutputDirectory=.");
        String maven = maven();
        if (maven == null) {
            System.err.println("Maven is not on the PATH. Where it is, complete " + folder + " with: mvn "
                    + String.join(" ", command));
            return CommandConsole.FINDINGS;
        }
        var before = lib.jars();
        var all = new ArrayList<>(List.of(maven));
        all.addAll(command);
        if (new ProcessBuilder(all).inheritIO().start().waitFor() != 0) {
            System.err.println("Maven could not add " + String.join(", ", names));
            return CommandConsole.FINDINGS;
        }
        var added = new ArrayList<>(lib.jars());
        added.removeAll(before);
        System.out.println("Added to " + folder + ": "
                + added.stream().map(jar -> jar.getFileName().toString()).collect(Collectors.joining(", ")));
        var problems = lib.problems();
        problems.forEach(problem -> System.err.println(problem.jar() + " " + problem.reason()));
        return problems.isEmpty() ? CommandConsole.OK : CommandConsole.FINDINGS;
    }

    private static @Nullable String maven() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            for (String name : new String[] {"mvn.cmd", "mvn"}) {
                Path file = Path.of(folder, name);
                if (Files.isExecutable(file)) {
                    return file.toString();
                }
            }
        }
        return null;
    }
}
