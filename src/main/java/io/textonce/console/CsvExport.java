package io.textonce.console;

import io.textonce.privacy.CsvCell;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * CSV export of deliveries (RFC 4180), written while it is read: one page of rows in memory at a time, and no database
 * connection held in between. A cell that a spreadsheet would run as a formula gets a leading apostrophe
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
@Component
final class CsvExport {

    static final String MEDIA_TYPE = "text/csv; charset=utf-8";
    static final String AS_FILE = "attachment; filename=\"deliveries.csv\"";

    private static final int PAGE = 500;

    private static final List<String> COLUMNS = List.of(
            "id",
            "event",
            "event_id",
            "reference",
            "source",
            "client",
            "purpose",
            "consent_at",
            "phone_masked",
            "country",
            "sender",
            "status",
            "attempt",
            "message_sid",
            "error_code",
            "reason",
            "due_at",
            "created_at",
            "updated_at");

    private final DeliverySearch deliveries;
    private final DeliveryLookup lookup;

    CsvExport(DeliverySearch deliveries, DeliveryLookup lookup) {
        this.deliveries = deliveries;
        this.lookup = lookup;
    }

    void export(Exchange exchange) {
        var search = lookup.search(exchange, "exported");
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, MEDIA_TYPE);
        message.setHeader("Content-Disposition", AS_FILE);
        message.setHeader("Cache-Control", "no-store");
        message.setBody(stream(search));
    }

    InputStream stream(Search search) {
        return new SequenceInputStream(new Pages(search.bare(PAGE)));
    }

    static String line(Map<String, Object> row) {
        return row(COLUMNS.stream().map(row::get).toArray());
    }

    /** Returns a row with these cells. */
    static String row(@Nullable Object... cells) {
        return Arrays.stream(cells).map(CsvExport::cell).collect(Collectors.joining(",", "", "\r\n"));
    }

    private static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text = value instanceof java.sql.Timestamp at ? at.toInstant().toString() : value.toString();
        return '"' + CsvCell.plain(text).replace("\"", "\"\"") + '"';
    }

    private final class Pages implements Enumeration<InputStream> {

        private Search search;
        private boolean begun;
        private boolean more = true;

        Pages(Search search) {
            this.search = search;
        }

        @Override
        public boolean hasMoreElements() {
            return more;
        }

        @Override
        public InputStream nextElement() {
            var lines = new StringBuilder();
            if (!begun) {
                lines.append(String.join(",", COLUMNS)).append("\r\n");
                begun = true;
            }
            var rows = deliveries.find(search);
            rows.forEach(row -> lines.append(line(row)));
            more = rows.size() == PAGE;
            if (more) {
                search = search.after((UUID) rows.get(PAGE - 1).get("id"), PAGE);
            }
            return new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
