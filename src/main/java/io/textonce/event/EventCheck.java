package io.textonce.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.jsonvalidator.JsonValidationException;
import org.jspecify.annotations.Nullable;

/**
 * Validation of an event against its schema; what passes is left in the body as a map. Null in an optional field counts
 * as absent, and the eventId has one spelling. The kamelet {@code event-check-action} makes one of its parameter when a
 * route file is loaded, so that a missing schema is reported then and not with the first event.
 */
public final class EventCheck implements Processor {

    /** Variable with the fields of an event as they came, for the record of its rejection. */
    public static final String FIELDS = "eventFields";

    private @Nullable EventSchemas schemas;
    private @Nullable ObjectMapper json;
    private @Nullable String name;
    private @Nullable EventSchema schema;

    public void setSchemas(EventSchemas schemas) {
        this.schemas = schemas;
        find();
    }

    public void setJson(ObjectMapper json) {
        this.json = json;
    }

    public void setSchema(String name) {
        this.name = name;
        find();
    }

    private void find() {
        if (schemas != null && name != null) {
            schema = schemas.of(EventSchemas.uriOf(name));
        }
    }

    @Override
    public void process(Exchange exchange) throws JsonProcessingException, JsonValidationException {
        if (schema == null || json == null) {
            throw new IllegalStateException("event-check-action has no schema");
        }
        var version = schema.version();
        JsonNode event;
        try {
            event = read(exchange, json);
        } catch (IOException e) {
            throw new JsonValidationException(exchange, version.compiled(), e);
        }
        if (!(event instanceof ObjectNode fields)) {
            throw EventRejected.ofField("body", "must be a JSON object");
        }
        if (fields.path("eventId").isTextual()) {
            fields.put("eventId", Identifier.of("eventId", fields.get("eventId").textValue()));
        }
        exchange.setVariable(FIELDS, fields);
        version.fields().check(fields);
        var errors = version.compiled().validate(fields);
        if (!errors.isEmpty()) {
            throw new JsonValidationException(exchange, version.compiled(), errors);
        }
        if (version.reference() != null && fields.path(version.reference()).isValueNode()) {
            exchange.setVariable("reference", fields.get(version.reference()).asText());
        }
        exchange.getMessage().setBody(json.treeToValue(fields, Map.class));
    }

    private static @Nullable JsonNode read(Exchange exchange, ObjectMapper json) throws IOException {
        var body = exchange.getMessage().getBody();
        if (body instanceof Map<?, ?> map) {
            return json.valueToTree(map);
        }
        byte[] bytes = exchange.getMessage().getBody(byte[].class);
        return bytes == null ? null : json.readTree(bytes);
    }
}
