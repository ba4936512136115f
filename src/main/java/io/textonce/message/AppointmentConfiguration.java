package io.textonce.message;

import io.textonce.event.EventOutcome;
import io.textonce.event.Identifier;
import java.util.List;
import java.util.Map;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Steps of the route that cancels a reminder, as beans. */
@Configuration(proxyBeanMethods = false)
class AppointmentConfiguration {

    /** Builds the cancellation for the route {@code sms-cancel} from the event. */
    @Bean
    Processor reminderOf() {
        return exchange -> {
            var message = exchange.getMessage();
            message.setBody(Map.of(
                    "event", "appointment-reminder",
                    "eventId",
                            Identifier.of(
                                    "reminder",
                                    message.getBody(Map.class).get("reminder").toString()),
                    "reason", "Canceled: the appointment was canceled"));
        };
    }

    /**
     * Builds the response with the effect of the cancellation: the reminder may have been sent before, or not be
     * received yet.
     */
    @Bean
    Processor reminderCancelled() {
        return exchange -> {
            var row = (Map<?, ?>) exchange.getMessage().getBody(List.class).get(0);
            exchange.setVariable("outcome", new EventOutcome((String) row.get("effect"), false));
        };
    }
}
