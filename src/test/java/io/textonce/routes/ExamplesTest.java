package io.textonce.routes;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.mustachejava.MustacheFactory;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.message.Senders;
import io.textonce.message.TemplatesForTests;
import io.textonce.sandbox.KafkaForTests;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import jakarta.jms.TextMessage;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** An integrator's own routes from other components, which end in {@code kamelet:sms-send-sink}. */
@SandboxTest
@ExtendWith(OutputCaptureExtension.class)
class ExamplesTest extends ExampleCases {

    @Autowired
    private MustacheFactory mustache;

    @Autowired
    private Senders senders;

    @Autowired
    private MeterRegistry meters;

    @AfterEach
    @Override
    void unload(Sandbox sandbox) throws Exception {
        super.unload(sandbox);
        senders.reload();
        sandbox.database().execute("DROP SCHEMA IF EXISTS shop CASCADE");
        if (camel.getRegistry().lookupByName("shopDatabase") instanceof HikariDataSource pool) {
            pool.close();
            camel.getRegistry().unbind("shopDatabase");
        }
        sandbox.database().execute("DROP DATABASE IF EXISTS shop WITH (FORCE)");
    }

    @Test
    void textsEachRowOfATableOnce(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.database().execute("CREATE DATABASE shop");
        var shop = shopDatabase(sandbox);
        shop.execute("CREATE SCHEMA shop");
        shop.execute("CREATE TABLE shop.invoices (id integer, event_id text, phone text, texted boolean)");
        shop.execute("""
                CREATE VIEW shop.invoice_texts AS
                SELECT id AS "invoiceId", event_id AS "eventId", phone, 'A-' || id AS number, 1000 + id AS items,
                    1234.50 AS total, 'EUR' AS currency, date '2026-03-01' AS due, 'de-AT' AS locale,
                    '2026-02-01T08:00:00Z' AS "consentAt"
                FROM shop.invoices WHERE NOT texted
                """);
        copy(sandbox, "templates");
        String legacy = "(" + number.substring(2, 5) + ") " + number.substring(5, 8) + "-" + number.substring(8);
        String insert = "INSERT INTO shop.invoices VALUES (?, ?, ?, false)";
        shop.update(insert, 1, id, legacy);
        shop.update(insert, 2, sandbox.newEventId(), "not a number");

        loadExample(
                "routes/examples/invoice-due.camel.yaml",
                example -> example.replace(
                                "{{env:SHOP_DATABASE_URL}}",
                                sandbox.peers().postgres().url("shop"))
                        .replace("{{env:SHOP_DATABASE_USERNAME}}", "{{spring.datasource.username}}")
                        .replace("{{env:SHOP_DATABASE_PASSWORD}}", "{{spring.datasource.password}}"));
        awaitAllTexted(shop);
        shop.update("UPDATE shop.invoices SET texted = false");
        awaitAllTexted(shop);

        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Rechnung A-1 über 1 001 Artikel ist am 1. März 2026 fällig: € 1.234,50.");
        assertThat(sandbox.delivery(id)).containsEntry("event", "invoice-due").containsEntry("source", "route");
        assertThat(kept(sandbox, "invoice-due"))
                .singleElement()
                .satisfies(letter -> assertThat(letter).contains("\"not a number\"", "\"A-2\""));
    }

    @Test
    void storesWhatAnOwnRouteCanNotProcess(Sandbox sandbox) throws Exception {
        loaded = "own-failing";
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString("own-failing.camel.yaml", """
                - route:
                    id: own-failing
                    routeConfigurationId: dead-letter
                    from:
                      uri: direct:own-failing
                      steps:
                        - setBody:
                            jq: error("no such order")
                        - to: kamelet:sms-send-sink?event=own&purpose=own
                """));

        try (var template = camel.createProducerTemplate()) {
            template.sendBody("direct:own-failing", "{\"order\":7}");
        }

