package io.textonce.message;

import io.textonce.event.EventRejected;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Media of an MMS: the web addresses in a field of the event, from which Twilio fetches them. */
final class MediaUrls {

    /** Twilio's limit. */
    private static final int MOST = 10;

    private static final int LONGEST = 2000;

    private MediaUrls() {}

    /**
     * Returns the addresses in a field, which has one or a list of them.
     *
     * @param field or null for an event without media
     */
    static List<String> of(@Nullable String field, Map<?, ?> event) {
        Object value = field == null ? null : event.get(field);
        if (value == null) {
            return List.of();
        }
        var values = value instanceof List<?> list ? list : List.of(value);
        if (values.size() > MOST || !values.stream().allMatch(MediaUrls::isAddress)) {
            throw EventRejected.ofField(field, "must be an https address, or a list of at most " + MOST);
        }
        return values.stream().map(String.class::cast).toList();
    }

    private static boolean isAddress(Object value) {
        if (!(value instanceof String text) || text.length() > LONGEST) {
            return false;
        }
        try {
            var uri = new URI(text);
            return "https".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
