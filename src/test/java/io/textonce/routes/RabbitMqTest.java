package io.textonce.routes;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import jakarta.jms.Destination;
import jakarta.jms.JMSContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.springframework.test.context.TestPropertySource;

/**
 * RabbitMQ 4 at the address in the system property {@code rabbitmq}, as in docs/operations.md: with the durable queues
 * {@code textonce.events}, {@code textonce.inbound} and {@code own.retried}, and with {@code textonce.status}, which is
 * bound to {@code amq.topic} by its own name.
 */
@SandboxTest
@Tag("proof")
@EnabledIfSystemProperty(named = "rabbitmq", matches = "amqp://.+")
@TestPropertySource(
        properties = {
            Sandbox.JMS_CLIENT + "=amqp",
            Sandbox.AMQP_URL + "=${rabbitmq}",
            "textonce.jms.user=guest",
            "textonce.jms.password=guest",
            "textonce.jms.transacted=false",
            "textonce.jms.urgent-consumers=0",
            "textonce.jms.properties.queue-prefix=/queues/",
            "textonce.jms.properties.topic-prefix=/exchanges/amq.topic/"
        })
class RabbitMqTest extends WithoutTransactionsCases {

    @Override
    Destination statusEvents(JMSContext context) {
        return context.createQueue("textonce.status");
    }
}
