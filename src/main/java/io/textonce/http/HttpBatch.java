package io.textonce.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.textonce.event.EventName;
import io.textonce.event.EventRejected;
import io.textonce.event.IdempotencyKey;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/** Array of events in one request: each is accepted or rejected by itself, and has its own response. */
@Component
final class HttpBatch implements AggregationStrategy {

    private static final Pattern PATH = Pattern.compile("/api/(" + EventName.PATTERN + ")-sms/batch");

    /** Maximum number of events, so that the response comes before callers give up. */
    private static final int MOST = 100;

    private final HttpResponses responses;
    private final ObjectMapper json;

    HttpBatch(HttpResponses responses, @Qualifier("eventJson") ObjectMapper json) {
        this.responses = responses;
        this.json = json;
    }

    /** Sets the event's name from the path, and the events of the array as the body. */
    void read(Exchange exchange) {
        var request = HttpResponses.event(exchange, PATH);
        PreviewParameter.reject(request);
        IdempotencyKey.reject(request.getHeader(IdempotencyKey.HEADER), "the events of an array have ids of their own");
        responses.body(exchange);
        exchange.getMessage().setBody(events(exchange.getMessage().getBody(byte[].class)));
    }

    List<byte[]> events(byte[] body) {
        try {
            var array = json.readTree(body);
            if (!array.isArray() || array.isEmpty() || array.size() > MOST) {
                throw EventRejected.ofField("body", "must be an array of 1 to " + MOST + " events");
            }
            var events = new ArrayList<byte[]>();
            for (var event : array) {
                events.add(json.writeValueAsBytes(event));
            }
            return events;
        } catch (IOException e) {
            throw EventRejected.ofField("body", "is not valid JSON or has a duplicate key");
        }
    }

    /** Adds the response of an event. The splitter calls in the order of the events. */
    @Override
    public Exchange aggregate(@Nullable Exchange before, Exchange one) {
        ArrayNode answers =
                before == null ? SharedBuffers.JSON.createArrayNode() : before.getVariable("answers", ArrayNode.class);
        var message = one.getMessage();
        try {
            answers.addObject()
                    .put("status", message.getHeader(Exchange.HTTP_RESPONSE_CODE, 500, Integer.class))
                    .set("body", SharedBuffers.JSON.readTree(message.getBody(byte[].class)));
        } catch (IOException e) {
            throw new IllegalStateException("A response is not JSON", e);
        }
        one.setVariable("answers", answers);
        // Otherwise a failure that was responded to would end the request.
        one.getExchangeExtension().setErrorHandlerHandled(null);
        return one;
    }

    /** Responds with the responses, in the order of the events. */
    void answer(Exchange exchange) throws JsonProcessingException {
        var answers = exchange.getVariable("answers", ArrayNode.class);
        HttpResponses.write(exchange, 200, "application/json", SharedBuffers.JSON.writeValueAsBytes(answers));
    }
}
