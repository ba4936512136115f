package io.textonce.event;

import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of an event that has no delivery of its own: it canceled something, or its message is bundled with others. A
 * route leaves it in the variable {@code outcome}.
 *
 * @param status a word for the caller
 * @param duplicate whether the event had been accepted before
 */
public record EventOutcome(String status, boolean duplicate) {

    /** Variable with a list of the outcomes of the events that a step such as {@code split} makes of one. */
    public static final String PARTS = "eventParts";

    /** Returns the delivery of an event, its outcome if it has no delivery, or null if it sent and canceled nothing. */
    public static @Nullable Object orDelivery(Exchange exchange) {
        Object delivery = exchange.getVariable("delivery");
        return delivery == null ? exchange.getVariable("outcome") : delivery;
    }

    /** Keeps the outcome of one branch in another one that has none. */
    public static void keep(Exchange branch, Exchange other) {
        if (orDelivery(other) == null) {
            other.setVariable("delivery", branch.getVariable("delivery"));
            other.setVariable("outcome", branch.getVariable("outcome"));
        }
    }
}
