package io.textonce.broker;

import jakarta.jms.Message;
import jakarta.jms.Session;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.MessageCreatedStrategy;
import org.apache.qpid.jms.message.JmsMessage;
import org.apache.qpid.jms.provider.amqp.message.AmqpJmsMessageFacade;
import org.apache.qpid.proton.amqp.Symbol;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Content type of a message that is published over AMQP. Artemis reads it from the property {@code JMS_AMQP_ContentType};
 * the client of AMQP has no property for it.
 */
@Component
final class AmqpContentType implements MessageCreatedStrategy {

    private static final String PROPERTY = "JMS_AMQP_ContentType";

    @Override
    public void onMessageCreated(Message message, Session session, Exchange exchange, @Nullable Throwable cause) {
        String type = exchange.getMessage().getHeader(PROPERTY, String.class);
        if (type != null
                && message instanceof JmsMessage sent
                && sent.getFacade() instanceof AmqpJmsMessageFacade amqp) {
            amqp.setContentType(Symbol.valueOf(type));
        }
    }
}
