package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.peer.PeerMonitor;
import io.textonce.sandbox.BrowsedQueue;
import io.textonce.sandbox.Sandbox;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.Destination;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.qpid.jms.message.JmsMessage;
import org.apache.qpid.jms.provider.amqp.message.AmqpJmsMessageFacade;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.annotation.DirtiesContext;

/** What an intake, its dead letters and publishing need of a broker and its client, whichever they are. */
@DirtiesContext // It stops while its broker is there, as an application does.
abstract class BrokerCases {

    static final String QUEUE = "textonce.events";
    static final String DEAD = "textonce.events.dead";

    @Autowired
    private CamelContext camel;

    @Autowired
    private PeerMonitor peers;

    /** Deliveries that fail in a row: more than after which the client gives up by default, if it does. */
    int failures() {
        return 4;
    }

    /** The content type of a published message, as a subscriber reads it over AMQP. */
    String contentType(Message message) throws JMSException {
        return ((AmqpJmsMessageFacade) ((JmsMessage) message).getFacade())
                .getContentType()
                .toString();
    }

    /** Where a subscriber receives what is published to the topic. */
    Destination statusEvents(JMSContext context) {
        return context.createTopic("textonce.status");
    }

    @Test
    void makesOneTextOfAMessageThatComesTwice(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        sandbox.publish("order-shipped", sandbox.orderShipped(id, number));
        sandbox.publish("order-shipped", sandbox.orderShipped(id, number));

        sandbox.awaitStatus(id, "delivered");
        awaitEmptyQueue(sandbox);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("source", "jms");
        assertThat(peers.health().getDetails()).containsEntry("broker", "up");
    }

    @Test
    void redeliversAMessageUntilItIsAcceptedAndCountsItsDeliveries(Sandbox sandbox) throws Exception {
        var counts = new CopyOnWriteArrayList<Integer>();
        String uri = camel.getRoute("intake-jms").getEndpoint().getEndpointUri().replace(QUEUE, "own.retried");
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri)
                        .routeId("own-retried")
                        .routeConfigurationId("to-caller")
                        .process(exchange -> {
                            counts.add(
                                    exchange.getMessage().getBody(Message.class).getIntProperty("JMSXDeliveryCount"));
                            if (counts.size() <= failures()) {
                                throw new IOException("not now");
                            }
                        });
            }
        });
        try {
            sandbox.jms().convertAndSend("own.retried", "again and again");

            await().untilAsserted(() -> assertThat(counts).hasSize(failures() + 1));
            assertThat(counts).isSorted().doesNotHaveDuplicates().startsWith(1);
        } finally {
            camel.getRouteController().stopRoute("own-retried");
            camel.removeRoute("own-retried");
        }
        assertThat(count(sandbox, "own.retried")).isZero();
    }

    @Test
    void publishesEachStatusInOrder(Sandbox sandbox) throws JMSException {
        var messages = new CopyOnWriteArrayList<TextMessage>();
        try (var context = sandbox.context().getBean(ConnectionFactory.class).createContext()) {
            context.createConsumer(statusEvents(context))
                    .setMessageListener(message -> messages.add((TextMessage) message));
            String id = sandbox.newEventId();
            sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
            sandbox.awaitStatus(id, "delivered");
            String delivery = sandbox.delivery(id).get("id").toString();

            await().untilAsserted(() -> assertThat(types(messages, delivery))
                    .containsExactly(
                            "io.textonce.delivery.reserved",
                            "io.textonce.delivery.queued",
                            "io.textonce.delivery.sent",
                            "io.textonce.delivery.delivered"));
            for (var message : messages) {
                assertThat(contentType(message)).isEqualTo("application/cloudevents+json");
            }
        }
    }

    private static List<String> types(List<TextMessage> messages, String delivery) throws JMSException {
        List<String> types = new ArrayList<>();
        for (var message : messages) {
            if (delivery.equals(message.getJMSCorrelationID())) {
                types.add(message.getJMSType());
            }
        }
        return types;
    }

    /** Dead letters of one place that contain a text. */
    private static JsonNode letters(Sandbox sandbox, String place, String text) {
        return sandbox.json(sandbox.postJson(
                "/api/dead-letters/search", "{\"place\":\"" + place + "\",\"text\":\"" + text + "\"}"));
    }

    /** Rejects an event, fixes it where it is set aside, and replays it over the API. */
    final void fixAndReplay(Sandbox sandbox, String place) throws IOException {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.publish("order-shipped", sandbox.orderShipped(id, number).replace("https://", "http://"));
        await().until(() -> letters(sandbox, place, id).path("total").asInt() == 1);
        awaitEmptyQueue(sandbox);
        var json = new ObjectMapper();

        String address = "/api/dead-letters/"
                + letters(sandbox, place, id).at("/deadLetters/0/id").asText();
        var letter = sandbox.json(sandbox.get(address));
        assertThat(letter.path("reason").asText()).contains("trackingUrl");
        var fixed = (ObjectNode) json.readTree(letter.path("body").asText().replace("http://", "https://"));
        var replayed = sandbox.postJson(
                address + "/replay", json.createObjectNode().set("body", fixed).toString());

        assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(200);
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(letters(sandbox, place, id).path("total").asInt()).isZero();
    }

    final void awaitEmptyQueue(Sandbox sandbox) {
        await().until(() -> count(sandbox, QUEUE) == 0);
    }

    /** How many messages a queue holds. */
    int count(Sandbox sandbox, String queue) {
        return BrowsedQueue.read(sandbox.jms(), queue, message -> message).size();
    }
}
