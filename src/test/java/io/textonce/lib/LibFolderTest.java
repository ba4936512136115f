package io.textonce.lib;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may be in the folder {@code lib}, and the Maven project that fills it. */
class LibFolderTest {

    @TempDir
    Path folder;

    @Test
    void refusesAJarThatWouldReplaceANewerOne() throws Exception {
        String jackson = versionOf("jackson-databind");
        for (String name : List.of(
                "jackson-databind-2.9.10.8.jar",
                "netty-buffer-4.1.100.Final.jar",
                "jackson-core-" + jackson + ".jar",
                "logback-core-99.1.jar",
                "camel-kafka-1.0.0.jar",
                "own.jar")) {
            Files.createFile(folder.resolve(name));
        }

        assertThat(new LibFolder(List.of(folder, folder.resolve("none"))).problems())
                .containsExactly(
                        new LibFolder.Problem(
                                folder.resolve("jackson-databind-2.9.10.8.jar"),
                                "is older than the " + jackson + " that TextOnce has; remove it"),
                        new LibFolder.Problem(
                                folder.resolve("netty-buffer-4.1.100.Final.jar"),
                                "is older than the " + versionOf("netty-buffer") + " that TextOnce has; remove it"));
    }

    @Test
    void resolvesAllThatWasAddedTogetherAndNothingThatIsInTheJar() throws Exception {
        var shipped = Library.all();

        new LibProject(folder, shipped).add(List.of("camel-kafka"));
        Path file = new LibProject(folder, shipped).add(List.of("com.mysql:mysql-connector-j:9.1.0"));

        assertThat(Files.readString(file))
                .contains(
                        "<!-- org.apache.camel:camel-kafka:" + versionOf("camel-core-engine") + " -->",
                        "<artifactId>camel-kafka</artifactId>",
                        "<exclusion><groupId>org.apache.camel</groupId><artifactId>camel-support</artifactId>",
                        "<artifactId>netty-bom</artifactId><version>" + versionOf("netty-buffer"),
                        "<artifactId>mysql-connector-j</artifactId>\n      <version>9.1.0</version>");
        assertThat(LibProject.isValid("camel-kafka; rm")).isFalse();
    }

    private static String versionOf(String name) {
        return Library.all().stream()
                .filter(library -> library.name().equals(name))
                .findFirst()
                .orElseThrow()
                .version();
    }
}