        assertThat(kept(sandbox, "own-failing")).containsExactly("{\"order\":7}");
    }

    @Test
    void respondsToAnOrderInXmlAsToAnyEvent(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String order = sandbox.newEventId();
        copy(sandbox, "mappings");
        load("routes/examples/order-xml-http.camel.yaml", "order-xml-http");

        var first = postXml(sandbox, orderXml(order, number));
        sandbox.awaitStatus("order_" + order + "_shipped_v1", "delivered");
        var second = postXml(sandbox, orderXml(order, number));
        var wrong = postXml(sandbox, orderXml(order, "nobody"));
        var broken = postXml(sandbox, "<order>");
        var empty = postXml(sandbox, "");
        var two = postXml(sandbox, orderXml(sandbox.newEventId(), number) + "<order/>");
        var json = sandbox.postJson("/api/shop/orders", "{}");

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(sandbox.json(first).path("accepted").asBoolean()).isTrue();
        assertThat(first.headers().firstValue("Location").orElseThrow()).startsWith("/api/deliveries/");
        assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
        assertThat(sandbox.json(second).path("duplicate").asBoolean()).isTrue();
        assertThatProblem(wrong).is(400, "invalid_request");
        assertThatProblem(broken).is(400, "invalid_request");
        assertThat(broken.body()).contains("is not valid XML");
        assertThatProblem(empty).is(400, "invalid_request");
        assertThat(empty.body()).contains("is not valid XML");
        assertThatProblem(two).is(400, "invalid_request");
        assertThat(two.body()).contains("is not valid XML");
        assertThatProblem(json).is(415, "unsupported_media_type");
        assertThat(json.body()).contains("Send the body with the header Content-Type: application/xml.");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    private static HttpResponse<String> postXml(Sandbox sandbox, String xml) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/shop/orders"))
                .header("Content-Type", "application/xml")
                .POST(BodyPublishers.ofString(xml)));
    }

    @Test
    @Tag("proof")
    void commitsARecordOfATopicOnlyAfterItsClaim(Sandbox sandbox, CapturedOutput output, @TempDir Path directory)
            throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        String later = sandbox.newEventId();
        String event = "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                + "\",\"parcelId\":\"P 7\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
        var kafka = KafkaForTests.start(directory);
        try {
            kafka.send("parcels", "not JSON \u0000 at all", "not JSON \u0000 at all", event, event);
            loadExample(
                    "routes/examples/parcel-arrived.camel.yaml",
                    example -> example.replace("localhost:9092", kafka.address()));

            sandbox.awaitStatus(id, "delivered");
            assertThat(sandbox.twilio().sentTo(number))
                    .extracting(TwilioMessage::body)
                    .containsExactly("Your parcel P 7 has arrived.");
            assertThat(kept(sandbox, "parcel-arrived")).containsExactly("not JSON \u0000 at all");
            assertThat(output)
                    .contains("parcel-arrived skipped an event: body is not valid JSON in UTF-8 (line 1, column ")
                    .contains("; it is stored in the table textonce.dead_letters");
            await().until(() -> kafka.committed("parcels", "textonce") == 4);

            sandbox.peers().postgres().close();
            try {
                kafka.send("parcels", event.replace(id, later));
                await().until(() -> failures() >= 2);
                assertThat(kafka.committed("parcels", "textonce")).isEqualTo(4);
            } finally {
                sandbox.peers().postgres().start();
            }
            sandbox.awaitStatus(later, "delivered");
            await().until(() -> kafka.committed("parcels", "textonce") == 5);
            assertThat(sandbox.twilio().sentTo(number)).hasSize(2);
        } finally {
            camel.getRouteController().stopRoute(loaded);
            kafka.stop();
        }
    }

    /** Exchanges of the loaded route that failed and were left to their source. */
    private double failures() {
        var failed =
                meters.find("camel.exchanges.failed").tag("routeId", loaded).counter();
        return failed == null ? 0 : failed.count();
    }

    @Test
    void mapsAnOrderInXmlOnAQueueByXslt(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String order = sandbox.newEventId();
        copy(sandbox, "mappings");

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
        await().until(() -> sandbox.deadLetters().stream().anyMatch(letter -> letter.contains(order)));
    }

    @Test
    void runsAJobInOneOfTwoInstances(Sandbox sandbox) throws Exception {
        sandbox.database().execute("CREATE SCHEMA shop");
        sandbox.database().execute("CREATE TABLE shop.job (ends timestamptz)");
        sandbox.database().execute("INSERT INTO shop.job VALUES ('-infinity')");
        sandbox.database().execute("CREATE TABLE shop.runs (at timestamptz DEFAULT now())");

        loadExample(
                "routes/examples/one-instance.camel.yaml",
                example -> example.replace("uri: timer:one-instance", "uri: direct:one-instance")
                        .replaceFirst(" +parameters:\n +period: \"60000\"\n", ""));
        try (var template = camel.createProducerTemplate()) {
            for (int instance = 1; instance <= 2; instance++) {
                template.sendBody("direct:one-instance", "");
            }
            assertThat(runs(sandbox)).isOne();

            sandbox.database().update("UPDATE shop.job SET ends = now() - interval '1 s'");
            template.sendBody("direct:one-instance", "");
        }
        assertThat(runs(sandbox)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "routes/examples/event-photo-ready.camel.yaml | ''        | ,'orderId':'7','photoUrls':['https://shop.example.com/1.jpg'] | delivered",
                "routes/examples/event-table-reserved.camel.yaml | whatsapp: | ,'contentVariables':{'1':'8 pm'} | read",
                "routes/examples/event-tour-today.camel.yaml | rcs:      | ,'startsAt':'8 pm' | read",
            })
    void sendsAnEventOverEachChannel(String file, String prefix, String fields, String status, Sandbox sandbox)
            throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();

        String event = file.replaceAll(".*/event-|[.]camel[.]yaml", "");
        copied = Files.writeString(
                sandbox.routes().resolve(Senders.FILE), "- sender: rcs:agent\n  events: tour-today\n");
        senders.reload();
        load(file, "event-" + event);
        var answer = sandbox.post(
                event,
                "{\"eventId\":\"" + id + "\",\"phone\":\"" + number + "\",\"consentAt\":\"2026-06-02T09:00:00Z\""
                        + fields.replace('\'', '"') + "}");

        assertThat(answer.statusCode()).isEqualTo(202);
        sandbox.awaitStatus(id, status);
        assertThat(sandbox.twilio().sentTo(prefix + number)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[1", "\"a\"", "17"})
    void rejectsAnEventThatIsNoObjectAndIsParsedWithoutASchema(String json, Sandbox sandbox) throws Exception {
        load("routes/examples/event-photo-ready.camel.yaml", "event-photo-ready");
        String mark = sandbox.newEventId();

        var answer = sandbox.post("photo-ready", json);
        sandbox.publish("photo-ready", json + " ".repeat(3) + mark);

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(answer.body()).contains("is not a JSON object");
        await().until(() -> sandbox.deadLetters().stream().anyMatch(letter -> letter.contains(mark)));
    }

    private static Integer runs(Sandbox sandbox) {
        return sandbox.database().queryForObject("SELECT count(*) FROM shop.runs", Integer.class);
    }

    @Test
    void mapsAnOrderInAnXmlFileByJq(Sandbox sandbox, @TempDir Path folder) throws Exception {
        String number = sandbox.newNumber();
        String order = sandbox.newEventId();
        copy(sandbox, "mappings");

        loadExample(
                "routes/examples/order-xml-file.camel.yaml",
                example -> example.replace("directoryName: shop-orders", "directoryName: " + folder));
        Files.writeString(folder.resolve("order.xml"), orderXml(order, number));

        sandbox.awaitStatus("order_" + order + "_shipped_v1", "delivered");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order " + order + " has shipped. Tracking: https://example.com/t?a=1&b=2");
        await().until(() -> !Files.exists(folder.resolve("order.xml")));
    }

    @Test
    void mapsAnAppointmentInHl7(Sandbox sandbox, @TempDir Path folder) throws Exception {
        String number = sandbox.newNumber();
        String appointment = "A" + sandbox.newEventId().substring(5, 13);
        String start = DateTimeFormatter.ofPattern("yyyyMMddHHmmss")
                .format(ZonedDateTime.now(ZoneId.of("Europe/Berlin")).plusHours(20));
        copy(sandbox, "mappings");

        loadExample(
                "routes/examples/appointment-hl7.camel.yaml",
                example -> example.replace("directoryName: hl7-appointments", "directoryName: " + folder));
        String message = appointmentHl7(appointment, start, number);
        Files.writeString(folder.resolve("one.hl7"), message);
        Files.writeString(folder.resolve("again.hl7"), message);

        String id = "appointment_" + appointment + "_" + start.substring(0, 12);
        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(sandbox.delivery(id))
                        .containsEntry("event", "appointment-reminder")
                        .containsEntry("phone", number));
        await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(folder.resolve("again.hl7")));
        assertThat(kept(sandbox, "appointment-hl7")).isEmpty();
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.deliveries WHERE phone = ?", Integer.class, number))
                .isOne();
    }

    /** A message that is another than the example reads, or may be read in two ways, is kept and no reminder sent. */
    @Test
    void keepsWhatIsNoNewAppointmentInHl7(Sandbox sandbox, @TempDir Path folder) throws Exception {
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();
        String start = DateTimeFormatter.ofPattern("yyyyMMddHHmmss")
                .format(ZonedDateTime.now(ZoneId.of("Europe/Berlin")).plusHours(20));
        String good = appointmentHl7("A1", start, number);
        copy(sandbox, "mappings");
        Files.writeString(folder.resolve("canceled.hl7"), good.replace("SIU^S12", "SIU^S15"));
        Files.writeString(folder.resolve("two.hl7"), good + "\r" + appointmentHl7("A2", start, number));
        Files.writeString(folder.resolve("latin.hl7"), good.replace("Room 4", "Küche"), StandardCharsets.ISO_8859_1);
        Files.writeString(
                folder.resolve("declared.hl7"),
                appointmentHl7("A3", start, other)
                        .replace("|2.5", "|2.5||||||8859/1")
                        .replace("Room 4", "Küche"),
                StandardCharsets.ISO_8859_1);
        Files.writeString(folder.resolve("nameless.hl7"), appointmentHl7("\"\"", start, number));

        loadExample(
                "routes/examples/appointment-hl7.camel.yaml",
                example -> example.replace("directoryName: hl7-appointments", "directoryName: " + folder));

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sandbox.database()
                                .queryForList(
                                        "SELECT reason FROM textonce.dead_letters WHERE route = 'appointment-hl7'",
                                        String.class))
                        .containsExactlyInAnyOrder(
                                "body: is not a new appointment (SIU^S12)",
                                "body: has more than one message",
                                "body: is not in the encoding of MSH-18, or else UTF-8",
                                "body: has no id of the appointment (SCH-1)"));
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.deliveries WHERE phone = ?", Integer.class, number))
                .isZero();
        // Held at night, at Twilio by day.
        await().untilAsserted(() -> assertThat(Stream.concat(
                        sandbox.twilio().sentTo(other).stream().map(TwilioMessage::body),
                        sandbox
                                .database()
                                .queryForList(
                                        "SELECT body FROM textonce.deliveries WHERE phone = ? AND body IS NOT NULL",
                                        String.class,
                                        other)
                                .stream()))
                .isNotEmpty()
                .allSatisfy(text -> assertThat(text).contains("Küche")));
    }

    private static String appointmentHl7(String appointment, String start, String number) {
        return String.join(
                "\r",
                List.of(
                        "MSH|^~\\&|CLINIC|MAIN|TEXTONCE|MAIN|20260602090000||SIU^S12|M1|P|2.5",
                        "SCH|" + appointment + "||||||CHECKUP||30|min|^^30^" + start,
                        "PID|1||4711||DOE^JANE||19800101|F|||||" + number,
                        "RGS|1",
                        "AIL|1||Room 4",
                        "CON|1" + "|".repeat(12) + "20260602090000+0200"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "json: {}; {} {\"a\":1}; has more than one JSON value",
                "json: {}; {}] ; is not valid JSON in UTF-8 (line 1, column 3)",
                "jacksonXml: {}; <a/><b/>; is not valid XML (line 1, column 7)",
            })
    void rejectsWhatFollowsTheFirstValueOfABody(String format, String body, String reason, Sandbox sandbox)
            throws Exception {
        assertThat(rejection(sandbox, "unmarshal: { " + format + " }", body)).isEqualTo("body: " + reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "to: xslt-saxon:textonce:mappings/order-shipped.xsl; <order>; is not valid XML",
                "setBody: { xpath: /order }; <order>; is not valid XML",
                "setBody: { jq: .a }; no JSON; is not valid JSON in UTF-8 (line 1, column 1)",
                "setBody: { jq: .a }; {} {\"a\":1}; has more than one JSON value",
                "setBody: { jq: .a }; {\"a\":1,\"a\":2}; has a duplicate key (line 1, column 11)",
                "setBody: { jsonpath: $.a }; {\"a\":1,\"a\":2}; has a duplicate key (line 1, column 11)",
                "setBody: { jsonpath: $.a }; no JSON; is not valid JSON in UTF-8 (line 1, column 1)",
                "setBody: { jsonpath: $.a }; {\"a\":1} {\"a\":2}; has more than one JSON value",
                "setBody: { jq: 'error(\"has no customer\")' }; {}; has no customer",
                "setBody: { jq: 'error({})' }; {}; is rejected by its mapping",
                "validate: { simple: { expression: '${body} contains \"phone\"' } }; {\"a\":1}; is rejected by a check of its route",
            })
    void rejectsWhatAMappingCanNotReadOrRejects(String step, String body, String reason, Sandbox sandbox)
            throws Exception {
        copy(sandbox, "mappings");

        assertThat(rejection(sandbox, step, body)).isEqualTo("body: " + reason);
    }

    /** An amount stands in a message as its system wrote it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "setBody: { jq: '{total: .total}' }; {\"total\":1.10}",
                "setBody: { jq: '{total: .total}' }; {\"total\":12345678901234567.89}",
                "setBody: { jsonpath: $ }; {\"total\":1.10}",
                "unmarshal: { json: {} }; {\"total\":1.10}",
                "unmarshal: { json: {} }; {\"total\":12345678901234567.89}",
            })
    void keepsTheNumbersOfABodyAsTheyAreWritten(String step, String body) throws Exception {
        loaded = "own-numbers";
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString("own-numbers.camel.yaml", """
                - route:
                    id: own-numbers
                    from:
                      uri: direct:own-numbers
                      steps:
                        - %s
                        - marshal: { json: {} }
                """.formatted(step)));

        try (var template = camel.createProducerTemplate()) {
            assertThat(template.requestBody("direct:own-numbers", body, String.class))
                    .isEqualTo(body);
        }
    }

    /** Returns why a route of a user with a step skipped a body. */
    private String rejection(Sandbox sandbox, String step, String body) throws Exception {
        loaded = "own-mapping";
        sandbox.database().update("DELETE FROM textonce.dead_letters WHERE route = 'own-mapping'");
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString("own-mapping.camel.yaml", """
                - route:
                    id: own-mapping
                    routeConfigurationId: skip-rejected
                    from:
                      uri: direct:own-mapping
                      steps:
                        - %s
                """.formatted(step)));

        try (var template = camel.createProducerTemplate()) {
            template.sendBody("direct:own-mapping", body);
        }
        return sandbox.database()
                .queryForObject("SELECT reason FROM textonce.dead_letters WHERE route = 'own-mapping'", String.class);
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

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "en-US; 1; Invoice A-7 for one item is due on March 1, 2026: $5.00.",
                "de-DE; 2; Rechnung A-7 über 2 Artikel ist am 1. März 2026 fällig: 5,00 $.",
                "hi-IN; 2; इनवॉइस A-7 (2 वस्तुएँ) की देय तिथि 1 मार्च 2026 है: $5.00।",
                "ja-JP; 2; 請求書A-7（2点）のお支払期限は2026年3月1日です：$5.00。",
            })
    void formatsAnInvoiceInTheLanguageOfItsReader(String locale, int items, String text) {
        var texts = TemplatesForTests.in("file:routes/examples", "", Locale.ENGLISH, mustache);

        assertThat(texts.write(
                        "invoice-due",
                        Map.of(
                                "locale",
                                locale,
                                "number",
                                "A-7",
                                "items",
                                items,
                                "total",
                                5,
                                "currency",
                                "USD",
                                "due",
                                "2026-03-01")))
                .isEqualTo(text);
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

    private static JdbcTemplate shopDatabase(Sandbox sandbox) {
        var environment = sandbox.context().getEnvironment();
        return new JdbcTemplate(new DriverManagerDataSource(
                sandbox.peers().postgres().url("shop"),
                environment.getRequiredProperty("spring.datasource.username"),
                environment.getRequiredProperty("spring.datasource.password")));
    }

    private static void awaitAllTexted(JdbcTemplate shop) {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(
                                shop.queryForObject("SELECT bool_and(texted) FROM shop.invoices", Boolean.class))
                        .isTrue());
    }
}
