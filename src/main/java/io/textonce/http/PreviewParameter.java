package io.textonce.http;

import io.textonce.delivery.EventPreview;
import io.textonce.event.EventRejected;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * Query parameter {@code preview}. A caller that writes it wants nothing sent: a value that only may mean it is rejected, and so
 * is a preview where none is made.
 */
final class PreviewParameter {

    private PreviewParameter() {}

    /** Returns whether the caller wants a preview. */
    static boolean isTrue(HttpServletRequest request) {
        String query = request.getQueryString();
        if (query == null) {
            return false;
        }
        var values = new ArrayList<String>();
        for (String parameter : query.split("&")) {
            int equals = parameter.indexOf('=');
            String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
            if (name.strip().equalsIgnoreCase(EventPreview.VARIABLE)) {
                values.add(name + "=" + (equals < 0 ? "" : decoded(parameter.substring(equals + 1))));
            }
        }
        if (values.isEmpty()) {
            return false;
        }
        String value = String.join("&", values);
        if (!value.matches(EventPreview.VARIABLE + "=(true|false)")) {
            throw EventRejected.ofField(EventPreview.VARIABLE, "must be true or false, once and in small letters");
        }
        return value.endsWith("true");
    }

    /** @throws EventRejected when the caller wants a preview of a request that has none */
    static void reject(HttpServletRequest request) {
        if (isTrue(request)) {
            throw EventRejected.ofField(
                    EventPreview.VARIABLE,
                    "is not possible here, and nothing was done; POST /api/{event}-sms?preview=true and"
                            + " POST /api/events?preview=true preview one event");
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
