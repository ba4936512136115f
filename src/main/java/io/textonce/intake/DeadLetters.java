package io.textonce.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.textonce.http.Problem;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.TextOnceProperties;
import io.textonce.tuning.SharedBuffers;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.JmsBinding;
import org.apache.camel.component.jms.JmsEndpoint;
import org.apache.camel.component.jms.JmsMessage;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Dead letters of the failure policies. A message goes into the dead-letter queue as it came, its properties under names
 * that JMS takes; when the queue has not taken it for a while it goes into the table. So a message that can't become an
 * SMS is given back to the broker a bounded number of times, whatever goes wrong.
 */
@Component
public final class DeadLetters {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetters.class);

    private static final String EVENT = "event";
    static final String REASON = "textonceReason";
    private static final String DELIVERIES = "JMSXDeliveryCount";

    /** After so many deliveries the dead-letter queue has had minutes to take a message. */
    private static final int MOST_DELIVERIES = 10;

    /** Words of the language of selectors, which no property may have for a name. */
    private static final Set<String> RESERVED =
            Set.of("NULL", "TRUE", "FALSE", "NOT", "AND", "OR", "BETWEEN", "LIKE", "IN", "IS", "ESCAPE");

    private final RepeatedLines repeated = new RepeatedLines();
    private final DeadLetterTable table;
    private final boolean hasQueue;

    DeadLetters(DeadLetterTable table, TextOnceProperties settings) {
        this.table = table;
        this.hasQueue = settings.jms().transacted();
    }

    /**
     * Makes the message that came the one that is sent on, with the event's name and the reason in properties. Of a user
     * route that is the message as its source gave it. An event that is no message of a queue is stored, and every event
     * where a message can't be moved to the dead-letter queue in the transaction that takes it from its own.
     */
    void letter(Exchange exchange) throws JMSException {
        var received = received(exchange);
        if (!hasQueue || received == null && !(exchange.getFromEndpoint() instanceof JmsEndpoint)) {
            skipped(exchange);
            exchange.setVariable("storedInTable", true);
            return;
        }
        String reason = reason(exchange, "it is moved to the dead-letter queue");
        if (deliveries(exchange, received) > MOST_DELIVERIES) {
            Object body = received == null ? exchange.getMessage().getBody() : received;
            table.keep(exchange.getFromRouteId(), event(exchange), reason, bytes(exchange, body));
            repeated.log(
                    "stored",
                    omitted -> LOG.error(
                            "The dead-letter queue accepts no message; the event is stored in the table"
                                    + " textonce.dead_letters ({} more since the last line)",
                            omitted));
            exchange.setVariable("storedInTable", true);
            return;
        }
        exchange.setMessage(received == null ? made(exchange, reason) : asItCame(exchange, received, reason));
    }

    /** Keeps an event that is skipped, unless its delivery is kept, and logs the reason. */
    void skipped(Exchange exchange) {
        String reason = reason(exchange, "it is skipped");
        boolean kept = exchange.getVariable("delivery") == null;
        if (kept) {
            byte[] body = bytes(exchange, exchange.getMessage().getBody());
            table.keep(exchange.getFromRouteId(), event(exchange), reason, body);
        }
        LOG.warn(
                "{} skipped an event: {}{}",
                exchange.getFromRouteId(),
                logged(reason),
                kept ? "; it is stored in the table textonce.dead_letters" : "");
    }

    /** A reason as the log shows it: behind a field's name and a colon it would be taken for what the field holds. */
    public static String logged(String reason) {
        return reason.replace(": ", " ");
    }

    private String reason(Exchange exchange, String consequence) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        var rejection = Problem.rejection(caught);
        if (rejection == null) {
            repeated.logFailure(
                    caught,
                    omitted -> LOG.error(
                            "An event failed with an unexpected error; {} ({} more since the last line)",
                            consequence,
                            omitted,
                            caught));
            return EventRouteGuard.unforeseen(caught);
        }
        return rejection.reason();
    }

    private static @Nullable String event(Exchange exchange) {
        return exchange.getVariable(EVENT, String.class);
    }

    private static @Nullable Message received(Exchange exchange) {
        var received = exchange.getVariable("received", Message.class);
        return received == null && exchange.getMessage().getBody() instanceof Message body ? body : received;
    }

    /** How often the broker has delivered a message, this time included. */
    private static int deliveries(Exchange exchange, @Nullable Message message) throws JMSException {
        if (message == null) {
            return exchange.getMessage().getHeader(DELIVERIES, 1, Integer.class);
        }
        return message.propertyExists(DELIVERIES) ? message.getIntProperty(DELIVERIES) : 1;
    }

    private static JmsMessage asItCame(Exchange exchange, Message message, String reason) throws JMSException {
        Map<String, Object> properties = properties(message);
        // The properties of a message that came can only be replaced as a whole.
        message.clearProperties();
        for (var property : properties.entrySet()) {
            set(message, propertyName(property.getKey()), property.getValue());
        }
        String event = event(exchange);
        if (event != null) {
            message.setStringProperty(EVENT, event);
        }
        message.setStringProperty(REASON, reason);
        var letter = new JmsMessage(exchange, message, null, exchange.getProperty(Exchange.BINDING, JmsBinding.class));
        // Otherwise its properties would become headers, and a header can set the destination.
        letter.setHeaders(new HashMap<>());
        return letter;
    }

    private static DefaultMessage made(Exchange exchange, String reason) {
        var came = exchange.getMessage();
        var letter = new DefaultMessage(exchange);
        letter.setBody(came.getBody() instanceof String text ? text : bytes(exchange, came.getBody()));
        for (var header : came.getHeaders().entrySet()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!name.startsWith("camel") && !name.startsWith("jms")) {
                letter.setHeader(propertyName(header.getKey()), header.getValue());
            }
        }
        String event = event(exchange);
        if (event != null) {
            letter.setHeader(EVENT, event);
        }
        letter.setHeader(REASON, reason);
        return letter;
    }

    /** Returns the properties of a message that its sender set. */
    static Map<String, Object> properties(Message message) throws JMSException {
        Map<String, Object> properties = new HashMap<>();
        for (Object name : Collections.list((java.util.Enumeration<?>) message.getPropertyNames())) {
            String property = name.toString();
            // Those of the provider, such as the count of deliveries.
            if (!property.startsWith("JMS") && !property.startsWith("_")) {
                properties.put(property, message.getObjectProperty(property));
            }
        }
        return properties;
    }

    /** Senders over AMQP and STOMP use names that JMS does not take, such as {@code content-type} and {@code null}. */
    private static String propertyName(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_$]", "_");
        boolean taken = !plain.isEmpty()
                && !Character.isDigit(plain.charAt(0))
                && !RESERVED.contains(plain.toUpperCase(Locale.ROOT));
        return taken ? plain : "x_" + plain;
    }

    /** Sets a property; a value that JMS does not support is set as text, or else left out. */
    private static void set(Message message, String name, Object value) {
        try {
            message.setObjectProperty(name, value);
        } catch (JMSException | RuntimeException e) {
            try {
                message.setStringProperty(name, String.valueOf(value));
            } catch (JMSException | RuntimeException none) {
                LOG.debug("A dead letter lacks the property {}, which can't be copied", name, none);
            }
        }
    }

    /** Returns the text or bytes of a message; an object in it is never brought to life. */
    static byte[] bytes(Message message) throws JMSException {
        if (message instanceof TextMessage text && text.getText() != null) {
            return text.getText().getBytes(StandardCharsets.UTF_8);
        }
        if (message instanceof BytesMessage sent) {
            byte[] bytes = new byte[(int) Math.min(sent.getBodyLength(), DeadLetterTable.MOST)];
            sent.reset();
            sent.readBytes(bytes);
            return bytes;
        }
        return new byte[0];
    }

    private static byte[] bytes(Exchange exchange, @Nullable Object body) {
        try {
            if (body == null) {
                return new byte[0];
            }
            if (body instanceof Message message) {
                return bytes(message);
            }
            if (body instanceof Map<?, ?> || body instanceof Iterable<?>) {
                return SharedBuffers.JSON.writeValueAsBytes(body);
            }
        } catch (JMSException | JsonProcessingException e) {
            LOG.debug("A dead letter is stored without its content", e);
        }
        byte[] bytes = exchange.getContext().getTypeConverter().tryConvertTo(byte[].class, exchange, body);
        return bytes == null ? String.valueOf(body).getBytes(StandardCharsets.UTF_8) : bytes;
    }
}
