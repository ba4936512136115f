package io.textonce.message;

import io.textonce.event.Identifier;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Steps of the route {@code event-appointment-cancelled}. */
@Component
final class Appointments implements PreviewAware {

    /** Makes the body that the route {@code sms-cancel} takes. */
    void reminder(Exchange exchange) {
        var message = exchange.getMessage();
        message.setBody(Map.of(
                "event", "appointment-reminder",
                "eventId",
                        Identifier.of(
                                "reminder",
                                message.getBody(Map.class).get("reminder").toString()),
                "reason", "Canceled: the appointment was canceled"));
    }
}
