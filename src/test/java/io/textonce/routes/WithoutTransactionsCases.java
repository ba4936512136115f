package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.Sandbox;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a broker without transactions does besides: it acknowledges, the table has the dead letters, nothing is browsed. */
abstract class WithoutTransactionsCases extends BrokerCases {

    @Override
    int count(Sandbox sandbox, String queue) {
        return texts(sandbox, queue).size();
    }

    /** Received and not acknowledged, since a broker like this deletes what is browsed. */
    private static List<String> texts(Sandbox sandbox, String queue) {
        try (var context =
                        sandbox.context().getBean(ConnectionFactory.class).createContext(Session.CLIENT_ACKNOWLEDGE);
                var consumer = context.createConsumer(context.createQueue(queue))) {
            List<String> texts = new ArrayList<>();
            for (var next = consumer.receive(500); next != null; next = consumer.receive(500)) {
                texts.add(next.getBody(String.class));
            }
            return texts;
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void storesWhatCannotBecomeATextInTheTableAndReplaysIt(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.publish("order-shipped", sandbox.orderShipped(id, number).replace("https://", "http://"));
        await().until(() -> letters(sandbox, "table", id).path("total").asInt() == 1);
        awaitEmptyQueue(sandbox);
        var json = new ObjectMapper();

        String address = "/api/dead-letters/"
                + letters(sandbox, "table", id).at("/deadLetters/0/id").asText();
        var letter = sandbox.json(sandbox.get(address));
        assertThat(letter.path("reason").asText()).contains("trackingUrl");
        var fixed = (ObjectNode) json.readTree(letter.path("body").asText().replace("http://", "https://"));
        sandbox.postJson(
                address + "/replay", json.createObjectNode().set("body", fixed).toString());

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(letters(sandbox, "table", id).path("total").asInt()).isZero();
    }

    @Test
    void browsesNoQueue(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.jms().convertAndSend("textonce.inbound", "from " + number);

        var letters = sandbox.postJson("/api/dead-letters/search", "{}");
        var erased = sandbox.request("DELETE", "/api/people", "{\"phone\":\"" + number + "\"}");

        assertThat(letters.statusCode()).isEqualTo(200);
        assertThat(erased.statusCode()).as(erased.body()).isEqualTo(200);
        // What was received and not acknowledged comes again in its own time.
        await().until(() -> texts(sandbox, "textonce.inbound").contains("from " + number));
    }
}
