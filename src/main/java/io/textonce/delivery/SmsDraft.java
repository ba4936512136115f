package io.textonce.delivery;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.textonce.json.SharedBuffers;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Makes the variable {@code sms}, and its idempotency key in {@code eventKey}, of the event in the body and the text in
 * the variable {@code text}. What it lets pass can be stored and sent; whether it may be is for the steps that follow.
 */
public final class SmsDraft implements Processor {

    private static final ObjectMapper CANONICAL =
            new ObjectMapper(SharedBuffers.factory().build()).enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /** A field's name that may be said in an answer: any other could be a phone number. */
    private static final Pattern FIELD = Pattern.compile("[A-Za-z][A-Za-z_]{0,59}");

    private static final int LONGEST_EVENT_ID = 255;

    private final Clock clock;

    SmsDraft(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws JsonProcessingException {
        var policy = exchange.getVariable(SendPolicy.VARIABLE, SendPolicy.class);
        Map<?, ?> payload = exchange.getMessage().getBody(Map.class);
        if (payload == null) {
            throw new Refusal(400, "invalid_request", "The event must be a JSON object.");
        }
        requireStorable(payload);
        String text = policy.isContent() ? contentVariables(payload) : exchange.getVariable("text", String.class);
        var source = exchange.getVariable("source", String.class);
        var sendAt = asked(exchange, payload, "sendAt");
        var sms = new Sms(
                policy.event(),
                bounded(printable("eventId", required(payload, "eventId"), "")),
                digest(payload),
                required(payload, "phone"),
                printable("text", text == null ? "" : text, "\n"),
                time("consentAt", required(payload, "consentAt")),
                consentSource(payload),
                policy,
                source == null ? "route" : source,
                exchange.getVariable("client", String.class),
                sendAt,
                expiresAt(policy, payload, sendAt, asked(exchange, payload, "expiresAt")),
                timeZone(policy, payload));
        exchange.setVariable("sms", sms);
        exchange.setVariable("eventKey", sms.key());
    }

    /** The values for Twilio's template, as Twilio reads them (https://www.twilio.com/docs/content). */
    private static String contentVariables(Map<?, ?> payload) throws JsonProcessingException {
        Object values = payload.get("contentVariables");
        if (values == null) {
            return "{}";
        }
        if (values instanceof Map<?, ?> map && map.values().stream().allMatch(String.class::isInstance)) {
            return CANONICAL.writeValueAsString(map);
        }
        throw Refusal.ofField("contentVariables", "must be an object whose values are texts");
    }

    /** A time that the event's route left in a variable, or else the event names. */
    private @Nullable Instant asked(Exchange exchange, Map<?, ?> payload, String name) {
        var worked = exchange.getVariable(name);
        var value = worked == null ? payload.get(name) : worked;
        if (value == null) {
            return null;
        }
        var at = time(name, value);
        if (at.isAfter(clock.instant().plus(SendGate.FURTHEST))) {
            throw Refusal.ofField(name, "must not be more than a year ahead");
        }
        return at;
    }

    /** The earliest of what the event's policy and the event itself say. A text is worth its time from sendAt on. */
    private @Nullable Instant expiresAt(
            SendPolicy policy, Map<?, ?> payload, @Nullable Instant sendAt, @Nullable Instant expiresAt) {
        var now = clock.instant();
        var from = sendAt == null || sendAt.isBefore(now) ? now : sendAt;
        return Stream.of(
                        policy.timeToLive() == null ? null : from.plus(policy.timeToLive()),
                        expiresAt,
                        payload.get("ttl") == null ? null : from.plusSeconds(seconds(payload.get("ttl"))))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static @Nullable String consentSource(Map<?, ?> payload) {
        var source = payload.get("consentSource");
        if (source == null) {
            return null;
        }
        if (source instanceof String words && words.length() <= 200) {
            return printable("consentSource", words, "");
        }
        throw Refusal.ofField("consentSource", "must be a text of at most 200 characters");
    }

    private static @Nullable ZoneId timeZone(SendPolicy policy, Map<?, ?> payload) {
        var zone = payload.get("timeZone");
        if (zone == null) {
            return policy.timeZone();
        }
        try {
            return ZoneId.of(zone.toString());
        } catch (DateTimeException e) {
            throw Refusal.ofField("timeZone", "must be a time zone such as Europe/Berlin");
        }
    }

    private static long seconds(@Nullable Object ttl) {
        try {
            return Math.min(
                    Long.parseLong(String.valueOf(ttl)), Duration.ofDays(365).toSeconds());
        } catch (NumberFormatException e) {
            throw Refusal.ofField("ttl", "must be a number of seconds");
        }
    }

    private static String required(Map<?, ?> payload, String field) {
        if (payload.get(field) instanceof String value && !value.isEmpty()) {
            return value;
        }
        throw Refusal.ofField(field, "is missing");
    }

    /** PostgreSQL has no index on a key that is much longer; nothing would take the event then, however often it came. */
    private static String bounded(String eventId) {
        if (eventId.length() > LONGEST_EVENT_ID) {
            throw Refusal.ofField("eventId", "must have at most " + LONGEST_EVENT_ID + " characters");
        }
        return eventId;
    }

    private static Instant time(String field, Object value) {
        try {
            return value instanceof Instant at
                    ? at
                    : OffsetDateTime.parse(value.toString()).toInstant();
        } catch (DateTimeException e) {
            throw Refusal.ofField(field, "must be a time such as 2026-06-02T09:00:00Z");
        }
    }

    /** Refuses an event that holds what a database or a phone can't hold. */
    public static void requireStorable(Map<?, ?> payload) {
        payload.forEach((name, value) -> storable(String.valueOf(name), value));
    }

    /** Refuses what a database or a phone can't hold, wherever in the event it stands, by the name of its field. */
    private static void storable(String field, @Nullable Object value) {
        if (!isWellFormed(field)) {
            throw Refusal.ofField("body", "has a field whose name holds a control character");
        }
        if (value instanceof String text) {
            printable(field, text, "\n\r\t");
        } else if (value instanceof Map<?, ?> object) {
            object.forEach((name, inner) -> {
                storable(field, String.valueOf(name));
                storable(field, inner);
            });
        } else if (value instanceof List<?> array) {
            array.forEach(inner -> storable(field, inner));
        }
    }

    private static boolean isWellFormed(String name) {
        return firstUnprintable(name, "") < 0;
    }

    /** PostgreSQL can't hold NUL, and a phone has no use for the other control characters but a line feed. */
    private static String printable(String field, String value, String allowed) {
        int at = firstUnprintable(value, allowed);
        if (at >= 0) {
            throw Refusal.ofField(
                    FIELD.matcher(field).matches() ? field : "body",
                    String.format("must not hold the character U+%04X", (int) value.charAt(at)));
        }
        return value;
    }

    private static int firstUnprintable(String value, String allowed) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c) && allowed.indexOf(c) < 0 || isLoneSurrogate(value, i)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLoneSurrogate(String value, int i) {
        char c = value.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
    }

    /** Tells a repetition of an event from another one under the same id. The order of its fields does not count. */
    public static byte[] digest(Map<?, ?> payload) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(CANONICAL.writeValueAsBytes(payload));
        } catch (NoSuchAlgorithmException | JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
