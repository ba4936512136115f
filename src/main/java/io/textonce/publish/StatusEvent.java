package io.textonce.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.tuning.SharedBuffers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Status change of a delivery as published to subscribers: no text, and the phone number masked; or the notice of a cap,
 * which is of no delivery and has its data in {@code cap}.
 *
 * @param entry of the timeline; rises with each change of a delivery
 * @param at when it was recorded
 * @param event name of the business event
 * @param eventId the sender's id of it
 * @param code Twilio's error code
 * @param detail reason of the change
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
        String phoneMasked,
        @Nullable String cap) {

    /**
     * Prefix of the type, which is followed by the status
     * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md#type).
     */
    static final String TYPE_PREFIX = "io.textonce.delivery.";

    private static final String CAP_TYPE_PREFIX = "io.textonce.cap.";

    static final String MEDIA_TYPE = "application/cloudevents+json";

    /** Returns an event without a delivery, which an operator publishes as a test. */
    static StatusEvent test(Instant now) {
        return new StatusEvent(0, UUID.randomUUID(), now, "test", "test-" + now, "test", null, null, null, "", null);
    }

    /** Returns the notice of a cap, whose data is JSON; notices of all caps are published in order. */
    static StatusEvent ofCap(long entry, Instant at, String status, String data) {
        return new StatusEvent(entry, new UUID(0, 0), at, "", "", status, null, null, null, "", data);
    }

    /** Returns an id that is stable for a change and unique, even if a restored database counts entries again. */
    String id() {
        return UUID.nameUUIDFromBytes((delivery + "/" + entry + "/" + at).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    String type() {
        return (cap == null ? TYPE_PREFIX : CAP_TYPE_PREFIX) + status;
    }

    /** Returns the CloudEvent in structured mode. Its {@code sequence} orders the changes of a delivery. */
    String json(URI source) {
        try {
            return SharedBuffers.JSON.writeValueAsString(cap == null ? ofDelivery(source) : ofCap(source, cap));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private ObjectNode ofCap(URI source, String data) throws JsonProcessingException {
        var tree = SharedBuffers.JSON.readTree(data);
        return envelope(source, tree.path("cap").asText()).set("data", tree);
    }

    private ObjectNode envelope(URI source, String subject) {
        return SharedBuffers.JSON
                .createObjectNode()
                .put("specversion", "1.0")
                .put("id", id())
                .put("source", source.toString())
                .put("type", type())
                .put("subject", subject)
                .put("time", at.toString())
                .put("sequence", String.format("%019d", entry))
                .put("datacontenttype", "application/json");
    }

    private ObjectNode ofDelivery(URI source) {
        var json = envelope(source, delivery.toString());
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
        // Null after an erasure.
        if (!phoneMasked.isEmpty()) {
            data.put("phoneMasked", phoneMasked);
        }
        return json;
    }
}
