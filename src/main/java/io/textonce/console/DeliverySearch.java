package io.textonce.console;

import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.springframework.stereotype.Component;

/** Search of deliveries, over the same route as the API. */
@Component
final class DeliverySearch {

    private static final int MOST_COUNTED = 10_000;

    private final ProducerTemplate routes;

    DeliverySearch(ProducerTemplate routes) {
        this.routes = routes;
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> find(Search search) {
        return routes.requestBody("direct:delivery-find", search.row(), List.class);
    }

    /** Returns the number of deliveries of a search and of their segments, counted up to a limit. */
    @SuppressWarnings("unchecked")
    Total total(Search search) {
        List<Map<String, Object>> rows = routes.requestBody(
                "direct:delivery-find-total", search.bare(MOST_COUNTED).row(), List.class);
        return new Total(
                ((Number) rows.get(0).get("many")).longValue(),
                ((Number) rows.get(0).get("segments")).longValue());
    }

    /** Number of deliveries and of their segments. */
    public record Total(long many, long segments) {

        /** Returns both for a page. */
        public String words() {
            return many == MOST_COUNTED
                    ? "%,d messages or more".formatted(many)
                    : counted(many, "message") + ", " + counted(segments, "segment");
        }

        static String counted(long many, String noun) {
            return "%,d %s".formatted(many, many == 1 ? noun : noun + "s");
        }
    }
}
