package io.textonce.message;

import io.textonce.event.EventOutcome;
import io.textonce.event.Identifier;
import java.util.List;
import java.util.Map;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The steps of the route that calls a reminder off, known to it by name. */
@Configuration(proxyBeanMethods = false)
class AppointmentConfiguration {

    /** Makes of the event what the route {@code sms-cancel} takes. */
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
                    "words", "Canceled: the appointment was canceled"));
        };
    }

    /** Says what became of the reminder; it may have been sent before, or is to come yet. */
    @Bean
    Processor reminderCancelled() {
        return exchange -> {
            var row = (Map<?, ?>) exchange.getMessage().getBody(List.class).get(0);
            exchange.setVariable("outcome", new EventOutcome((String) row.get("effect"), false));
        };
    }
}
