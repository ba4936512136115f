package io.textonce.message;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Message that an event requests: recipient, text and the consent for it.
 *
 * @param event name of the event, such as order-shipped
 * @param eventId the sender's id of it; with the event's name the idempotency key
 * @param payloadSha256 digest of the whole event, to distinguish a duplicate from another event with the same id
 * @param phone recipient in E.164
 * @param text what is sent
 * @param mediaUrls pictures and files that are sent with it, as MMS
 * @param consentAt when the recipient consented
 * @param consentSource where, in the sender's words, or null
 * @param policy how a message of this event may be sent
 * @param sender in the form of {@link Sender}
 * @param language of the text, or null
 * @param source intake of the event: http, jms, file, or route for a user route that names none
 * @param client caller, if the intake knows it
 * @param reference what people call the event's subject, such as an order's number, or null
 * @param sendAt before which it is not sent, or null
 * @param expiresAt after which it is not sent, or null
 * @param timeZone the recipient's, from the event or its policy, or null
 */
public record Sms(
        String event,
        String eventId,
        byte[] payloadSha256,
        String phone,
        String text,
        List<String> mediaUrls,
        Instant consentAt,
        @Nullable String consentSource,
        SendPolicy policy,
        String sender,
        @Nullable String language,
        String source,
        @Nullable String client,
        @Nullable String reference,
        @Nullable Instant sendAt,
        @Nullable Instant expiresAt,
        @Nullable ZoneId timeZone) {

    /** Between text and media: a control character, which neither may contain. */
    private static final String SEPARATOR = "\u001E";

    /** Returns whether the message has expired. */
    public boolean isLate(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }

    /** Returns a copy that Twilio sends at a time, or at once. */
    public Sms plannedFor(@Nullable Instant time) {
        return copy(phone, sender, time);
    }

    /** Returns a copy for another recipient. */
    public Sms to(String otherPhone) {
        return copy(otherPhone, sender, sendAt);
    }

    /** Returns a copy that another sender sends. */
    public Sms by(String otherSender) {
        return copy(phone, otherSender, sendAt);
    }

    /** Returns all senders that the recipient may see it from, and may answer with STOP. */
    public List<String> possibleSenders() {
        String fallback = policy.fallbackFrom();
        return fallback == null ? List.of(sender) : List.of(sender, fallback);
    }

    private Sms copy(String otherPhone, String otherSender, @Nullable Instant otherSendAt) {
        return new Sms(
                event,
                eventId,
                payloadSha256,
                otherPhone,
                text,
                mediaUrls,
                consentAt,
                consentSource,
                policy,
                otherSender,
                language,
                source,
                client,
                reference,
                otherSendAt,
                expiresAt,
                timeZone);
    }

    /** Returns whether Twilio is to schedule it, which only a Messaging Service can. */
    public boolean isScheduledAtTwilio() {
        return policy.isScheduledAtTwilio() && new Sender(sender).service() != null;
    }

    /** Returns the number of segments, or null for what has none: MMS, another channel, or a text that Twilio makes. */
    @Nullable
    public Integer segments() {
        return policy.isContent()
                        || !mediaUrls.isEmpty()
                        || !new Sender(sender).channel().isEmpty()
                ? null
                : Segments.of(text, policy.isSmartEncoded());
    }

    /** Returns text and media in the form of the column {@code body}. */
    public String body() {
        return mediaUrls.isEmpty() ? text : text + SEPARATOR + String.join(SEPARATOR, mediaUrls);
    }

    /** Returns the text of a {@link #body}. */
    public static String textOf(String body) {
        int end = body.indexOf(SEPARATOR);
        return end < 0 ? body : body.substring(0, end);
    }

    /** Returns the media of a {@link #body}. */
    public static List<String> mediaOf(String body) {
        int end = body.indexOf(SEPARATOR);
        return end < 0 ? List.of() : List.of(body.substring(end + 1).split(SEPARATOR));
    }

    /** Returns the idempotency key. */
    public String key() {
        return key(event, eventId);
    }

    public static String key(String event, String eventId) {
        return event + ":" + eventId;
    }

    @Override
    public String toString() {
        return "Sms[" + key() + "]";
    }
}
