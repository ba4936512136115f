package io.textonce.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.textonce.event.EventPermission;
import io.textonce.event.EventRejected;
import io.textonce.event.EventTime;
import io.textonce.event.Identifier;
import io.textonce.event.StorableText;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.Recipients;
import io.textonce.privacy.Sha256;
import io.textonce.tuning.SharedBuffers;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Builder of the variable {@code sms}, and of its idempotency key in {@code eventKey}, from the event in the body and
 * the text in the variable {@code text}. Its result can be stored; whether it may be sent is checked by the steps that
 * follow.
 */
@Component
public final class SmsDraft implements Processor {

    private static final ObjectMapper CANONICAL =
            new ObjectMapper(SharedBuffers.factory().build()).enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    /** Maximum length of a key: PostgreSQL can't index much longer ones, so the event would fail on every retry. */
    public static final int LONGEST_EVENT_ID = 255;

    private static final int LONGEST_REFERENCE = 120;

    private final PhoneNumbers phones;
    private final Recipients recipients;
    private final Senders senders;
    private final Clock clock;

    public SmsDraft(PhoneNumbers phones, Recipients recipients, Senders senders, Clock clock) {
        this.phones = phones;
        this.recipients = recipients;
        this.senders = senders;
        this.clock = clock;
    }

    @Override
    public void process(Exchange exchange) throws JsonProcessingException {
        var policy = exchange.getVariable(SendPolicy.VARIABLE, SendPolicy.class);
        EventPermission.require(exchange, policy.event());
        var payload = event(exchange);
        StorableText.requireIn(payload);
        String eventId = Identifier.of("eventId", required(payload, "eventId"), LONGEST_EVENT_ID);
        String text = policy.isContent() ? contentVariables(payload) : exchange.getVariable("text", String.class);
        var to = new Sender(required(payload, "phone"));
        String channel = to.isOfChannel() ? to.channel() : policy.channel();
        String phone = addressee(to.isOfChannel() ? to.bare() : to.address());
        var source = exchange.getVariable("source", String.class);
        var client = exchange.getVariable("client", String.class);
        var language = exchange.getVariable("language", String.class);
        var sendAt = timeOf(exchange, payload, "sendAt");
        var sms = new Sms(
                policy.event(),
                eventId,
                digest(withEventId(payload, eventId)),
                phone,
                text == null ? "" : text,
                MediaUrls.of(policy.mediaField(), payload),
                EventTime.of("consentAt", required(payload, "consentAt")),
                consentSource(payload),
                policy,
                senders.of(policy, channel, client, phone, language),
                language,
                source == null ? "route" : source,
                client,
                reference(exchange),
                sendAt,
                expiresAt(policy, payload, sendAt, timeOf(exchange, payload, "expiresAt")),
                timeZone(policy, payload));
        exchange.setVariable("sms", sms);
        exchange.setVariable("eventKey", sms.key());
    }

    /**
     * Returns the event in the body.
     *
     * @throws EventRejected 400 if it is no map
     */
    static Map<?, ?> event(Exchange exchange) {
        Map<?, ?> event = exchange.getMessage().getBody(Map.class);
        if (event == null) {
            throw new EventRejected(400, "invalid_request", "The event must be a JSON object.");
        }
        return event;
    }

    /** Returns the beginning of the reference: an index holds no longer one. */
    private static @Nullable String reference(Exchange exchange) {
        String reference = exchange.getVariable("reference", String.class);
        return reference == null ? null : reference.substring(0, Math.min(reference.length(), LONGEST_REFERENCE));
    }

    /** Returns the number that the message goes to; a wrong one is not hidden by a redirection. */
    private String addressee(String phone) {
        return recipients.areRedirected() && phones.isE164(phone) ? recipients.addressee(phone) : phone;
    }

    /** Returns the values for Twilio's template, in Twilio's form (https://www.twilio.com/docs/content). */
    private static String contentVariables(Map<?, ?> payload) throws JsonProcessingException {
        Object values = payload.get("contentVariables");
        if (values == null) {
            return "{}";
        }
        if (values instanceof Map<?, ?> map && map.values().stream().allMatch(String.class::isInstance)) {
            return CANONICAL.writeValueAsString(map);
        }
        throw EventRejected.ofField("contentVariables", "must be an object whose values are strings");
    }

    /** Returns a time that the event's route set as a variable, else that of the event. */
    private @Nullable Instant timeOf(Exchange exchange, Map<?, ?> payload, String name) {
        var worked = exchange.getVariable(name);
        var value = worked == null ? payload.get(name) : worked;
        if (value == null) {
            return null;
        }
        return EventTime.ahead(name, value, clock.instant());
    }

    /** Returns the earliest expiry of policy and event. The time to live counts from sendAt. */
    private @Nullable Instant expiresAt(
            SendPolicy policy, Map<?, ?> payload, @Nullable Instant sendAt, @Nullable Instant expiresAt) {
        var now = clock.instant();
        var from = sendAt == null || sendAt.isBefore(now) ? now : sendAt;
        return Stream.of(
                        policy.timeToLive() == null ? null : from.plus(policy.timeToLive()),
                        expiresAt,
                        payload.get("ttl") == null ? null : from.plus(EventTime.seconds("ttl", payload.get("ttl"))))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElse(null);
    }

    private static @Nullable String consentSource(Map<?, ?> payload) {
        var source = payload.get("consentSource");
        if (source == null) {
            return null;
        }
        if (source instanceof String text && text.length() <= 200) {
            return StorableText.require("consentSource", text, "");
        }
        throw EventRejected.ofField("consentSource", "must be a string of at most 200 characters");
    }

    private static @Nullable ZoneId timeZone(SendPolicy policy, Map<?, ?> payload) {
        var zone = payload.get("timeZone");
        return zone == null ? policy.timeZone() : EventTime.zone(zone);
    }

    private static String required(Map<?, ?> payload, String field) {
        if (payload.get(field) instanceof String value && !value.isEmpty()) {
            return value;
        }
        throw EventRejected.ofField(field, "is missing");
    }

    /** Returns the event with its normalized id. */
    private static Map<?, ?> withEventId(Map<?, ?> payload, String eventId) {
        if (eventId.equals(payload.get("eventId"))) {
            return payload;
        }
        Map<Object, Object> same = new LinkedHashMap<>(payload);
        same.put("eventId", eventId);
        return same;
    }

    /**
     * Digest of an event, to distinguish a duplicate from another event with the same id. The order of fields does not
     * matter.
     */
    public static byte[] digest(Map<?, ?> payload) {
        try {
            return Sha256.of(CANONICAL.writeValueAsBytes(payload));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
