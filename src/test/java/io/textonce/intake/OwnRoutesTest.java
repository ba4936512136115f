package io.textonce.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnRoutesTest {

    private static final String ROUTE = """
            - route:
                id: event-order-late
                from:
                  uri: direct:event-order-late
                  steps:
                    - log: late
            """;

    @TempDir
    Path folder;

    @Test
    void loadsTheRoutesOfTheFolder() throws IOException {
        Files.writeString(folder.resolve("order-late.camel.yaml"), ROUTE);
        Files.writeString(folder.resolve("notes.txt"), "not a route");

        try (var context = new DefaultCamelContext()) {
            new OwnRoutes(folder.toString()).beforeApplicationStart(context);

            assertThat(context.getRouteDefinitions())
                    .extracting(route -> route.getRouteId())
                    .containsExactly("event-order-late");
        }
    }

    @Test
    void namesAFolderThatIsMissing() throws IOException {
        try (var context = new DefaultCamelContext()) {
            var routes = new OwnRoutes(folder.resolve("missing").toString());

            assertThatThrownBy(() -> routes.beforeApplicationStart(context)).hasMessageContaining("missing");
        }
    }

    @Test
    void namesTheFolderOfAFileThatIsWrong() throws IOException {
        Files.writeString(folder.resolve("wrong.camel.yaml"), "- route:\n    id: [");

        try (var context = new DefaultCamelContext()) {
            var routes = new OwnRoutes(folder.toString());

            assertThatThrownBy(() -> routes.beforeApplicationStart(context)).hasMessageContaining(folder.toString());
        }
    }

    @Test
    void needsNoFolder() throws IOException {
        try (var context = new DefaultCamelContext()) {
            new OwnRoutes("").beforeApplicationStart(context);

            assertThat(context.getRouteDefinitions()).isEmpty();
        }
    }
}
