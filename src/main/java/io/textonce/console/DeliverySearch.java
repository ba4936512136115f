package io.textonce.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.io.Resource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.stereotype.Component;

/** Search of deliveries, over the same route as the API. */
@Component
final class DeliverySearch {

    private static final Logger LOG = LoggerFactory.getLogger(DeliverySearch.class);

    private static final int MOST_COUNTED = 10_000;

    /** The query of the route is the one place with the conditions; its unused columns are not computed. */
    private static final String TOTAL =
            "SELECT count(*) AS many, coalesce(sum(segments), 0) AS segments FROM (%s) AS found";

    private final ProducerTemplate routes;
    private final NamedParameterJdbcTemplate jdbc;
    private final String total;

    DeliverySearch(
            ProducerTemplate routes,
            ConsoleDatabase database,
            @Value("${textonce.home}/sql/delivery-find.sql") Resource find)
            throws IOException {
        this.routes = routes;
        this.jdbc = new NamedParameterJdbcTemplate(database.jdbc());
        this.total =
                TOTAL.formatted(find.getContentAsString(StandardCharsets.UTF_8).replace(":#", ":"));
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> find(Search search) {
        return routes.requestBody("direct:delivery-find", search.row(), List.class);
    }

    /** Returns the number of deliveries of a search and of their segments, counted up to a limit of rows and of time. */
    Total total(Search search) {
        try {
            return jdbc.queryForObject(
                    total,
                    search.bare(MOST_COUNTED).row(),
                    (row, number) -> new Total(row.getLong("many"), row.getLong("segments")));
        } catch (DataAccessException e) {
            LOG.debug("The deliveries of a search could not be counted", e);
            return Total.UNKNOWN;
        }
    }

    /** Number of deliveries and of their segments. */
    public record Total(long many, long segments) {

        static final Total UNKNOWN = new Total(-1, 0);

        /** Returns both for a page. */
        public String words() {
            if (equals(UNKNOWN)) {
                return "Not counted in time";
            }
            return many == MOST_COUNTED
                    ? "%,d messages or more".formatted(many)
                    : counted(many, "message") + ", " + counted(segments, "segment");
        }

        static String counted(long many, String noun) {
            return "%,d %s".formatted(many, many == 1 ? noun : noun + "s");
        }
    }
}
