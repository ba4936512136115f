package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
        fixAndReplay(sandbox, "table");
    }

    @Test
    void browsesNoQueue(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.jms().convertAndSend("textonce.inbound", "from " + number);

        var letters = sandbox.postJson("/api/dead-letters/search", "{}");
        var erased = sandbox.request("DELETE", "/api/people", "{\"phone\":\"" + number + "\"}");

        assertThat(letters.statusCode()).isEqualTo(200);
        assertThat(erased.statusCode()).as(erased.body()).isEqualTo(200);
        // Its messages may hold the number, so the report of an erasure names it.
        assertThat(erased.body()).contains("\"notSearched\":[\"textonce.inbound\"]");
        // What was received and not acknowledged comes again in its own time.
        await().until(() -> texts(sandbox, "textonce.inbound").contains("from " + number));
    }
}
