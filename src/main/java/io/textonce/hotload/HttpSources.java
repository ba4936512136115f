package io.textonce.hotload;

import io.textonce.event.LineError;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Rule that user files open HTTP paths by the shipped kamelets alone: these authenticate callers, or leave it to a path
 * that the operator has opened, and let no header of a caller reach a component.
 */
final class HttpSources {

    private static final Pattern PLATFORM = Pattern.compile("(platform-http|rest)(:.*)?");

    private static final List<Paths> SOURCES = List.of(
            new Paths("/api/", "api-source"),
            new Paths("/twilio/", "twilio-webhook-source"),
            new Paths("/", "public-source"));

    private HttpSources() {}

    /** @throws LineError if a route, or the template of a kamelet, starts at such a component itself */
    static void check(@Nullable Node from) {
        var uri = YamlNodes.uri(from);
        var component = PLATFORM.matcher(uri == null ? "" : uri.getValue());
        if (component.matches()) {
            throw new LineError(
                    YamlNodes.line(uri),
                    component.group(1) + " is not allowed in a user file; a path under /api/ starts at"
                            + " kamelet:api-source, a webhook of Twilio at kamelet:twilio-webhook-source, a path that is"
                            + " open to everyone at kamelet:public-source");
        }
    }

    /** @throws IllegalArgumentException if another file opens the same path by the same kamelet */
    static void requireFree(ModelCamelContext camel, BundleFiles files, RouteFile file, RouteDefinition route) {
        var source = source(camel, route);
        if (source == null) {
            return;
        }
        camel.getRouteDefinitions().stream()
                .filter(other -> other.getResource() != null)
                .filter(other -> !other.getResource().getLocation().equals(file.location()))
                .filter(other -> source.equals(source(camel, other)))
                .findFirst()
                .ifPresent(other -> {
                    throw new IllegalArgumentException("the path " + source.path() + " is served by "
                            + files.nameOf(other.getResource().getLocation()) + " already; choose another");
                });
    }

    private static @Nullable Source source(ModelCamelContext camel, RouteDefinition route) {
        var call = KameletCall.of(camel, route.getInput().getEndpointUri());
        return SOURCES.stream()
                .filter(each -> each.kamelet.equals(call.kamelet()))
                .findFirst()
                .map(each -> new Source(each.prefix + call.parameter("path"), call.parameter("method")))
                .orElse(null);
    }

    /** Returns the kamelet by which a path is opened. */
    static String of(String path) {
        return SOURCES.stream()
                .filter(each -> path.startsWith(each.prefix))
                .findFirst()
                .orElseThrow()
                .kamelet;
    }

    /** @param prefix of the paths that the kamelet opens */
    private record Paths(String prefix, String kamelet) {}

    private record Source(String path, String method) {}
}
