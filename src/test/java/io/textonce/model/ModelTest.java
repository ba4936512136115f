package io.textonce.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.textonce.sandbox.ProofSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The model in docs/model keeps its promises in every configuration of its README, and breaks the named one in each
 * mutant, by the steps that the README shows. A promise that no mutant breaks would prove nothing.
 */
class ModelTest {

    private static final Pattern GUARD = Pattern.compile("\"(\\w+)\"");
    private static final Pattern PROMISES = Pattern.compile("(INVARIANTS|PROPERTIES) (.*)");

    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> keepsItsPromises() throws IOException {
        return rows("## Configurations")
                .filter(row -> Boolean.getBoolean("model.large") || !row.get(0).equals("large"))
                .map(row -> dynamicTest(row.get(0), () -> {
                    var checked = check(row.get(0), configuration(row.get(0)));

                    assertThat(checked.violated()).as(checked.output()).isNull();
                    assertThat(checked.states()).isGreaterThanOrEqualTo(Integer.parseInt(row.get(2)));
                }));
    }

    /** For each promise the first mutant that breaks it; with {@code -Pproof} all. */
    @Tag("slow")
    @TestFactory
    Stream<DynamicTest> eachMutantBreaksItsPromise() throws IOException {
        var seen = new HashSet<String>();
        return rows("## Mutants")
                .filter(row -> seen.add(row.get(3)) || ProofSize.LARGE)
                .map(row -> dynamicTest(row.get(0), () -> {
                    String promise = row.get(3);
                    String mutant = only(promise, set(configuration(row.get(1)), row.get(2)));

                    var checked = check(row.get(0), mutant);

                    assertThat(checked.violated()).as(checked.output()).isEqualTo(promise);
                    if (!row.get(5).equals("-")) {
                        assertThat(String.join(" ", checked.actions())).isEqualTo("Initial " + row.get(5));
                    }
                }));
    }

    @Test
    void eachGuardHasAMutant() throws IOException {
        String model = Files.readString(Tlc.MODEL.resolve("TextOnce.tla"));
        String guards = model.substring(model.indexOf("Guards == {"), model.indexOf("On(guard)"));

        var off = rows("## Mutants").map(row -> row.get(2)).collect(Collectors.joining());

        assertThat(quoted(off)).containsAll(quoted(guards));
    }

    @Test
    void eachConfigurationIsInTheReadme() throws IOException {
        try (var files = Files.list(Tlc.MODEL)) {
            var configurations = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cfg"))
                    .map(name -> name.replace(".cfg", ""));

            assertThat(rows("## Configurations").map(row -> row.get(0)))
                    .containsExactlyInAnyOrderElementsOf(configurations.toList());
        }
    }

    private Tlc.Checked check(String name, String configuration) throws IOException, InterruptedException {
        return new Tlc(Files.createTempDirectory(directory, name.replaceAll("\\W+", "-"))).check(configuration);
    }

    private static String configuration(String name) throws IOException {
        return Files.readString(Tlc.MODEL.resolve(name + ".cfg"));
    }

    /** @param assignment as in a configuration, e.g. {@code Window = 1} */
    private static String set(String configuration, String assignment) {
        String constant = assignment.split(" ", 2)[0];
        String changed = configuration.replaceFirst("(?m)^    " + constant + " = .*$", "    " + assignment);
        assertThat(changed).isNotEqualTo(configuration);
        return changed;
    }

    /** The configuration with one of its promises. */
    private static String only(String promise, String configuration) {
        return PROMISES.matcher(configuration)
                .replaceAll(line ->
                        List.of(line.group(2).split(" ")).contains(promise) ? line.group(1) + " " + promise : "");
    }

    private static Stream<List<String>> rows(String section) throws IOException {
        return Files.readString(Tlc.MODEL.resolve("README.md"))
                .split("\n" + section + "\n", 2)[1]
                .split("\n## ", 2)[0]
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList());
    }

    private static List<String> quoted(String text) {
        return GUARD.matcher(text).results().map(guard -> guard.group(1)).toList();
    }
}
