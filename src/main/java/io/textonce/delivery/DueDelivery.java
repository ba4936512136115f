package io.textonce.delivery;

import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A delivery that the background worker has taken, so that no other instance works on it for the length of a lease.
 *
 * @param attempt the attempt it was taken in; a change of the row that names another attempt is void
 * @param status held, unknown, or Twilio's word when Twilio is to be asked for a later one
 * @param sender number or Messaging Service that the attempt was made from
 * @param phone recipient in E.164, or null once it was erased
 * @param text what was to be sent, null once Twilio has it
 * @param attemptedAt when the attempt was claimed: Twilio can't have its text from before
 * @param unknownSince since when the outcome is unknown, or null; a decision for an earlier time is void
 * @param unclearFor how long the outcome has been unknown, by the database's clock
 * @param age how long ago the event was taken
 * @param late how long it has been due
 * @param horizon the event's own horizon, or null
 * @param quietHours the event's, or null
 * @param timeZone whose clock they go by, or null for the number's region
 * @param twilioOptions what the event's policy asks of Twilio, or null
 * @param cancelledFor how long ago it was called off, or null where it was not
 * @param expiresAt after which the text is worth nothing, or null
 * @param hasTurn whether it was held until its turn at the sender's pace, which is now
 * @param lease of the one who took it, begun before the take; it carries on the database's clock
 */
public record DueDelivery(
        UUID id,
        int attempt,
        DeliveryStatus status,
        @Nullable String sid,
        String event,
        String eventId,
        byte[] payloadSha256,
        String source,
        @Nullable String client,
        String sender,
        String purpose,
        Instant consentAt,
        @Nullable String consentSource,
        @Nullable String phone,
        byte[] phoneHash,
        @Nullable String text,
        String onUnknown,
        @Nullable Duration horizon,
        @Nullable Instant expiresAt,
        @Nullable String quietHours,
        @Nullable String timeZone,
        @Nullable String twilioOptions,
        @Nullable Duration cancelledFor,
        Instant attemptedAt,
        @Nullable Instant unknownSince,
        Duration unclearFor,
        Duration age,
        Duration late,
        boolean hasTurn,
        Lease lease) {

    /** One of the rows that {@link DueRepository} took, and the lease that was begun before. */
    static DueDelivery read(ResultSet row, Lease begun) throws SQLException {
        Timestamp expires = row.getTimestamp("expires_at");
        var expiresAt = expires == null ? null : expires.toInstant();
        return new DueDelivery(
                row.getObject("id", UUID.class),
                row.getInt("attempt"),
                DeliveryStatus.ofColumn(row.getString("status")),
                row.getString("message_sid"),
                row.getString("event"),
                row.getString("event_id"),
                row.getBytes("payload_sha256"),
                row.getString("source"),
                row.getString("client"),
                row.getString("sender"),
                row.getString("purpose"),
                instant(row, "consent_at"),
                row.getString("consent_source"),
                row.getString("phone"),
                row.getBytes("phone_hash"),
                row.getString("body"),
                row.getString("on_unknown"),
                duration(row, "window_ms"),
                expiresAt,
                row.getString("quiet_hours"),
                row.getString("time_zone"),
                row.getString("twilio_options"),
                duration(row, "canceled_ms"),
                instant(row, "attempted_at"),
                row.getTimestamp("unknown_since") == null ? null : instant(row, "unknown_since"),
                Duration.ofMillis((long) row.getDouble("unclear_ms")),
                Duration.ofMillis((long) row.getDouble("age_ms")),
                Duration.ofMillis((long) row.getDouble("late_ms")),
                row.getBoolean("has_slot"),
                begun.of(instant(row, "taken_at"), expiresAt));
    }

    private static @Nullable Duration duration(ResultSet row, String column) throws SQLException {
        double millis = row.getDouble(column);
        return row.wasNull() ? null : Duration.ofMillis((long) millis);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }

    /** The time by the database's clock, which decided that it is due and decides what follows. */
    public Instant now() {
        return lease.now();
    }

    public boolean isCancelled() {
        return cancelledFor != null;
    }

    /** The text to send, as the event asked for it. */
    public Sms sms() {
        var policy = new SendPolicy();
        policy.setEvent(event);
        policy.setPurpose(purpose);
        policy.setOnUnknown(onUnknown);
        policy.setQuietHours(quietHours == null ? "" : quietHours);
        var sendAt = policy.read(twilioOptions);
        return new Sms(
                event,
                eventId,
                payloadSha256,
                phone,
                text == null ? "" : text,
                consentAt,
                consentSource,
                policy,
                source,
                client,
                sendAt,
                expiresAt,
                timeZone == null ? null : ZoneId.of(timeZone));
    }

    @Override
    public String toString() {
        return "Due[" + id + ", attempt " + attempt + ", " + status + "]";
    }
}
