package io.textonce.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.event.EventRejected;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Parts of the descriptions of interfaces: their bases, and the events of this installation with their schemas. */
@Component
final class Descriptions {

    /** Keywords whose value is no schema. */
    private static final Set<String> VALUES = Set.of("const", "default", "enum", "examples", "required");

    /** Keywords whose value has schemas by names. */
    private static final Set<String> NAMED = Set.of("$defs", "definitions", "patternProperties", "properties");

    private final CamelContext camel;
    private final RouteSchemas routes;

    Descriptions(CamelContext camel, RouteSchemas routes) {
        this.camel = camel;
        this.routes = routes;
    }

    /** Reads a resource of YAML or JSON. */
    ObjectNode base(String resource) throws IOException {
        try (var file = Objects.requireNonNull(Descriptions.class.getResourceAsStream(resource))) {
            return SharedBuffers.JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(file));
        }
    }

    List<String> events() {
        return List.copyOf(routes.events());
    }

    /** Returns what the route of an event does. */
    String summary(String event) {
        var route = camel.getRoute(RouteSchemas.EVENT + event);
        return Objects.requireNonNullElse(route == null ? null : route.getDescription(), event);
    }

    /** Returns the schema of an event; references within it are of the whole description, by which generators read them. */
    ObjectNode schema(String event) {
        var any = SharedBuffers.JSON.createObjectNode().put("type", "object");
        try {
            var schema = (ObjectNode) standard(Objects.requireNonNullElse(routes.schemaOf(event), any));
            schema.remove("$id");
            each(schema, part -> {
                String reference = part.path("$ref").asText();
                if (reference.matches("#(/.*)?")) {
                    part.put("$ref", "#/components/schemas/" + event + reference.substring(1));
                }
            });
            return schema;
        } catch (EventRejected broken) {
            return any;
        }
    }

    /** Returns a schema without the texts of the validator's errors, a keyword that other tools reject. */
    static JsonNode standard(JsonNode schema) {
        var copy = schema.deepCopy();
        each(copy, part -> part.remove("message"));
        return copy;
    }

    private static void each(JsonNode schema, Consumer<ObjectNode> edit) {
        if (schema instanceof ObjectNode object) {
            edit.accept(object);
        }
        schema.properties().forEach(keyword -> {
            if (NAMED.contains(keyword.getKey())) {
                keyword.getValue().forEach(part -> each(part, edit));
            } else if (!VALUES.contains(keyword.getKey())) {
                each(keyword.getValue(), edit);
            }
        });
        if (schema.isArray()) {
            schema.forEach(part -> each(part, edit));
        }
    }

    void respond(Exchange exchange, String type, JsonNode body) throws IOException {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, type);
        exchange.getMessage().setBody(SharedBuffers.JSON.writeValueAsString(body));
    }
}
