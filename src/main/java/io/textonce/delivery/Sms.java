package io.textonce.delivery;

import java.time.Instant;
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
 * @param policy how a text of this event may be sent
 * @param source intake that took it: http, jms, file, or route for an own one that names none
 * @param client who asked, where the intake knows
 * @param expiresAt after which the text is worth nothing, or null
 */
public record Sms(
        String event,
        String eventId,
        byte[] payloadSha256,
        String phone,
        String text,
        Instant consentAt,
        SendPolicy policy,
        String source,
        @Nullable String client,
        @Nullable Instant expiresAt) {

    /** Whether its time has passed. */
    boolean isLate(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }

    /** The idempotency key. */
    public String key() {
        return event + ":" + eventId;
    }

    @Override
    public String toString() {
        return "Sms[" + key() + "]";
    }
}
