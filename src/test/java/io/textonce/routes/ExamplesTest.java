package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.component.stub.StubComponent;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** An integrator's own routes from other components, which end in {@code kamelet:sms-send-sink}. */
@SandboxTest
class ExamplesTest {

    @Autowired
    private CamelContext camel;

    private String loaded = "";

    @AfterEach
    void unload(Sandbox sandbox) throws Exception {
        camel.getRouteController().stopRoute(loaded);
        camel.removeRoute(loaded);
        camel.removeComponent("kafka");
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
    }

    @Test
    void textsEachRecordOfATopicOnce(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        String event = "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                + "\",\"parcelId\":\"P 7\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
        camel.addComponent("kafka", new StubComponent());

        load("routes/examples/parcel-arrived.camel.yaml", "parcel-arrived");
        try (var template = camel.createProducerTemplate()) {
            String topic = camel.getRoute(loaded).getEndpoint().getEndpointUri();
            template.sendBody(topic, "not JSON");
            template.sendBody(topic, event);
            template.sendBody(topic, event);
        }

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your parcel P 7 has arrived.");
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
