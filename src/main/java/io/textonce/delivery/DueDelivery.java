package io.textonce.delivery;

import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import io.textonce.phone.PhoneTimeZones;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Delivery that the background worker has leased, so that no other instance processes it.
 *
 * @param attempt attempt of the lease; a change for another attempt has no effect
 * @param status held, unknown, or Twilio's if its status is to be polled
 * @param sender number or Messaging Service of the attempt
 * @param language of the text, or null
 * @param phone recipient in E.164, or null after an erasure
 * @param text text of the message with its media, as {@link Sms#body}; null once Twilio has it
 * @param attemptedAt when the attempt was claimed: Twilio can't have its message from before
 * @param unknownSince since when the outcome is unknown, or null; a decision for an earlier time has no effect
 * @param unclearFor time for which the outcome has been unknown, by the database's clock
 * @param age time since the event was accepted
 * @param late time since it was due
 * @param window the event's own reconciliation window, or null
 * @param quietHours the event's, or null
 * @param timeZone zone of the quiet hours, or null for that of the number's region, which also replaces one that this Java
 *     does not know: another instance has accepted the event
 * @param twilioOptions further parameters of the event's policy for Twilio, or null
 * @param cancelledFor time since it was canceled, or null if it was not
 * @param expiresAt expiry of the message, or null
 * @param hasSlot whether it was held until its slot of this sender's rate limit, which is now
 * @param lease lease that began before the statement; it carries the database's clock
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
        @Nullable String language,
        String purpose,
        Instant consentAt,
        @Nullable String consentSource,
        @Nullable String phone,
        byte[] phoneHash,
        @Nullable String text,
        String onUnknown,
        @Nullable Duration window,
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
        boolean hasSlot,
        Lease lease) {

    /** Reads one of the rows that {@link DueLeases} returns, with the lease that began before. */
    static DueDelivery read(ResultSet row, Lease begun) throws SQLException {
        return read(row, begun, row.getString("sender"));
    }

    /** Reads a row whose message gets another sender. */
    static DueDelivery read(ResultSet row, Lease begun, String sender) throws SQLException {
        var expiresAt = Rows.instant(row, "expires_at");
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
                sender,
                row.getString("language"),
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
                Rows.instant(row, "unknown_since"),
                Duration.ofMillis((long) row.getDouble("unclear_ms")),
                Duration.ofMillis((long) row.getDouble("age_ms")),
                Duration.ofMillis((long) row.getDouble("late_ms")),
                row.getBoolean("has_slot") && sender.equals(row.getString("sender")),
                begun.of(instant(row, "taken_at"), expiresAt));
    }

    private static @Nullable Duration duration(ResultSet row, String column) throws SQLException {
        double millis = row.getDouble(column);
        return row.wasNull() ? null : Duration.ofMillis((long) millis);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getTimestamp(column).toInstant();
    }

    /** Returns the time of the database's clock, which decided that it is due and decides what follows. */
    public Instant now() {
        return lease.now();
    }

    public boolean isCancelled() {
        return cancelledFor != null;
    }

    /** Returns the message to send, as its event requested it. */
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
                text == null ? "" : Sms.textOf(text),
                text == null ? List.of() : Sms.mediaOf(text),
                consentAt,
                consentSource,
                policy,
                sender,
                language,
                source,
                client,
                null,
                sendAt,
                expiresAt,
                PhoneTimeZones.known(timeZone));
    }

    @Override
    public String toString() {
        return "Due[" + id + ", attempt " + attempt + ", " + status + "]";
    }
}
