package io.textonce.event;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.privacy.Sha256;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 binding of an event (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). The last
 * part of the type names the event, without a version such as {@code .v1}; source and id are the idempotency key. The
 * data must be a JSON object: the event without an eventId.
 *
 * @param event name of the event
 * @param id as its sender wrote it
 * @param json the event with its eventId, as a JSON object in UTF-8
 */
public record CloudEvent(String event, String id, byte[] json) {

    private static final String STRUCTURED = "application/cloudevents+json";

    private static final String WRONG_VERSION =
            "must be 1.0, as a header or property beside the event, or in a body of the media type " + STRUCTURED;

    private static final Pattern VERSION = Pattern.compile("\\.v\\d+$");
    private static final Pattern JSON_TYPE = Pattern.compile("(?i)application/(json|[^;]*\\+json)\\s*(;.*)?");
    private static final Pattern READABLE_ID = Pattern.compile("[^/\\p{Cntrl}]{1,100}");

    /** Returns whether a media type is that of the structured mode, in which the attributes stand beside the data. */
    public static boolean isStructured(@Nullable String mediaType) {
        return mediaType != null && mediaType.toLowerCase(Locale.ROOT).startsWith(STRUCTURED);
    }

    /** Returns whether a JSON text may be a CloudEvent: no event has a field of this name. */
    public static boolean mayBe(byte[] json) {
        return new String(json, StandardCharsets.UTF_8).contains("\"specversion\"");
    }

    /**
     * Returns the CloudEvent of the structured mode, in which the attributes stand beside the data.
     *
     * @throws EventRejected when it is none
     */
    public static CloudEvent structured(byte[] json) {
        var tree = read(json);
        if (!tree.isObject()) {
            throw EventRejected.ofField("body", "must be a JSON object: one CloudEvent");
        }
        if (tree.hasNonNull("data_base64") && tree.hasNonNull("data")) {
            throw EventRejected.ofField("data_base64", "is not allowed beside data");
        }
        JsonNode data = tree.hasNonNull("data_base64") ? read(decoded(tree.get("data_base64"))) : tree.get("data");
        return of(name -> tree.path(name).isTextual() ? tree.path(name).textValue() : null, data);
    }

    private static byte[] decoded(JsonNode base64) {
        try {
            if (base64.isTextual()) {
                return base64.binaryValue();
            }
        } catch (IOException e) {
            // Rejected below, since it is not text.
        }
        throw EventRejected.ofField("data_base64", "must be Base64");
    }

    /**
     * Returns the CloudEvent of the binary mode, in which the attributes are headers beside the body.
     *
     * @param attributes by name, such as {@code source}
     * @throws EventRejected when it is none
     */
    public static CloudEvent binary(Function<String, @Nullable String> attributes, byte[] data) {
        return of(attributes, read(data));
    }

    private static CloudEvent of(Function<String, @Nullable String> attributes, @Nullable JsonNode data) {
        if (!"1.0".equals(attributes.apply("specversion"))) {
            throw EventRejected.ofField("specversion", WRONG_VERSION);
        }
        String type = required(attributes, "type");
        String source = Identifier.of("source", required(attributes, "source"));
        String id = Identifier.of("id", required(attributes, "id"));
        String content = attributes.apply("datacontenttype");
        if (content != null && !JSON_TYPE.matcher(content).matches()) {
            throw EventRejected.ofField("datacontenttype", "must be application/json");
        }
        if (!(data instanceof ObjectNode event)) {
            throw EventRejected.ofField("data", "must be a JSON object: the event");
        }
        if (event.hasNonNull("eventId")) {
            throw EventRejected.ofField(
                    "eventId",
                    "is not allowed in the data of a CloudEvent: its source and id form the idempotency key");
        }
        event.put("eventId", eventId(source, id));
        try {
            return new CloudEvent(eventOf(type), id, SharedBuffers.STRICT.writeValueAsBytes(event));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Returns the event that a type names: the last part of {@code com.example.order-shipped.v1} without its version.
     */
    public static String eventOf(String type) {
        String unversioned = VERSION.matcher(type).replaceFirst("");
        String event = unversioned.substring(unversioned.lastIndexOf('.') + 1);
        if (!EventName.isValid(event)) {
            throw EventRejected.ofUnknownEvent();
        }
        return event;
    }

    /**
     * Returns the idempotency key of a source and an id: the id, an at sign and 16 hexadecimal digits of the source's
     * SHA-256. An id that is too long or contains a slash is replaced by its own SHA-256.
     */
    static String eventId(String source, String id) {
        String readable = READABLE_ID.matcher(id).matches() ? id : Sha256.hex(id);
        return readable + "@" + Sha256.hex(source).substring(0, 16);
    }

    private static String required(Function<String, @Nullable String> attributes, String name) {
        String value = attributes.apply(name);
        if (value == null || value.isBlank()) {
            throw EventRejected.ofField(name, "is missing");
        }
        return value;
    }

    private static JsonNode read(byte[] json) {
        try {
            return SharedBuffers.STRICT.readTree(json);
        } catch (IOException e) {
            throw EventRejected.ofField("body", "is not valid JSON in UTF-8 or has a duplicate key");
        }
    }
}
