package io.textonce.delivery;

import io.textonce.message.TestSms;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;

/** A claim as the route makes it. */
public final class ClaimedEvent {

    private ClaimedEvent() {}

    /**
     * The delivery, or nothing when the event was taken before.
     *
     * @param service Messaging Service that sends, or empty for the usual sender
     */
    public static Optional<Delivery> claim(
            DeliveryTables tables, CamelContext context, String eventId, String service, String phone, String text) {
        return claim(tables, context, eventId, service, phone, text, SendDecision.SEND);
    }

    /** As for an event that is to be sent later. */
    public static void hold(
            DeliveryTables tables,
            CamelContext context,
            String eventId,
            String service,
            String phone,
            String text,
            Duration wait) {
        claim(
                tables,
                context,
                eventId,
                service,
                phone,
                text,
                SendDecision.held(Instant.now().plus(wait), "Held"));
    }

    private static Optional<Delivery> claim(
            DeliveryTables tables,
            CamelContext context,
            String eventId,
            String service,
            String phone,
            String text,
            SendDecision decision) {
        var policy = TestSms.policy();
        policy.setMessagingService(service);
        var sms = TestSms.of(policy, eventId, service.isEmpty() ? DeliveryTables.SENDER : service, phone, text);
        var exchange = new DefaultExchange(context);
        exchange.setVariable("sms", sms);
        exchange.setVariable("decision", decision);
        return tables.claims().add(exchange, sms.key())
                ? Optional.of(exchange.getVariable("delivery", Delivery.class))
                : Optional.empty();
    }
}
