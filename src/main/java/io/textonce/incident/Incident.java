package io.textonce.incident;

import io.textonce.event.EventRejected;
import io.textonce.event.EventTime;
import io.textonce.event.Identifier;
import io.textonce.event.StorableText;
import io.textonce.message.SmsDraft;
import io.textonce.phone.PhoneNumbers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Incident from its event.
 *
 * @param eventId the sender's id of the event
 * @param name such as INC-1042
 * @param needsAcknowledgment whether an acknowledgment is required; otherwise a delivered message is enough
 * @param escalateAfter time of a number before the next one is alerted
 * @param expiresAt after which no number is alerted, or null
 * @param recipients in the order in which they are alerted
 */
record Incident(
        String eventId,
        byte[] payloadSha256,
        String name,
        String title,
        @Nullable String url,
        boolean needsAcknowledgment,
        Duration escalateAfter,
        @Nullable Instant expiresAt,
        List<Recipient> recipients) {

    /** Maximum length of the event id; the ids of its messages are a little longer. */
    private static final int LONGEST_EVENT_ID = 240;

    /**
     * Validates an event that has passed its schema. All checks without the database are here, or in {@link AlertText}:
     * what is rejected later has opened an incident.
     *
     * @param event which has passed its schema
     */
    static Incident of(Map<?, ?> event, Duration escalateAfter, PhoneNumbers phones, Instant now) {
        Map<Object, Object> storable = new LinkedHashMap<>(event);
        storable.put("title", StorableText.blanked(text(event, "title")));
        StorableText.requireIn(storable);
        var recipients = new ArrayList<Recipient>();
        recipients.add(recipient(event, phones, now, "phone", "consentAt"));
        if (event.get("next") instanceof List<?> next) {
            next.forEach(other -> recipients.add(recipient((Map<?, ?>) other, phones, now, "next", "next")));
        }
        var numbers = new HashSet<String>();
        if (!recipients.stream().map(Recipient::phone).allMatch(numbers::add)) {
            throw EventRejected.ofField("next", "must not contain a number twice");
        }
        var seconds = event.get("escalateAfter");
        return new Incident(
                Identifier.of("eventId", text(event, "eventId"), LONGEST_EVENT_ID),
                SmsDraft.digest(storable),
                Identifier.of("incident", text(event, "incident")),
                AlertText.tidy(text(event, "title")),
                (String) event.get("url"),
                Boolean.parseBoolean(String.valueOf(event.get("acknowledge"))),
                seconds == null ? escalateAfter : EventTime.seconds("escalateAfter", seconds),
                expiresAt(event, now),
                recipients);
    }

    private static Recipient recipient(
            Map<?, ?> from, PhoneNumbers phones, Instant now, String phoneField, String consentField) {
        String phone = text(from, "phone");
        if (!phones.isE164(phone)) {
            throw EventRejected.ofNumber(phoneField);
        }
        var consentAt = EventTime.of(consentField, text(from, "consentAt"));
        if (EventTime.isFuture(consentAt, now)) {
            throw EventRejected.ofField(consentField, "must not be in the future");
        }
        return new Recipient(phone, consentAt);
    }

    /** Returns the earlier of the event's two expiries. */
    private static @Nullable Instant expiresAt(Map<?, ?> event, Instant now) {
        var at = event.get("expiresAt") == null ? null : EventTime.ahead("expiresAt", event.get("expiresAt"), now);
        if (event.get("ttl") == null) {
            return at;
        }
        var ends = now.plus(EventTime.seconds("ttl", event.get("ttl")));
        return at == null || ends.isBefore(at) ? ends : at;
    }

    private static String text(Map<?, ?> from, String field) {
        return (String) from.get(field);
    }

    Incident titled(String newTitle) {
        return new Incident(
                eventId, payloadSha256, name, newTitle, url, needsAcknowledgment, escalateAfter, expiresAt, recipients);
    }

    /** Returns the event of the first number's message. */
    Map<String, Object> alert() {
        var first = recipients.get(0);
        return alert(eventId, first.phone(), first.consentAt(), name, title, url, expiresAt, needsAcknowledgment);
    }

    /** Returns the event of one number's message, for the template and the send flow. */
    static Map<String, Object> alert(
            String textId,
            String phone,
            Instant consentAt,
            String name,
            String title,
            @Nullable String url,
            @Nullable Instant expiresAt,
            boolean needsAcknowledgment) {
        Map<String, Object> alert = new LinkedHashMap<>();
        alert.put("eventId", textId);
        alert.put("phone", phone);
        alert.put("consentAt", consentAt.toString());
        alert.put("incident", name);
        alert.put("title", title);
        if (url != null) {
            alert.put("url", url);
        }
        if (expiresAt != null) {
            alert.put("expiresAt", expiresAt.toString());
        }
        if (needsAcknowledgment) {
            alert.put("acknowledge", true);
        }
        return alert;
    }

    @Override
    public String toString() {
        return "Incident[" + eventId + "]";
    }

    /** @param consentAt when this person agreed to be alerted */
    record Recipient(String phone, Instant consentAt) {

        @Override
        public String toString() {
            return "Recipient";
        }
    }
}
