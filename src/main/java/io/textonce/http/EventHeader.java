package io.textonce.http;

import io.textonce.event.EventRejected;
import io.textonce.event.Utf8Text;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * Header of a request of which an idempotency key is made. One that two readers could understand differently is rejected: of two
 * keys for one event, each would get a message.
 */
final class EventHeader {

    private static final String BY_ATTRIBUTE = "ce-";

    private EventHeader() {}

    /**
     * Returns the value of a header, or null without it.
     *
     * @throws EventRejected if it is there twice, or has characters that clients encode in different ways
     */
    static @Nullable String of(HttpServletRequest request, String name) {
        var values = Collections.list(request.getHeaders(name));
        if (values.size() > 1) {
            throw EventRejected.ofField(name, "is given more than once");
        }
        if (values.isEmpty()) {
            return null;
        }
        if (!StandardCharsets.US_ASCII.newEncoder().canEncode(values.get(0))) {
            throw EventRejected.ofField(
                    name, "must be ASCII, since clients encode other characters of a header in different ways");
        }
        return values.get(0);
    }

    /**
     * Returns an attribute of a CloudEvent in binary mode, percent-decoded; a plus sign stands for itself.
     *
     * @throws EventRejected as {@link #of}, or if it is no UTF-8
     */
    static @Nullable String attribute(HttpServletRequest request, String attribute) {
        String value = of(request, BY_ATTRIBUTE + attribute);
        if (value == null) {
            return null;
        }
        byte[] decoded;
        try {
            decoded = URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.ISO_8859_1)
                    .getBytes(StandardCharsets.ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return value;
        }
        String text = Utf8Text.orNull(decoded);
        if (text == null) {
            throw EventRejected.ofField(BY_ATTRIBUTE + attribute, "must be UTF-8, percent-encoded");
        }
        return text;
    }
}
