package io.textonce.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that the background worker has taken, so that no other instance works on it for the length of a lease.
 *
 * @param attempt the attempt it was taken in; a change of the row that names another attempt is void
 * @param status held, unknown, or Twilio's word when Twilio is to be asked for a later one
 * @param sender number or Messaging Service that the attempt was made from
 * @param phone recipient in E.164
 * @param text what was to be sent, null once Twilio has it
 * @param attemptedAt when the attempt was claimed: Twilio can't have its text from before
 * @param unclearFor how long the outcome has been unknown, by the database's clock
 * @param age how long ago the event was taken
 * @param horizon the event's own horizon, or null
 * @param expiresAt after which the text is worth nothing, or null
 */
public record Due(
        UUID id,
        int attempt,
        String status,
        @Nullable String sid,
        String event,
        String eventId,
        byte[] payloadSha256,
        String source,
        @Nullable String client,
        String sender,
        String purpose,
        Instant consentAt,
        String phone,
        byte[] phoneHash,
        @Nullable String text,
        String onUnknown,
        @Nullable Duration horizon,
        @Nullable Instant expiresAt,
        Instant attemptedAt,
        Duration unclearFor,
        Duration age) {

    /** Whether its time has passed. */
    public boolean isLate(Instant now) {
        return expiresAt != null && !expiresAt.isAfter(now);
    }

    /** The text to send, as the event asked for it. */
    public Sms sms() {
        var policy = new SendPolicy();
        policy.setEvent(event);
        policy.setPurpose(purpose);
        policy.setOnUnknown(onUnknown);
        return new Sms(
                event,
                eventId,
                payloadSha256,
                phone,
                text == null ? "" : text,
                consentAt,
                policy,
                source,
                client,
                expiresAt);
    }

    @Override
    public String toString() {
        return "Due[" + id + ", attempt " + attempt + ", " + status + "]";
    }
}
