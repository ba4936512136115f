package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.CamelContext;
import org.apache.camel.component.stub.StubComponent;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.util.FileSystemUtils;

/** An integrator's own routes from other components, which end in {@code kamelet:sms-send-sink}. */
@SandboxTest
@ExtendWith(OutputCaptureExtension.class)
class ExamplesTest {

    @Autowired
    private CamelContext camel;

    private String loaded = "";
    private Path copied = Path.of("target", "no-mappings");

    @AfterEach
    void unload(Sandbox sandbox) throws Exception {
        camel.getRouteController().stopRoute(loaded);
        camel.removeRoute(loaded);
        camel.removeComponent("kafka");
        FileSystemUtils.deleteRecursively(copied);
        sandbox.database().execute("DROP SCHEMA IF EXISTS shop CASCADE");
    }

    @Test
    void textsEachRowOfATableOnce(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.database().execute("CREATE SCHEMA shop");
        sandbox.database()
                .execute("CREATE TABLE shop.invoices (id integer, event_id text, phone text, texted boolean)");
        sandbox.database().execute("""
                CREATE VIEW shop.invoice_texts AS
                SELECT id AS "invoiceId", event_id AS "eventId", phone, 'A-' || id AS number, '1 March' AS due,
                    '2026-02-01T08:00:00Z' AS "consentAt"
                FROM shop.invoices WHERE NOT texted
                """);
        String legacy = "(" + number.substring(2, 5) + ") " + number.substring(5, 8) + "-" + number.substring(8);
        insert(sandbox, 1, id, legacy);
        insert(sandbox, 2, sandbox.newEventId(), "not a number");

        load("routes/examples/invoice-due.camel.yaml", "invoice-due");
        awaitAllTexted(sandbox);
        sandbox.database().update("UPDATE shop.invoices SET texted = false");
        awaitAllTexted(sandbox);

        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Invoice A-1 is due on 1 March.");
        assertThat(sandbox.delivery(id)).containsEntry("event", "invoice-due").containsEntry("source", "route");
        assertThat(kept(sandbox, "invoice-due"))
                .singleElement()
                .satisfies(letter -> assertThat(letter).contains("\"not a number\"", "\"A-2\""));
    }

    @Test
    void textsEachRecordOfATopicOnce(Sandbox sandbox, CapturedOutput output) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        String event = "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                + "\",\"parcelId\":\"P 7\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
        camel.addComponent("kafka", new StubComponent());

