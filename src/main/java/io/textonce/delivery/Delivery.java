package io.textonce.delivery;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * State of an event's message.
 *
 * @param id id of the delivery
 * @param attempt number of the claim, from 1
 * @param status ours until there is a SID, then Twilio's
 * @param sid Twilio's Message SID, once known
 * @param errorCode Twilio's error code, if any
 * @param duplicate whether the event had been accepted before
 */
public record Delivery(
        UUID id,
        int attempt,
        DeliveryStatus status,
        @Nullable String sid,
        @Nullable Integer errorCode,
        boolean duplicate) {

    static Delivery claimed(UUID id, int attempt) {
        return new Delivery(id, attempt, DeliveryStatus.RESERVED, null, null, false);
    }

    /** Reads a row with the columns of the state. */
    public static Delivery read(ResultSet row, boolean duplicate) throws SQLException {
        return new Delivery(
                row.getObject("id", UUID.class),
                row.getInt("attempt"),
                DeliveryStatus.ofColumn(row.getString("status")),
                row.getString("message_sid"),
                row.getObject("error_code", Integer.class),
                duplicate);
    }

    /** Returns a leased delivery that is to be sent now. */
    public static Delivery taken(DueDelivery due) {
        return claimed(due.id(), due.attempt());
    }

    /** Returns the delivery after a response. */
    public Delivery with(DeliveryStatus newStatus, @Nullable String newSid, @Nullable Integer newErrorCode) {
        return new Delivery(id, attempt, newStatus, newSid, newErrorCode, duplicate);
    }
}
