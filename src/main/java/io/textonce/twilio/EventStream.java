package io.textonce.twilio;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.delivery.Candidates;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.StatusRepository;
import io.textonce.event.EventRejected;
import io.textonce.message.Senders;
import io.textonce.phone.PhoneNumbers;
import io.textonce.settings.TwilioSid;
import io.textonce.tuning.SharedBuffers;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Handler of Twilio's Event Streams (https://www.twilio.com/docs/events): statuses of our messages, as from callbacks, and
 * numbers that were reassigned, whose new holders have given no consent. A stream carries the whole account; what is of no
 * delivery is ignored.
 */
@Component
final class EventStream {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    private static final String STATUS = "com.twilio.messaging.message.";
    private static final String REASSIGNED = "com.twilio.messaging.reassigned-number.detected";

    private final StatusCallback callbacks;
    private final StatusRepository statuses;
    private final Candidates deliveries;
    private final OptOuts optOuts;
    private final Senders senders;
    private final PhoneNumbers phones;

    EventStream(
            StatusCallback callbacks,
            StatusRepository statuses,
            Candidates deliveries,
            OptOuts optOuts,
            Senders senders,
            PhoneNumbers phones) {
        this.callbacks = callbacks;
        this.statuses = statuses;
        this.deliveries = deliveries;
        this.optOuts = optOuts;
        this.senders = senders;
        this.phones = phones;
    }

    /** Records all events of a request; a repeated one changes nothing. */
    void record(Exchange exchange) {
        for (var event : read(exchange.getMessage().getBody(byte[].class))) {
            String type = event.path("type").asText();
            if (type.equals(REASSIGNED)) {
                reassign(event.path("data"));
            } else if (type.startsWith(STATUS)) {
                report(exchange, event.path("data"));
            }
        }
    }

    private static JsonNode read(byte @Nullable [] body) {
        try {
            var events = SharedBuffers.JSON.readTree(body == null ? new byte[0] : body);
            if (events.isArray()) {
                return events;
            }
        } catch (IOException e) {
            LOG.debug("An event stream's request is not JSON", e);
        }
        throw new EventRejected(400, "invalid callback", "The body must be a JSON array of events.");
    }

    private void report(Exchange exchange, JsonNode data) {
        String sid = data.path("messageSid").asText("");
        String status = data.path("messageStatus").asText("").toLowerCase(Locale.ROOT);
        if (!TwilioSid.isMessage(sid) || !StatusCallback.isStatus(status)) {
            return;
        }
        UUID delivery = StatusCallback.delivery(
                data.path("statusCallBackUrl").asText("").replaceAll("^[^?]*\\?|#.*", ""));
        if (delivery == null && deliveries.bound(List.of(sid)).isEmpty()) {
            return;
        }
        int code = data.path("errorCode").asInt(0);
        callbacks.report(exchange, StatusCallback.CALLBACK, delivery, sid, status, code == 0 ? null : code);
        exchange.getMessage().setBody(statuses.record(exchange.getVariable("report", StatusRepository.Report.class)));
        callbacks.recorded(exchange);
    }

    /** The new holder has opted in to nothing, whichever sender found out. */
    private void reassign(JsonNode data) {
        String phone = phones.canonical(data.path("to_number").asText(""));
        if (!data.path("is_reassigned").asBoolean(true) || !phones.isE164(phone)) {
            return;
        }
        var all = senders.possible();
        if (data.path("from_number").isTextual()) {
            all.add(phones.canonical(data.path("from_number").asText()));
        }
        int stopped = optOuts.reassigned(phone, all, time(data.path("timestamp").asText("")));
        LOG.info("{} was reassigned to another person; {} messages were stopped", phones.mask(phone), stopped);
    }

    private static Instant time(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return Instant.now();
        }
    }
}
