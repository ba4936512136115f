package io.textonce.lint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a route reads or writes.
 *
 * @param kind of the step, such as {@code to}, or {@code from}
 */
record Endpoint(String kind, String uri, JsonNode parameters) {

    /** All endpoints below a node, in order. */
    static List<Endpoint> below(JsonNode node) {
        var found = new ArrayList<Endpoint>();
        RouteFile.objects(node, (kind, object) -> {
            if (object.path("uri").isTextual()) {
                var parameters =
                        object.has("parameters") ? object.get("parameters") : JsonNodeFactory.instance.objectNode();
                found.add(new Endpoint(kind, object.get("uri").textValue(), parameters));
            }
        });
        return found;
    }

    String scheme() {
        int colon = uri.indexOf(':');
        return colon < 0 ? uri : uri.substring(0, colon);
    }

    /** What follows the scheme, or the parameter that stands for it. */
    String target() {
        int colon = uri.indexOf(':');
        if (colon >= 0) {
            return uri.substring(colon + 1);
        }
        return switch (uri) {
            case "direct" -> parameters.path("name").asText();
            case "platform-http" -> parameters.path("path").asText();
            case "jms" -> parameters.path("destinationName").asText();
            case "file" -> parameters.path("directoryName").asText();
            case "sql" -> parameters.path("query").asText();
            case "json-validator", "mustache" -> parameters.path("resourceUri").asText();
            default -> "";
        };
    }

    /** As a cell of docs/routes.md. */
    String words() {
        return switch (scheme()) {
            case "platform-http" -> "`" + parameters.path("httpMethodRestrict").asText() + " " + target() + "`";
            case "kamelet" ->
                switch (target()) {
                    case "twilio-webhook-source" ->
                        "`POST /twilio/" + parameters.path("path").asText() + "`";
                    case "due-source" -> "every `textonce.due.poll-interval`";
                    case "api-source" ->
                        "`" + parameters.path("method").asText("GET") + " /api/"
                                + parameters.path("path").asText() + "`";
                    default -> "`" + uri + "`";
                };
            case "scheduler" -> "every `" + parameters.path("delay").asText().replaceAll("[{}]", "") + "`";
            case "jms", "file" -> scheme() + " `" + target().replace("{{", "").replace("}}", "") + "`";
            case "sql" -> "`" + fileName() + "`";
            default -> "`" + scheme() + ":" + target() + "`";
        };
    }

    private String fileName() {
        return target().substring(target().lastIndexOf('/') + 1);
    }
}
