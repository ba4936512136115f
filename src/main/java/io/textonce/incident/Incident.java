package io.textonce.incident;

import io.textonce.delivery.Refusal;
import io.textonce.delivery.SmsDraft;
import io.textonce.delivery.StorableText;
import io.textonce.phone.PhoneNumbers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An incident as its event tells it.
 *
 * @param eventId the sender's id of the event
 * @param name as people call it, such as INC-1042
 * @param asksReply whether somebody must acknowledge it; else it is enough that a text is delivered
 * @param escalateAfter how long a number has before the next one is alerted
 * @param expiresAt after which nobody is alerted any more, or null
 * @param recipients in the order in which they are alerted
 */
record Incident(
        String eventId,
        byte[] payloadSha256,
        String name,
        String title,
        @Nullable String url,
        boolean asksReply,
        Duration escalateAfter,
        @Nullable Instant expiresAt,
        List<Recipient> recipients) {

    /** @param event which has passed its schema */
    static Incident of(Map<?, ?> event, Duration escalateAfter, PhoneNumbers phones, Instant now) {
        StorableText.requireIn(event);
        var recipients = new ArrayList<Recipient>();
        recipients.add(recipient(event, phones, "phone", "consentAt"));
        if (event.get("next") instanceof List<?> next) {
            next.forEach(other -> recipients.add(recipient((Map<?, ?>) other, phones, "next", "next")));
        }
        var numbers = new HashSet<String>();
        if (!recipients.stream().map(Recipient::phone).allMatch(numbers::add)) {
            throw Refusal.ofField("next", "must not hold a number twice");
        }
        var seconds = event.get("escalateAfter");
        return new Incident(
                text(event, "eventId"),
                SmsDraft.digest(event),
                text(event, "incident"),
                text(event, "title"),
                (String) event.get("url"),
                Boolean.parseBoolean(String.valueOf(event.get("acknowledge"))),
                seconds == null ? escalateAfter : Duration.ofSeconds(Long.parseLong(seconds.toString())),
                expiresAt(event, now),
                recipients);
    }

    private static Recipient recipient(Map<?, ?> from, PhoneNumbers phones, String phoneField, String consentField) {
        String phone = text(from, "phone");
        if (!phones.isE164(phone)) {
            throw Refusal.ofNumber(phoneField);
        }
        return new Recipient(phone, time(from, "consentAt", consentField));
    }

    /** The earlier of what the event says in either way. */
    private static @Nullable Instant expiresAt(Map<?, ?> event, Instant now) {
        var at = event.get("expiresAt") == null ? null : time(event, "expiresAt", "expiresAt");
        if (event.get("ttl") == null) {
            return at;
        }
        var ends = now.plusSeconds(Long.parseLong(event.get("ttl").toString()));
        return at == null || ends.isBefore(at) ? ends : at;
    }

    private static String text(Map<?, ?> from, String field) {
        return (String) from.get(field);
    }

    private static Instant time(Map<?, ?> from, String field, String said) {
        try {
            return OffsetDateTime.parse(text(from, field)).toInstant();
        } catch (DateTimeException e) {
            throw Refusal.ofField(said, "must be a time such as 2026-06-02T09:00:00Z");
        }
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
