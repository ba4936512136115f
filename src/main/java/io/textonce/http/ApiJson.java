package io.textonce.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.textonce.event.EventRejected;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** JSON of the operator API: the bodies of its requests, and responses that no cache keeps. */
public final class ApiJson {

    private ApiJson() {}

    /**
     * Returns the body of a request; without a body, a node without members.
     *
     * @throws EventRejected 400 if it is not JSON, or has a duplicate key or more than one value
     */
    public static JsonNode read(Exchange exchange) {
        return read(exchange.getMessage().getBody(byte[].class));
    }

    /** Returns the body of a request, as {@link #read(Exchange)}. */
    public static JsonNode read(byte @Nullable [] body) {
        try {
            return body == null || body.length == 0 ? MissingNode.getInstance() : SharedBuffers.STRICT.readTree(body);
        } catch (IOException e) {
            throw EventRejected.ofField("body", "is not JSON, or has a duplicate key or more than one value");
        }
    }

    /** Responds 200 with a body, a node or a map. */
    public static void respond(Exchange exchange, Object body) {
        try {
            HttpResponses.write(exchange, 200, "application/json", SharedBuffers.JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        exchange.getMessage().setHeader("Cache-Control", "no-store");
    }
}
