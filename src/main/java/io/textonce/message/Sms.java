package io.textonce.message;

import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * One text that an event asks for: to whom, what, and by whose leave.
 *
 * @param event name of the event, such as order-shipped
 * @param eventId the sender's id of it; with the event's name the idempotency key
 * @param payloadSha256 digest of the whole event, to tell a repetition from another event under the same id
 * @param phone recipient in E.164
 * @param text what is sent
 * @param consentAt when the recipient agreed
 * @param consentSource where, in the sender's words, or null
 * @param policy how a text of this event may be sent
 * @param source intake that took it: http, jms, file, or route for an own one that names none
 * @param client who asked, where the intake knows
 * @param sendAt before which it is not sent, or null
 * @param expiresAt after which the text is worth nothing, or null
 * @param timeZone the recipient's, as the event or its policy says, or null
 */
public record Sms(
        String event,
        String eventId,
        byte[] payloadSha256,
        String phone,
        String text,
        Instant consentAt,
        @Nullable String consentSource,
        SendPolicy policy,
        String source,
        @Nullable String client,
        @Nullable Instant sendAt,
        @Nullable Instant expiresAt,
        @Nullable ZoneId timeZone) {

    /** Whether its time has passed. */
    public boolean isLate(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }

    /** The same, to be sent by Twilio at a time, or at once. */
    public Sms plannedFor(@Nullable Instant time) {
        return new Sms(
                event,
                eventId,
                payloadSha256,
                phone,
                text,
                consentAt,
                consentSource,
                policy,
                source,
                client,
                time,
                expiresAt,
                timeZone);
    }

    /** How many segments the text takes, or null where Twilio makes it. */
    @Nullable
    public Integer segments() {
        return policy.isContent() ? null : Segments.of(text, policy.isSmartEncoded());
    }

    /** The idempotency key. */
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
