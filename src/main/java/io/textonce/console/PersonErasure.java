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
    private final SearchBox box;
    private final AuditLog audit;

    PersonErasure(ProducerTemplate routes, SearchBox box, AuditLog audit) {
        this.routes = routes;
        this.box = box;
        this.audit = audit;
    }

    /** Returns the report of what was erased. */
    Map<?, ?> erase(String number, String who, String why) {
        try {
            String report = routes.requestBody("direct:data-erasure-person", number, String.class);
            audit.record(who, "erased", box.shown(number), null, why);
            return SharedBuffers.JSON.readValue(report, Map.class);
        } catch (CamelExecutionException e) {
            var rejection = Causes.find(EventRejected.class, e);
            throw rejection == null ? e : rejection;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
