package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;

/** Artemis, reached over AMQP 1.0. */
@SandboxTest
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(properties = Sandbox.JMS_CLIENT + "=amqp")
class AmqpBrokerTest extends DeadLetterQueueCases {

    @Autowired
    private MeterRegistry meters;

    /** The broker ends the session of a message that it rejects, and does not count its delivery. */
    @Test
    void keepsAMessageUntilTheDeadLetterQueueTakesIt(Sandbox sandbox, CapturedOutput output) {
        String body = "poison " + sandbox.newEventId();
        sandbox.jms().convertAndSend(DEAD, "it is full with this");
        var broker = sandbox.peers().broker();
        long before = broker.messages(DEAD);
        var room = broker.full(DEAD, QUEUE);
        try {
            sandbox.publish("order-shipped", body);
            await().until(() -> output.getOut().contains("Address \"" + DEAD + "\" is full"));
        } finally {
            room.run();
        }

        // A browser that was opened while sessions of the queue end may wait without end.
        await().until(() -> broker.messages(DEAD) > before);
        await().until(() -> sandbox.deadLetters().contains(body));
        awaitEmptyQueue(sandbox);
    }

    /** A broker that does not support browsing over AMQP deletes what is browsed. */
    @Test
    void browsesNoQueueForItsDepth() {
        assertThat(meters.find("textonce.queue.messages").gauges()).isEmpty();
    }
}
