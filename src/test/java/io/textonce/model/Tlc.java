package io.textonce.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** TLC, the model checker, in a process of its own: its classes keep what they parsed in static fields. */
final class Tlc {

    static final Path MODEL = Path.of("docs/model");

    /** An archive of its loaded classes, which the first check makes: each of the others starts in half of the time. */
    private static final Path CLASSES = Path.of("target", "tlc.jsa");

    private static final Pattern DISTINCT = Pattern.compile(
            "^\\d+ states generated, (\\d+) distinct states found, 0 states left on queue", Pattern.MULTILINE);
    private static final Pattern VIOLATED = Pattern.compile(
            "^Error: (?:Invariant|Action property) (\\w+) is violated|^Error: Temporal (properties)",
            Pattern.MULTILINE);
    private static final Pattern ACTION = Pattern.compile("^State \\d+: <(\\w+)", Pattern.MULTILINE);

    private final Path directory;

    /** @param directory for what TLC writes */
    Tlc(Path directory) {
        this.directory = directory;
    }

    /** Checks the model with a configuration, by one worker: then a counter-example is the shortest, and always the same. */
    Checked check(String configuration) throws IOException, InterruptedException {
        Files.copy(MODEL.resolve("TextOnce.tla"), directory.resolve("TextOnce.tla"));
        Files.writeString(directory.resolve("TextOnce.cfg"), configuration);
        var output = directory.resolve("output");
        int exit = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx1g",
                        (Files.exists(CLASSES) ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=")
                                + CLASSES.toAbsolutePath(),
                        "-Xlog:cds=off",
                        "-Xlog:cds+dynamic=off",
                        "-cp",
                        jar(),
                        "tlc2.TLC",
                        "-workers",
                        "1",
                        "-lncheck",
                        "final",
                        "TextOnce")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        return Checked.read(exit, Files.readString(output, UTF_8));
    }

    private static String jar() {
        return Path.of(tlc2.TLC
                        .class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
    }

    /**
     * Result of a check.
     *
     * @param violated promise, or null where all are kept
     * @param actions of the counter-example, but for those that only let time pass
     * @param states distinct ones, all of which were visited; 0 where the check ended before that
     * @param output of TLC
     */
    record Checked(@Nullable String violated, List<String> actions, int states, String output) {

        private static Checked read(int exit, String output) {
            var violated = VIOLATED.matcher(output);
            var states = DISTINCT.matcher(output);
            String promise = violated.find() ? violated.group(1) == null ? "Ends" : violated.group(1) : null;
            if (exit != 0 && promise == null) {
                throw new IllegalStateException("TLC ended with " + exit + ": " + output);
            }
            return new Checked(
                    promise,
                    ACTION.matcher(output)
                            .results()
                            .map(state -> state.group(1))
                            .filter(action -> !action.equals("Tick"))
                            .toList(),
                    states.find() ? Integer.parseInt(states.group(1)) : 0,
                    output);
        }
    }
}
