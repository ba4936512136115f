package io.textonce.event;

import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * Permission of an HTTP caller to send events, checked at each event: a path of a user's route does not name the event
 * that the route sends.
 */
public final class EventPermission {

    private static final String VARIABLE = "eventPermission";

    private final Predicate<String> events;

    private EventPermission(Predicate<String> events) {
        this.events = events;
    }

    /** Limits an exchange to the events that its caller may send. */
    public static void limit(Exchange exchange, Predicate<String> events) {
        exchange.setVariable(VARIABLE, new EventPermission(events));
    }

    /** @throws EventRejected if the exchange has a caller who may not send the event */
    public static void require(Exchange exchange, String event) {
        var permission = exchange.getVariable(VARIABLE, EventPermission.class);
        if (permission != null && !permission.events.test(event)) {
            throw new EventRejected(403, "forbidden", "This token does not permit the event " + event + ".");
        }
    }

    /**
     * Step of an event's route.
     *
     * @param event that the caller must be permitted to send
     */
    public record Check(String event) implements Processor {

        @Override
        public void process(Exchange exchange) {
            require(exchange, event);
        }
    }
}
