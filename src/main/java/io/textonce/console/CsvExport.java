package io.textonce.console;

import io.textonce.privacy.CsvCell;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
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

    /** Rows that are read at once. */
    static final int PAGE = 500;

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
        respond(exchange, AS_FILE, stream(lookup.search(exchange, "exported")));
    }

    InputStream stream(Search search) {
        var first = search.bare(PAGE);
        return stream(
                COLUMNS, last -> deliveries.find(last == null ? first : first.after((UUID) last.get("id"), PAGE)));
    }

    /** Responds with a file. */
    static void respond(Exchange exchange, String disposition, InputStream csv) {
        var message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, MEDIA_TYPE);
        message.setHeader("Content-Disposition", disposition);
        message.setHeader("Cache-Control", "no-store");
        message.setBody(csv);
    }

    /**
     * Streams rows with a header.
     *
     * @param page the rows that follow a row, or the first ones if it is null: {@link #PAGE}, unless they are the last
     */
    static InputStream stream(
            List<String> columns, Function<@Nullable Map<String, Object>, List<Map<String, Object>>> page) {
        var pages = new Pages(columns, page);
        return new SequenceInputStream(pages) {
            /** Ends the pages first: the library reads all that are left, for a reader who is gone. */
            @Override
            public void close() throws IOException {
                pages.more = false;
                super.close();
            }
        };
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

    private static final class Pages implements Enumeration<InputStream> {

        private final List<String> columns;
        private final Function<@Nullable Map<String, Object>, List<Map<String, Object>>> page;
        private @Nullable Map<String, Object> last;
        private boolean more = true;

        Pages(List<String> columns, Function<@Nullable Map<String, Object>, List<Map<String, Object>>> page) {
            this.columns = columns;
            this.page = page;
        }

        @Override
        public boolean hasMoreElements() {
            return more;
        }

        @Override
        public InputStream nextElement() {
            var lines = new StringBuilder();
            if (last == null) {
                lines.append(String.join(",", columns)).append("\r\n");
            }
            var rows = page.apply(last);
            rows.forEach(row -> lines.append(row(columns.stream().map(row::get).toArray())));
            more = rows.size() == PAGE;
            if (more) {
                last = rows.get(PAGE - 1);
            }
            return new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
