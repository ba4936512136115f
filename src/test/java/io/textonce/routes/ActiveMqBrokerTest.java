package io.textonce.routes;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.springframework.test.context.TestPropertySource;

/** ActiveMQ Classic by its own client, which redelivers a message itself. */
@SandboxTest
@TestPropertySource(
        properties = {
            Sandbox.JMS_CLIENT + "=activemq",
            "textonce.jms.properties.redelivery-policy.initial-redelivery-delay=50",
            "textonce.jms.properties.redelivery-policy.maximum-redelivery-delay=200"
        })
class ActiveMqBrokerTest extends BrokerCases {

    @Override
    int failures() {
        return 8;
    }

    @Override
    String contentType(Message message) throws JMSException {
        return message.getStringProperty("JMS_AMQP_ContentType");
    }
}
