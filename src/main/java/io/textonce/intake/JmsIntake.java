package io.textonce.intake;

import io.textonce.event.CloudEvent;
import io.textonce.event.EventRejected;
import io.textonce.intake.file.Lines;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * A message of the event queue on its way through the route {@code intake-jms}. Only its text or bytes are read: an
 * object in it is never brought to life. What can't become a text goes on as the very message that came.
 */
@Component
final class JmsIntake {

    private static final String EVENT = "event";
    private static final List<String> CLOUD_EVENTS = List.of("cloudEvents_", "cloudEvents:", "ce_");

    /**
     * Finds the event's name in a message: the property {@code event}, else JMSType, else the type of the CloudEvent
     * that it is, by its properties or its body, or the type alone in {@code ce_type}. Keeps nothing else of it but the body.
     */
    void read(Exchange exchange) throws JMSException {
        var in = exchange.getMessage();
        var received = in.getBody(Message.class);
        exchange.setVariable("received", received);
        exchange.setVariable("source", "jms");
        String named = first(in.getHeader(EVENT, String.class), in.getHeader("JMSType", String.class));
        exchange.setVariable("event", named);
        String type = in.getHeader("ce_type", String.class);
        in.setHeaders(new HashMap<>());
        byte[] body = body(received);
        var cloudEvent = cloudEvent(received, body);
        if (named == null && cloudEvent != null) {
            exchange.setVariable("event", cloudEvent.event());
        } else if (named == null && type != null) {
            exchange.setVariable("event", CloudEvent.eventOf(type));
        }
        in.setBody(cloudEvent == null ? body : cloudEvent.json());
    }

    /** Reads a message that was moved to the dead-letter queue as it came. */
    static Received received(Message message) throws JMSException {
        byte[] body = body(message);
        var cloudEvent = cloudEvent(message, body);
        return cloudEvent == null
                ? new Received(message.getJMSType(), body)
                : new Received(cloudEvent.event(), cloudEvent.json());
    }

    /** Event of a message, in JSON. */
    record Received(@Nullable String event, byte[] json) {}

    /**
     * Returns the CloudEvent of a message, in any of its bindings: properties with the prefix of the AMQP or the JMS
     * binding, {@code cloudEvents:} or {@code cloudEvents_}, or {@code ce_}; else in the body beside the data.
     */
    private static @Nullable CloudEvent cloudEvent(Message message, byte[] body) throws JMSException {
        for (String prefix : CLOUD_EVENTS) {
            if (message.propertyExists(prefix + "specversion")) {
                var properties = DeadLetters.properties(message);
                return CloudEvent.binary(
                        name -> {
                            var value = properties.get(prefix + name);
                            return value == null ? null : value.toString();
                        },
                        body);
            }
        }
        return CloudEvent.mayBe(body) ? CloudEvent.structured(body) : null;
    }

    private static byte[] body(Message message) throws JMSException {
        if (message instanceof TextMessage text && text.getText() != null) {
            if (text.getText().length() <= Lines.LIMIT) {
                return text.getText().getBytes(StandardCharsets.UTF_8);
            }
        } else if (message instanceof BytesMessage bytes) {
            if (bytes.getBodyLength() <= Lines.LIMIT) {
                byte[] body = new byte[(int) bytes.getBodyLength()];
                // The message comes again, or goes on as a dead letter: it is read from its start each time.
                bytes.reset();
                bytes.readBytes(body);
                return body;
            }
        } else {
            throw new EventRejected(
                    415,
                    "unsupported_media_type",
                    "The message must contain JSON, as a text message or a bytes message.");
        }
        throw new EventRejected(413, "too_large", "The message is larger than 64 KiB.");
    }

    private static @Nullable String first(@Nullable String... names) {
        for (String name : names) {
            if (name != null && !name.isBlank()) {
                return name;
            }
        }
        return null;
    }
}
