package io.textonce.routes;

import io.textonce.sandbox.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.util.FileSystemUtils;

/** Examples of user routes, each loaded into the running application for one test. */
abstract class ExampleCases {

    @Autowired
    CamelContext camel;

    /** Id of the route that the test loaded. */
    String loaded = "";

    /** Files that the test put into the integrator's folder. */
    Path copied = Path.of("target", "no-mappings");

    private Set<String> others = Set.of();

    @BeforeEach
    void noteKamelets() {
        others = kamelets();
    }

    /** Camel leaves the routes of the kamelets that a route used; one that starts at an HTTP path would keep it. */
    @AfterEach
    void unload(Sandbox sandbox) throws Exception {
        remove(loaded);
        for (String kamelet : kamelets()) {
            if (!others.contains(kamelet)) {
                remove(kamelet);
            }
        }
        FileSystemUtils.deleteRecursively(copied);
    }

    private void remove(String route) throws Exception {
        camel.getRouteController().stopRoute(route);
        camel.removeRoute(route);
    }

    private Set<String> kamelets() {
        return camel.getRoutes().stream()
                .filter(Route::isCreatedByKamelet)
                .map(Route::getRouteId)
                .collect(Collectors.toSet());
    }

    /** Copies a folder of the examples to where an integrator copies it. */
    void copy(Sandbox sandbox, String folder) throws IOException {
        copied = sandbox.routes().resolve(folder);
        FileSystemUtils.copyRecursively(Path.of("routes/examples", folder), copied);
    }

    void load(String file, String route) throws Exception {
        loaded = route;
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(camel, "file:" + Path.of(file)));
    }

    /** @param edit what the test has in another place than an integrator */
    void loadExample(String file, UnaryOperator<String> edit) throws Exception {
        Path path = Path.of(file);
        String name = path.getFileName().toString();
        loaded = name.replace(".camel.yaml", "");
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString(name, edit.apply(Files.readString(path))));
    }

    /** What the table of dead letters holds of a route. */
    static List<String> kept(Sandbox sandbox, String route) {
        return sandbox.database()
                .query(
                        "SELECT body FROM textonce.dead_letters WHERE route = ?",
                        (row, n) -> new String(row.getBytes("body"), StandardCharsets.UTF_8),
                        route);
    }
}
