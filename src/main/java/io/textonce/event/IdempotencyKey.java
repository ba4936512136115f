package io.textonce.event;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Request header Idempotency-Key, bare or in quotes as in the draft
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/). It must equal the eventId in the body,
 * or replaces a missing one.
 */
public final class IdempotencyKey {

    public static final String HEADER = "Idempotency-Key";

    private IdempotencyKey() {}

    /**
     * Returns the body, with the key as its eventId if it has none.
     *
     * @throws EventRejected when both are there and differ
     */
    public static byte[] applied(@Nullable String header, byte[] body) {
        if (header == null) {
            return body;
        }
        try {
            if (!(SharedBuffers.STRICT.readTree(body) instanceof ObjectNode event)) {
                return body;
            }
            if (event.hasNonNull("eventId")) {
                mustBe(header, Identifier.of("eventId", event.get("eventId").asText()));
                return body;
            }
            event.put("eventId", bare(header));
            return SharedBuffers.STRICT.writeValueAsBytes(event);
        } catch (IOException e) {
            // The event is rejected later, with a better reason.
            return body;
        }
    }

    /** @throws EventRejected when there is a key and it is another one */
    public static void mustBe(@Nullable String header, String id) {
        if (header != null && !bare(header).equals(id)) {
            throw EventRejected.ofField(HEADER, "must equal the eventId of the event");
        }
    }

    /** @throws EventRejected when there is a key where none counts: its caller relies on a promise that is not kept */
    public static void reject(@Nullable String header, String reason) {
        if (header != null) {
            throw EventRejected.ofField(HEADER, "is not supported here: " + reason);
        }
    }

    private static String bare(String header) {
        String key = header.strip();
        return Identifier.of(
                HEADER,
                key.length() > 1 && key.startsWith("\"") && key.endsWith("\"")
                        ? key.substring(1, key.length() - 1)
                                .replace("\\\"", "\"")
                                .replace("\\\\", "\\")
                        : key);
    }
}
