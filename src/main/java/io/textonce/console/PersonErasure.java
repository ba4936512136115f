package io.textonce.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.event.EventRejected;
import io.textonce.peer.Causes;
import io.textonce.tuning.SharedBuffers;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** Erasure of a person for an operator, over the same route as {@code DELETE /api/people}. */
@Component
final class PersonErasure {

    private final ProducerTemplate routes;

    PersonErasure(ProducerTemplate routes) {
        this.routes = routes;
    }

    /** Returns the report of what was erased. The transaction of the erasure also records it. */
    Map<?, ?> erase(String number, String who, String why) {
        var exchange = routes.send("direct:data-erasure-person", sent -> {
            sent.getMessage().setBody(number);
            sent.setVariable("caller", who);
            sent.setVariable("reason", why);
        });
        var failure = exchange.getException();
        if (failure != null) {
            var rejection = Causes.find(EventRejected.class, failure);
            throw rejection == null ? new CamelExecutionException("The erasure failed", exchange, failure) : rejection;
        }
        try {
            return SharedBuffers.JSON.readValue(exchange.getMessage().getBody(String.class), Map.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
