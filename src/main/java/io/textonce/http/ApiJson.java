package io.textonce.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.event.EventRejected;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import org.apache.camel.Exchange;

/** JSON of the operator API: the bodies of its requests, and responses that no cache keeps. */
public final class ApiJson {

    private ApiJson() {}

    /**
     * Returns the body of a request; without a body, a node without members.
     *
     * @throws EventRejected 400 if it is not JSON
     */
    public static JsonNode read(Exchange exchange) {
        byte[] body = exchange.getMessage().getBody(byte[].class);
        try {
            return SharedBuffers.JSON.readTree(body == null ? new byte[0] : body);
        } catch (IOException e) {
            throw EventRejected.ofField("body", "is not JSON");
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
