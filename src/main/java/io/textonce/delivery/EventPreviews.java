package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sender;
import io.textonce.message.Sms;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TextOnceProperties;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.apache.camel.Exchange;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Factory of previews, and their reading of what a claim would find. */
@Component
public final class EventPreviews {

    private static final String TAKEN = """
            SELECT id, attempt, status, message_sid, error_code, payload_sha256,
                status = 'rejected' OR source = ? AS is_claimable, cancel_requested_at IS NOT NULL AS is_canceled
            FROM textonce.deliveries WHERE event_id = ? AND event = ?
            """;

    private static final String OPEN_CIRCUIT = "SELECT reason FROM textonce.circuit_breakers WHERE account_sid = ?";

    private final JdbcTemplate jdbc;
    private final OptOuts optOuts;
    private final SendAdmission admission;
    private final Caps caps;
    private final PhoneNumbers phones;
    private final TextOnceProperties settings;

    EventPreviews(
            JdbcTemplate jdbc,
            OptOuts optOuts,
            SendAdmission admission,
            Caps caps,
            PhoneNumbers phones,
            TextOnceProperties settings) {
        this.jdbc = jdbc;
        this.optOuts = optOuts;
        this.admission = admission;
        this.caps = caps;
        this.phones = phones;
        this.settings = settings;
    }

    /** Makes an exchange a preview of its event. */
    public void begin(Exchange exchange) {
        exchange.setVariable(EventPreview.VARIABLE, new EventPreview(this, false));
    }

    /** Makes an exchange a preview without what the database has: duplicates, opt-outs, caps and rate limits. */
    public void beginOffline(Exchange exchange) {
        exchange.setVariable(EventPreview.VARIABLE, new EventPreview(this, true));
    }

    /** Reads what a claim of the message would find. */
    void read(EventPreview preview, Sms sms, boolean isOffline) {
        boolean hasNumber = phones.isE164(sms.phone());
        if (hasNumber) {
            preview.fact("to", phones.mask(sms.phone()));
            preview.fact("country", Countries.of(sms.phone()));
        }
        preview.fact("sender", sms.sender());
        String channel = new Sender(sms.sender()).channel();
        preview.fact("channel", channel.isEmpty() ? null : channel);
        if (isOffline) {
            preview.fact("notChecked", "duplicates, opt-outs, caps and limits, which are in the database");
            return;
        }
        jdbc.query(
                TAKEN,
                row -> {
                    taken(preview, sms, row);
                },
                Cancellations.SOURCE,
                sms.eventId(),
                sms.event());
        preview.add(
                "optOut",
                hasNumber && optOuts.has(sms.phone(), sms.possibleSenders())
                        ? SendDecision.rejected(OptOuts.rejection())
                        : SendDecision.SEND);
        preview.add(
                "account",
                jdbc.queryForList(OPEN_CIRCUIT, String.class, settings.twilio().accountSid()).stream()
                        .findFirst()
                        .map(reason -> new SendDecision(DeliveryStatus.HELD, null, null, "On hold: " + reason))
                        .orElse(SendDecision.SEND));
        preview.add("rate", admission.preview(sms, preview.now()));
        caps.preview(preview, sms);
    }

    private static void taken(EventPreview preview, Sms sms, ResultSet row) throws SQLException {
        byte[] payload = row.getBytes("payload_sha256");
        if (row.getBoolean("is_claimable")) {
            if (row.getBoolean("is_canceled")) {
                preview.add("duplicate", SendDecision.canceled());
            }
        } else if (!preview.isDuplicate() && payload.length > 0 && !Arrays.equals(payload, sms.payloadSha256())) {
            preview.add("duplicate", SendDecision.rejected(EventRejected.ofReusedId()));
        } else {
            preview.duplicates(Delivery.read(row, true));
        }
    }
}
