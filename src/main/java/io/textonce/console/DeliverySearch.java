package io.textonce.console;

import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** Search of deliveries, over the same route as the API. */
@Component
final class DeliverySearch {

    private final ProducerTemplate routes;

    DeliverySearch(ProducerTemplate routes) {
        this.routes = routes;
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> find(Search search) {
        return routes.requestBody("direct:delivery-find", search.row(), List.class);
    }
}
