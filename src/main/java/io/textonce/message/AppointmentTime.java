package io.textonce.message;

import io.textonce.event.EventRejected;
import io.textonce.event.EventTime;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Calculation of an appointment's times. It sets three variables: {@code sendAt}, the lead time before the appointment;
 * {@code expiresAt}, the appointment itself; and {@code appointment}, its date and time in the words of a language. A
 * local time that the recipient's clocks skip or show twice is rejected, never guessed. The kamelet {@code
 * appointment-time-action} creates one from its parameters when a route file is loaded.
 */
public final class AppointmentTime implements Processor {

    private String field = "appointmentAt";
    private Duration leadTime = Duration.ofHours(24);

    @Override
    public void process(Exchange exchange) {
        var event = SmsDraft.event(exchange);
        var at = moment(String.valueOf(event.get(field)), EventTime.zone(event.get("timeZone")));
        EventTime.ahead(field, at.toInstant(), Instant.now());
        if (event.get("sendAt") == null) {
            exchange.setVariable("sendAt", at.minus(leadTime).toInstant());
        }
        exchange.setVariable("expiresAt", at.toInstant());
        exchange.setVariable("appointment", new LocalizedTime(at, event.get("locale")));
    }

    private ZonedDateTime moment(String text, ZoneId zone) {
        try {
            return OffsetDateTime.parse(text).atZoneSameInstant(zone);
        } catch (DateTimeException e) {
            // Without an offset it is local time.
        }
        try {
            return local(LocalDateTime.parse(text), zone);
        } catch (DateTimeException e) {
            throw EventRejected.ofField(field, "must be a time such as 2027-03-04T14:30 or 2027-03-04T14:30:00+01:00");
        }
    }

    private ZonedDateTime local(LocalDateTime time, ZoneId zone) {
        var offsets = zone.getRules().getValidOffsets(time);
        if (offsets.isEmpty()) {
            throw EventRejected.ofField(field, "is a local time that the clocks of " + zone + " leap over");
        }
        if (offsets.size() > 1) {
            throw EventRejected.ofField(
                    field,
                    "is a local time that the clocks of " + zone + " show twice; give its offset, "
                            + offsets.stream().map(Object::toString).collect(Collectors.joining(" or ")));
        }
        return time.atZone(zone);
    }

    public void setField(String field) {
        if (field.isBlank()) {
            throw new IllegalArgumentException("field must be the name of the field with the appointment's time");
        }
        this.field = field;
    }

    public void setLeadTime(String leadTime) {
        this.leadTime = leadTime.equals("0") ? Duration.ZERO : Durations.of("leadTime", leadTime);
    }
}
