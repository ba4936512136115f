package io.textonce.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Folders that Camel loads routes from: each that has a route file is in {@code camel.main.routes-include-pattern}. */
class RouteFoldersTest {

    private static final Path ROUTES = Path.of("routes");
    private static final Pattern FOLDER = Pattern.compile("\\$\\{textonce\\.home}/(?:([a-z]+)/)?\\*\\.camel\\.yaml");

    @Test
    void patternNamesEachFolderOfRouteFiles() throws IOException {
        String settings = Files.readString(Path.of("src/main/resources/application.yaml"));
        var loaded = FOLDER.matcher(settings)
                .results()
                .map(folder -> folder.group(1) == null ? "" : folder.group(1))
                .toList();

        try (var files = Files.walk(ROUTES)) {
            var folders = files.filter(file -> file.toString().endsWith(".camel.yaml"))
                    .map(file -> ROUTES.relativize(file.getParent()).toString())
                    .filter(folder -> !folder.equals("examples"))
                    .distinct();

            assertThat(loaded).containsExactlyInAnyOrderElementsOf(folders.toList());
        }
    }
}
