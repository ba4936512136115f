package io.textonce.intake;

import io.textonce.delivery.Refusal;
import io.textonce.http.Problem;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The only way from an intake to an event. The name that a caller gives can reach a route called {@code event-<name>}
 * and nothing else.
 */
public final class EventDoor {

    private static final String NAME = "[a-z][a-z0-9-]{0,59}";

    private final CamelContext context;

    EventDoor(CamelContext context) {
        this.context = context;
    }

    /** Refuses an event that has no route, before anything is done for it. */
    void known(Exchange exchange) {
        String event = exchange.getVariable("event", String.class);
        if (event == null || !event.matches(NAME) || context.getRoute("event-" + event) == null) {
            throw new Refusal(404, "unknown_event", "There is no such event.");
        }
    }

    /**
     * Finds the event's name in a JMS message: the property {@code event}, else JMSType, else the last part of the
     * CloudEvents type (https://cloudevents.io, property {@code ce_type}). Keeps nothing else of it but the body.
     */
    void readJms(Exchange exchange) {
        var message = exchange.getMessage();
        String event = first(
                message.getHeader("event", String.class),
                message.getHeader("JMSType", String.class),
                lastPart(message.getHeader("ce_type", String.class)));
        exchange.setVariable("event", event);
        exchange.setVariable("source", "jms");
        exchange.setVariable("received", message.getBody());
        byte[] body = message.getBody(byte[].class);
        message.removeHeaders("*");
        message.setBody(body == null ? new byte[0] : body);
    }

    /** Whether a failure says that the event can never become a text, however often it is tried. */
    public boolean isFinal(Exchange exchange) {
        var refusal = Problem.refusal(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        return refusal != null && refusal.httpStatus() != 503;
    }

    private static @Nullable String first(@Nullable String... names) {
        for (String name : names) {
            if (name != null && !name.isBlank()) {
                return name;
            }
        }
        return null;
    }

    private static @Nullable String lastPart(@Nullable String type) {
        return type == null ? null : type.substring(type.lastIndexOf('.') + 1);
    }
}
