package io.textonce.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.event.EventRejected;
import io.textonce.event.EventSchemas;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Description of the HTTP API as OpenAPI 3.1. The events of this installation, the user's included, and their schemas are
 * added to the description of everything else.
 */
@Component
final class OpenApi {

    private static final List<String> OTHER_SCHEMAS = List.of("verify-start", "verify-check");

    private final CamelContext camel;
    private final RouteSchemas routes;
    private final EventSchemas schemas;
    private final ObjectMapper json = new ObjectMapper();
    private final JsonNode base;

    OpenApi(CamelContext camel, RouteSchemas routes, EventSchemas schemas) throws IOException {
        this.camel = camel;
        this.routes = routes;
        this.schemas = schemas;
        try (var file = Objects.requireNonNull(OpenApi.class.getResourceAsStream("/openapi.yaml"))) {
            this.base = json.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(file));
        }
    }

    void write(Exchange exchange) throws JsonProcessingException {
        respond(exchange, "application/json", json.writeValueAsString(description()));
    }

    /** Responds with the JSON schema of the event in the path. */
    void writeSchema(Exchange exchange) throws JsonProcessingException {
        String event = exchange.getMessage().getHeader("event", String.class);
        var schema = event == null ? null : routes.schemaOf(event);
        if (schema == null) {
            throw new EventRejected(404, "unknown_event", "Unknown event, or one without a schema.");
        }
        respond(exchange, "application/schema+json", json.writeValueAsString(schema));
    }

    private static void respond(Exchange exchange, String type, String body) {
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, type);
        exchange.getMessage().setBody(body);
    }

    private JsonNode description() {
        ObjectNode description = base.deepCopy();
        var known = (ObjectNode) description.at("/components/schemas");
        var paths = (ObjectNode) description.get("paths");
        for (String name : OTHER_SCHEMAS) {
            known.set(name, schemas.of(EventSchemas.uriOf(name)).source());
        }
        for (String event : routes.events()) {
            known.set(event, schema(event));
            paths.putObject("/api/" + event + "-sms").set("post", operation(event));
        }
        ((ObjectNode) paths.at("/~1api~1events/post")).set("responses", responses());
        return description;
    }

    /** Returns the schema of an event; its id makes the references within it its own. */
    private ObjectNode schema(String event) {
        var schema = json.createObjectNode().put("$id", "/api/schemas/" + event);
        try {
            return schema.setAll((ObjectNode) Objects.requireNonNullElseGet(
                    routes.schemaOf(event), () -> json.createObjectNode().put("type", "object")));
        } catch (EventRejected broken) {
            return schema.put("type", "object");
        }
    }

    private ObjectNode operation(String event) {
        var operation = json.createObjectNode();
        operation.put("operationId", event);
        var route = camel.getRoute(RouteSchemas.EVENT + event);
        operation.put("summary", Objects.requireNonNullElse(route == null ? null : route.getDescription(), event));
        operation.putArray("tags").add("events");
        operation.putArray("parameters").addObject().put("$ref", "#/components/parameters/Preview");
        var body = operation.putObject("requestBody").put("required", true);
        body.putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + event);
        operation.set("responses", responses());
        return operation;
    }

    private ObjectNode responses() {
        var responses = json.createObjectNode();
        responses.putObject("200").put("$ref", "#/components/responses/Duplicate");
        responses.putObject("202").put("$ref", "#/components/responses/Accepted");
        responses.putObject("default").put("$ref", "#/components/responses/Problem");
        return responses;
    }
}
