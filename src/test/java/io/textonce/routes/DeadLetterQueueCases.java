package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.publish("order-shipped", sandbox.orderShipped(id, number).replace("https://", "http://"));
        await().until(() -> letters(sandbox, "queue", id).path("total").asInt() == 1);
        var json = new ObjectMapper();

        String address = "/api/dead-letters/"
                + letters(sandbox, "queue", id).at("/deadLetters/0/id").asText();
        String body = sandbox.json(sandbox.get(address)).path("body").asText();
        var fixed = (ObjectNode) json.readTree(body.replace("http://", "https://"));
        var replayed = sandbox.postJson(
                address + "/replay", json.createObjectNode().set("body", fixed).toString());

        assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(200);
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(letters(sandbox, "queue", id).path("total").asInt()).isZero();
    }
}
