package io.textonce.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.event.EventRejected;
import io.textonce.event.EventSchemas;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.springframework.stereotype.Component;

/**
 * Description of the HTTP API as OpenAPI 3.1. The events of this installation, the user's included, and their schemas are
 * added to the description of everything else.
 */
@Component
final class OpenApi {

    private static final List<String> OTHER_SCHEMAS = List.of("verify-start", "verify-check");

    private final Descriptions descriptions;
    private final RouteSchemas routes;
    private final EventSchemas schemas;
    private final ObjectNode base;

    OpenApi(Descriptions descriptions, RouteSchemas routes, EventSchemas schemas) throws IOException {
        this.descriptions = descriptions;
        this.routes = routes;
        this.schemas = schemas;
        this.base = descriptions.base("/openapi.yaml");
    }

    void write(Exchange exchange) throws IOException {
        descriptions.respond(exchange, "application/json", description(exchange));
    }

    /** Responds with the JSON schema of the event in the path. */
    void writeSchema(Exchange exchange) throws IOException {
        String event = exchange.getMessage().getHeader("event", String.class);
        var schema = event == null ? null : routes.schemaOf(event);
        if (schema == null) {
            throw new EventRejected(404, "unknown_event", "Unknown event, or one without a schema.");
        }
        descriptions.respond(exchange, "application/schema+json", schema);
    }

    private JsonNode description(Exchange exchange) {
        ObjectNode description = base.deepCopy();
        var request = exchange.getMessage(PlatformHttpMessage.class).getRequest();
        ((ObjectNode) description.at("/servers/0")).put("url", request.getContextPath() + "/");
        var known = (ObjectNode) description.at("/components/schemas");
        var paths = (ObjectNode) description.get("paths");
        for (String name : OTHER_SCHEMAS) {
            known.set(
                    name,
                    Descriptions.standard(schemas.of(EventSchemas.uriOf(name)).source()));
        }
        for (String event : descriptions.events()) {
            known.set(event, descriptions.schema(event));
            paths.putObject("/api/" + event + "-sms").set("post", operation(event));
        }
        ((ObjectNode) paths.at("/~1api~1events/post")).set("responses", responses());
        return description;
    }

    private ObjectNode operation(String event) {
        var operation = SharedBuffers.JSON.createObjectNode();
        operation.put("operationId", event);
        operation.put("summary", descriptions.summary(event));
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
        var responses = SharedBuffers.JSON.createObjectNode();
        responses.putObject("200").put("$ref", "#/components/responses/Duplicate");
        responses.putObject("202").put("$ref", "#/components/responses/Accepted");
        responses.putObject("default").put("$ref", "#/components/responses/Problem");
        return responses;
    }
}
