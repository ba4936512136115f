package io.textonce.console;

import io.textonce.event.EventRejected;
import io.textonce.http.ApiJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/** Parameters of a search over the API: of the address and, if it is posted, of the JSON body, which no proxy logs. */
final class SearchParameters {

    private SearchParameters() {}

    /** @throws EventRejected 400 if the body is not an object of plain values */
    static Map<String, String[]> of(Exchange exchange) {
        var request = DeliveryLookup.request(exchange);
        if (request.getMethod().equals("GET")) {
            return request.getParameterMap();
        }
        // Read first: the container takes the body of a form for parameters.
        var body = ApiJson.read(exchange);
        if (!body.isObject() && !body.isMissingNode()) {
            throw EventRejected.ofField("body", "must be a JSON object");
        }
        var parameters = new LinkedHashMap<>(request.getParameterMap());
        for (var member : body.properties()) {
            if (member.getValue().isContainerNode()) {
                throw EventRejected.ofField("body", "must have texts and numbers only");
            }
            parameters.merge(member.getKey(), new String[] {member.getValue().asText("")}, SearchParameters::both);
        }
        return parameters;
    }

    /** A parameter that is given twice is rejected where it is read. */
    private static String[] both(String[] one, String[] other) {
        return Stream.of(one, other).flatMap(Stream::of).toArray(String[]::new);
    }
}
