package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What a broker with transactions does besides: it has the dead-letter queue, which is browsed. */
abstract class DeadLetterQueueCases extends BrokerCases {

    @Test
    void movesAMessageThatCannotBecomeATextAsItCameAndWithTheReason(Sandbox sandbox) throws JMSException {
        String mark = sandbox.newEventId();
        sandbox.jms().send(QUEUE, session -> {
            var message = session.createBytesMessage();
            message.writeBytes("no JSON".getBytes());
            message.setStringProperty("mark", mark);
            message.setIntProperty("shop", 7);
            message.setJMSType("order-shipped");
            return message;
        });

        Message dead = sandbox.jms().receiveSelected(DEAD, "mark = '" + mark + "'");

        assertThat(dead).isNotNull();
        assertThat(dead.getBody(byte[].class)).isEqualTo("no JSON".getBytes());
        assertThat(dead.getIntProperty("shop")).isEqualTo(7);
        assertThat(dead.getJMSType()).isEqualTo("order-shipped");
        assertThat(dead.getStringProperty("textonceReason")).contains("is not valid JSON");
        awaitEmptyQueue(sandbox);
    }

    @Test
    void fixesAndReplaysADeadLetterOverTheApi(Sandbox sandbox) throws IOException {
        fixAndReplay(sandbox, "queue");
    }
}
