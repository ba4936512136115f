package io.textonce.console;

import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;

/** The deliveries that a search finds, read over the route that the API reads them by. */
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
