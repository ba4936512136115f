package io.textonce.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One change of a delivery's status, as those are told of it who keep the orders: no text, and of the number what is not
 * masked.
 *
 * @param entry of the timeline; rises with each change of a delivery
 * @param at when it was written down
 * @param event name of the business event
 * @param eventId the sender's id of it
 * @param code Twilio's error code
 * @param detail what was decided or went wrong
 */
record StatusEvent(
        long entry,
        UUID delivery,
        Instant at,
        String event,
        String eventId,
        String status,
        @Nullable String sid,
        @Nullable Integer code,
        @Nullable String detail,
        String phoneMasked) {

    /** The type is this and the status (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type). */
    static final String TYPE_PREFIX = "io.textonce.delivery.";

    static final String MEDIA_TYPE = "application/cloudevents+json";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Always the same for the same change, and no other's, even where a restored database counts entries again. */
    String id() {
        return UUID.nameUUIDFromBytes((delivery + "/" + entry + "/" + at).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    String type() {
        return TYPE_PREFIX + status;
    }

    /** The CloudEvent, structured. Its {@code sequence} orders the changes of a delivery. */
    String json(URI source) {
        var json = JSON.createObjectNode()
                .put("specversion", "1.0")
                .put("id", id())
                .put("source", source.toString())
                .put("type", type())
                .put("subject", delivery.toString())
                .put("time", at.toString())
                .put("sequence", String.format("%019d", entry))
                .put("datacontenttype", "application/json");
        var data = json.putObject("data")
                .put("deliveryId", delivery.toString())
                .put("event", event)
                .put("eventId", eventId)
                .put("status", status);
        if (sid != null) {
            data.put("sid", sid);
        }
        if (code != null) {
            data.put("code", code);
        }
        if (detail != null) {
            data.put("detail", detail);
        }
        // A person who was erased has none.
        if (!phoneMasked.isEmpty()) {
            data.put("phoneMasked", phoneMasked);
        }
        try {
            return JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
