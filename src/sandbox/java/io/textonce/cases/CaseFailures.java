package io.textonce.cases;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.http.Problem;
import io.textonce.peer.Causes;
import io.textonce.privacy.PersonalDataMask;
import io.textonce.twilio.TwilioFailure;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;

/**
 * Failures of the routes while a case runs: the reasons of rejections, and the steps of unexpected errors. They have no
 * number and no text of a message; the messages of other exceptions might.
 */
final class CaseFailures extends EventNotifierSupport implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final CamelContext camel;
    private final Set<String> reasons = new LinkedHashSet<>();

    CaseFailures(CamelContext camel) {
        this.camel = camel;
        setIgnoreCamelContextEvents(true);
        start();
        camel.getManagementStrategy().addEventNotifier(this);
        camel.getCamelContextExtension().setEventNotificationApplicable(true);
    }

    /** Adds the reason of a response that is a problem; of an internal error it has none. */
    synchronized void add(HttpResponse<String> answer) {
        if (answer.statusCode() < 400 || answer.statusCode() == 500) {
            return;
        }
        JsonNode problem;
        try {
            problem = JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            problem = JSON.createObjectNode();
        }
        var details = new ArrayList<String>();
        problem.path("details")
                .properties()
                .forEach(field -> details.add(field.getKey() + ": "
                        + String.join(
                                ", ",
                                StreamSupport.stream(field.getValue().spliterator(), false)
                                        .map(JsonNode::asText)
                                        .toList())));
        add(
                answer.statusCode(),
                problem.path("error").asText(),
                details.isEmpty() ? problem.path("detail").asText() : String.join("; ", details));
    }

    private void add(int status, String error, String reason) {
        reasons.add(PersonalDataMask.mask((status + " " + error).strip() + (reason.isEmpty() ? "" : ": " + reason)));
    }

    @Override
    public synchronized void notify(CamelEvent event) {
        if (event instanceof CamelEvent.ExchangeFailedEvent
                || event instanceof CamelEvent.ExchangeFailureHandlingEvent) {
            add(((CamelEvent.ExchangeEvent) event).getExchange());
        }
    }

    private void add(Exchange failed) {
        Throwable cause = failed.getException() == null
                ? failed.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)
                : failed.getException();
        if (cause == null || Causes.find(TwilioFailure.class, cause) != null) {
            return;
        }
        var rejection = Problem.rejection(cause);
        if (rejection != null) {
            add(rejection.httpStatus(), rejection.error(), rejection.reason());
        } else if (!Problem.of(cause).retryLater()) {
            reasons.add("step " + failed.getExchangeExtension().getHistoryNodeId() + ": " + unexpected(cause));
        }
    }

    private static String unexpected(Throwable thrown) {
        var query = Causes.find(JsonQueryException.class, thrown);
        if (query != null) {
            return PersonalDataMask.mask("jq: "
                    + String.valueOf(query.getMessage())
                            .replaceAll("\\s*\\([^)]*\\)|\"[^\"]*\"", "")
                            .strip());
        }
        Throwable deepest = thrown;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return deepest.getClass().getSimpleName();
    }

    synchronized List<String> reasons() {
        return List.copyOf(reasons);
    }

    @Override
    public void close() {
        camel.getManagementStrategy().removeEventNotifier(this);
    }
}
