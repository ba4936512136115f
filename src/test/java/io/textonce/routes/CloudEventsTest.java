package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.BrowsedQueue;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CloudEvents 1.0 at every intake, and the header Idempotency-Key. */
@SandboxTest
class CloudEventsTest {

    private final String id = UUID.randomUUID().toString();

    @Test
    void takesOneEventByEveryWayAndTextsOnce(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String structured = structured("com.example.order-shipped", data(number));

        var first = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/events"))
                .header("Content-Type", "application/cloudevents+json; charset=utf-8")
                .header("Idempotency-Key", '"' + id + '"')
                .POST(BodyPublishers.ofString(structured)));
        var second = binary(sandbox, "com.example.order-shipped", data(number));
        for (String prefix : new String[] {"cloudEvents_", "cloudEvents:", "ce_"}) {
            publish(sandbox, prefix, data(number));
        }
        sandbox.jms().convertAndSend("textonce.events", structured);
        var file = sandbox.drop("order-shipped", id + ".jsonl", structured + "\n");

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(second.statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(sandbox.peers().broker().messages("textonce.events")).isZero();
            assertThat(file).doesNotExist();
        });
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.database()
                        .queryForList(
                                "SELECT event_id FROM textonce.deliveries WHERE event_id LIKE ?",
                                String.class,
                                id + "%"))
                .singleElement()
                .asString()
                .matches(id + "@[0-9a-f]{16}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"com.example.nothing", "com.example.Order Shipped", "sms-send"})
    void refusesATypeThatIsNoEvent(String type, Sandbox sandbox) {
        assertThat(binary(sandbox, type.replace(" ", "%20"), data(sandbox.newNumber()))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void refusesAKeyThatIsAnotherOne(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "another")
                .POST(BodyPublishers.ofString(sandbox.orderShipped(id, number))));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(sandbox.json(answer).get("details").fieldNames())
                .toIterable()
                .containsExactly("Idempotency-Key");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @Test
    void takesTheKeyForAnEventIdThatIsNotThere(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", '"' + id + '"')
                .POST(BodyPublishers.ofString(data(number))));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.delivery(id)).containsEntry("event", "order-shipped");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cloudEvents_", "cloudEvents:"})
    void putsAsideOneThatIsRefused(String prefix, Sandbox sandbox) {
        publish(sandbox, prefix, data("0170 " + id));

        await().until(() -> BrowsedQueue.read(sandbox.jms(), "textonce.events.dead", this::isRefused)
                .contains(true));
    }

    private boolean isRefused(Message letter) throws JMSException {
        return letter instanceof TextMessage text
                && text.getText().contains(id)
                && letter.getStringProperty("textonceReason").contains("phone");
    }

    /** With a prefix of the JMS binding, or of AMQP's, whose names only Artemis's own interface lets through. */
    private void publish(Sandbox sandbox, String prefix, String data) {
        sandbox.jms().convertAndSend("textonce.events", data, message -> {
            var properties = ((ActiveMQMessage) message).getCoreMessage();
            properties.putStringProperty(prefix + "specversion", "1.0");
            properties.putStringProperty(prefix + "type", "com.example.order-shipped.v1");
            properties.putStringProperty(prefix + "source", "/shop");
            properties.putStringProperty(prefix + "id", id);
            return message;
        });
    }

    private HttpResponse<String> binary(Sandbox sandbox, String type, String data) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/events"))
                .header("Content-Type", "application/json")
                .header("ce-specversion", "1.0")
                .header("ce-type", type)
                .header("ce-source", "/shop")
                .header("ce-id", id)
                .POST(BodyPublishers.ofString(data)));
    }

    private String structured(String type, String data) {
        return "{\"specversion\":\"1.0\",\"type\":\"" + type + "\",\"source\":\"/shop\",\"id\":\"" + id + "\",\"data\":"
                + data + "}";
    }

    private static String data(String number) {
        return "{\"phone\":\"" + number + "\",\"orderId\":\"7\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }
}