        load("routes/examples/parcel-arrived.camel.yaml", "parcel-arrived");
        try (var template = camel.createProducerTemplate()) {
            String topic = camel.getRoute(loaded).getEndpoint().getEndpointUri();
            template.sendBody(topic, "not JSON \u0000 at all");
            template.sendBody(topic, "not JSON \u0000 at all");
            template.sendBody(topic, event);
            template.sendBody(topic, event);
        }

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your parcel P 7 has arrived.");
        assertThat(kept(sandbox, "parcel-arrived")).containsExactly("not JSON \u0000 at all");
        assertThat(output)
                .contains("parcel-arrived skipped an event: body is not valid JSON in UTF-8 (line 1, column ")
                .contains("; it is stored in the table textonce.dead_letters");
    }

    @Test
    void mapsAnOrderInXmlOnAQueueByXslt(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String order = sandbox.newEventId();
        mappings(sandbox);

        load("routes/examples/order-xml-queue.camel.yaml", "order-xml-queue");
        for (int time = 0; time < 2; time++) {
            sandbox.jms().convertAndSend("shop.orders", orderXml(order, number));
        }
        sandbox.jms().convertAndSend("shop.orders", "<order number='" + order + "'>");

        sandbox.awaitStatus("order_" + order + "_shipped_v1", "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order " + order + " has shipped. Tracking: https://example.com/t?a=1&b=2");
        await().until(() -> sandbox.peers().broker().messages("shop.orders") == 0);
        await().until(() -> isDeadLetter(sandbox, order));
    }

    private static boolean isDeadLetter(Sandbox sandbox, String text) {
        return Boolean.TRUE.equals(sandbox.jms().browse("textonce.events.dead", (session, dead) -> {
            var letters = dead.getEnumeration();
            while (letters.hasMoreElements()) {
                if (letters.nextElement() instanceof TextMessage letter
                        && letter.getText().contains(text)) {
                    return true;
                }
            }
            return false;
        }));
    }

    @Test
    void mapsAnOrderInAnXmlFileByJq(Sandbox sandbox, @TempDir Path folder) throws Exception {
        String number = sandbox.newNumber();
        String order = sandbox.newEventId();
        mappings(sandbox);
        loaded = "order-xml-file";

        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString(
                        "order-xml-file.camel.yaml",
                        Files.readString(Path.of("routes/examples/order-xml-file.camel.yaml"))
                                .replace("directoryName: shop-orders", "directoryName: " + folder)));
        Files.writeString(folder.resolve("order.xml"), orderXml(order, number));

        sandbox.awaitStatus("order_" + order + "_shipped_v1", "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order " + order + " has shipped. Tracking: https://example.com/t?a=1&b=2");
        await().until(() -> !Files.exists(folder.resolve("order.xml")));
    }

    private static String orderXml(String order, String number) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <order number="%s">
                  <customer><phone>%s</phone><consent>2026-06-02T09:00:00Z</consent></customer>
                  <tracking>https://example.com/t?a=1&amp;b=2</tracking>
                </order>
                """.formatted(order, number);
    }

    /** Copies the mappings of the examples to where an integrator copies them, for the test. */
    private void mappings(Sandbox sandbox) throws IOException {
        copied = sandbox.routes().resolve("mappings");
        FileSystemUtils.copyRecursively(Path.of("routes/examples/mappings"), copied);
    }

    @Test
    void putsAMessageOfAnOwnQueueAsideAsItCame(Sandbox sandbox) throws Exception {
        String mark = sandbox.newEventId();
        loaded = "own-queue";
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("own-queue.camel.yaml", """
                - route:
                    id: own-queue
                    routeConfigurationId: dead-letter
                    from:
                      uri: jms:own.queue
                      parameters:
                        transacted: true
                        lazyCreateTransactionManager: false
                        cacheLevelName: CACHE_CONSUMER
                      steps:
                        - setHeader:
                            name: CamelJmsDestinationName
                            constant: elsewhere
                        - unmarshal:
                            json:
                              library: Jackson
                              objectMapper: "#eventJson"
                        - setBody:
                            constant: something else
                        - to: kamelet:sms-send-sink?event=own&purpose=own
                """));

        for (String body : List.of("no JSON", "{\"phone\":\"nobody\"}")) {
            sandbox.jms().send("own.queue", session -> {
                var message = session.createTextMessage(body);
                message.setStringProperty("mark", mark);
                message.setIntProperty("shop", 7);
                ((ActiveMQMessage) message).getCoreMessage().putStringProperty("content-type", "text/plain");
                return message;
            });

            var dead = (TextMessage) sandbox.jms().receiveSelected("textonce.events.dead", "mark = '" + mark + "'");
            assertThat(dead).isNotNull();
            assertThat(dead.getText()).isEqualTo(body);
            assertThat(dead.getStringProperty("textonceReason")).isNotBlank();
            assertThat(dead.getIntProperty("shop")).isEqualTo(7);
        }
        await().until(() -> sandbox.peers().broker().messages("own.queue") == 0);
        assertThat(sandbox.peers().broker().messages("elsewhere")).isZero();

        sandbox.jms().convertAndSend("textonce.events.dead", "it is full with this");
        var room = sandbox.peers().broker().full("textonce.events.dead", "own.queue");
        try {
            sandbox.jms().convertAndSend("own.queue", "poison " + mark);
            // A message between two deliveries is on no queue for a moment.
            await().untilAsserted(() -> assertThat(kept(sandbox, "own-queue")).containsExactly("poison " + mark));
            await().until(() -> sandbox.peers().broker().messages("own.queue") == 0);
        } finally {
            room.run();
        }
    }

    /** What the table of dead letters holds of a route. */
    private static List<String> kept(Sandbox sandbox, String route) {
        return sandbox.database()
                .query(
                        "SELECT body FROM textonce.dead_letters WHERE route = ?",
                        (row, n) -> new String(row.getBytes("body"), StandardCharsets.UTF_8),
                        route);
    }

    private void load(String file, String route) throws Exception {
        loaded = route;
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(camel, "file:" + Path.of(file)));
    }

    private static void insert(Sandbox sandbox, int id, String eventId, String phone) {
        sandbox.database().update("INSERT INTO shop.invoices VALUES (?, ?, ?, false)", id, eventId, phone);
    }

    private static void awaitAllTexted(Sandbox sandbox) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(sandbox.database()
                                .queryForObject("SELECT bool_and(texted) FROM shop.invoices", Boolean.class))
                        .isTrue());
    }
}
