package io.textonce.message;

import io.textonce.event.EventOutcome;
import io.textonce.event.Identifier;
import java.util.List;
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

    /** Returns the state of the reminder, which may be sent already or not yet known. */
    void cancelled(Exchange exchange) {
        var row = (Map<?, ?>) exchange.getMessage().getBody(List.class).get(0);
        exchange.setVariable("outcome", new EventOutcome((String) row.get("effect"), false));
    }
}
