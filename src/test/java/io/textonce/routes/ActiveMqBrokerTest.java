package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

/** ActiveMQ Classic by its own client, which redelivers a message itself. */
@SandboxTest
@Tag("proof")
@TestPropertySource(
        properties = {
            Sandbox.JMS_CLIENT + "=activemq",
            "textonce.jms.properties.redelivery-policy.initial-redelivery-delay=50",
            "textonce.jms.properties.redelivery-policy.maximum-redelivery-delay=200"
        })
class ActiveMqBrokerTest extends DeadLetterQueueCases {

    @Autowired
    private MeterRegistry meters;

    @Override
    int failures() {
        return 8;
    }

    @Override
    String contentType(Message message) throws JMSException {
        return message.getStringProperty("JMS_AMQP_ContentType");
    }

    @Test
    void measuresTheDepthOfAQueueByBrowsing(Sandbox sandbox) {
        for (int i = 0; i < 3; i++) {
            sandbox.jms().convertAndSend(DEAD, "left here");
        }
        int left = sandbox.deadLetters().size();

        await().until(() -> depth("dead-letters") == left);
        assertThat(left).isGreaterThanOrEqualTo(3);
        assertThat(depth("events")).isZero();
        assertThat(sandbox.deadLetters()).hasSize(left);
    }

    private double depth(String queue) {
        return meters.get("textonce.queue.messages").tag("queue", queue).gauge().value();
    }
}
