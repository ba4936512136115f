package io.textonce.hotload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.mustachejava.DefaultMustacheFactory;
import io.textonce.event.EventRejected;
import io.textonce.event.EventSchemas;
import io.textonce.message.Senders;
import io.textonce.message.TemplatesForTests;
import io.textonce.settings.EventSettings;
import io.textonce.settings.TimeBounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ValidationException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.component.xslt.saxon.XsltSaxonComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.processor.aggregate.UseLatestAggregationStrategy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.builder.ExpressionBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

class UserRoutesTest {

    private static final String EVENT = """
            - route:
                id: event-order-late
                from:
                  id: event-order-late-from
                  uri: direct
                  parameters:
                    name: event-order-late
                  steps:
                    - to:
                        id: event-order-late-check
                        uri: kamelet:event-check-action
                        parameters:
                          schema: order-late
                    - to:
                        id: event-order-late-text
                        uri: kamelet:sms-text-action
                        parameters:
                          template: order-late
                    - to:
                        id: event-order-late-send
                        uri: kamelet:sms-send-sink
                        parameters:
                          event: order-late
                          purpose: order-updates
                          timeToLive: 2h
            """;

    private static final String KAMELET = """
            apiVersion: camel.apache.org/v1
            kind: Kamelet
            metadata:
              name: late-action
            spec:
              template:
                from:
                  uri: kamelet:source
                  steps:
                    - setBody:
                        expression:
                          constant:
                            expression: '{"orderId":"8"}'
            """;

    private static final String NUMBERED_KAMELET = KAMELET.replace(
                    "spec:\n",
                    "spec:\n  definition:\n    properties:\n      orderId: {title: Order, type: integer, default: 8}\n")
            .replace("\"8\"", "\"{{orderId}}\"");

    private static final String BEANS = """
            - beans:
                - name: own-drawer
                  type: java.util.concurrent.atomic.AtomicReference
                  constructors:
                    0: "#bean:own-till"
                - name: own-till
                  type: io.textonce.hotload.UserRoutesTest$Till
            """;

    private static final String FIRST_STEP = "        - to:\n            id: event-order-late-check\n";
    private static final String FILE = "events/order-late.camel.yaml";
    private static final String TEMPLATE = "templates/order-late.mustache";
    private static final String SCHEMA = "schemas/order-late.schema.json";

    @TempDir
    Path folder;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private UserRoutes own;

    @BeforeEach
    void startCamel() throws Exception {
        var files = new BundleFiles(camel, "file:routes", folder.toString());
        var texts =
                TemplatesForTests.in("file:routes", folder.toString(), Locale.ENGLISH, new DefaultMustacheFactory());
        camel.getRegistry().bind("resource-loader-textonce", files);
        camel.getRegistry().bind("templates", texts);
        camel.getRegistry().bind("jq-language", new CheckedJq());
        camel.getRegistry().bind("jsonpath-language", new CheckedJsonPath());
        camel.getRegistry().bind("xpath-language", new CheckedXPath());
        camel.getRegistry().bind("configurationSources", new ConfigurationSources());
        var schemas = new EventSchemas(camel);
        camel.getRegistry().bind("eventSchemas", schemas);
        camel.getRegistry().bind("eventJson", new ObjectMapper());
        camel.getRegistry()
                .bind(
                        "timeBounds",
                        new TimeBounds(Duration.ofSeconds(60), Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30)));
        var senders = new Senders("file:routes", folder.toString(), "+15551234567", Set.of());
        camel.getRegistry().bind("senders", senders);
        var kamelets = camel.getComponent("kamelet", KameletComponent.class);
        kamelets.setLocation("textonce:kamelets");
        kamelets.setBlock(false);
        camel.getComponent("direct", DirectComponent.class).setBlock(false);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:sms-send")
                        .routeId("sms-send")
                        .process(exchange -> sent.add(exchange.getVariable("text", String.class)));
            }
        });
        camel.start();
        Till.ALL.clear();
        own = new UserRoutes(
                folder.toString(), false, files, texts, schemas, senders, path -> true, new ReplacedPaths());
        write(SCHEMA, "{\"type\": \"object\", \"required\": [\"orderId\"]}");
        write(TEMPLATE, "Order {{body.orderId}} is late.");
    }

    @Test
    void reportsAnErrorInTheTableOfSendersWithItsLine() throws Exception {
        own.afterApplicationStart(camel);
        write("senders.yaml", "- sender: ACME\n  countrys: DE\n");
        scan();

        assertThat(own.health().getDetails())
                .containsEntry(
                        "senders.yaml",
                        "line 2: there is no option countrys; a row has sender, events, clients, countries and languages");

        write("senders.yaml", "- sender: ACME\n  countries: DE\n");
        scan();

        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    @AfterEach
    void stopCamel() {
        own.close();
        camel.stop();
    }

    @Test
    void loadsTheFilesOfTheFolder() throws IOException {
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void appliesASettingToAParameterOfTheUsersOwnKamelet() throws Exception {
        override("orderId", "9");
        write("kamelets/late-action.kamelet.yaml", NUMBERED_KAMELET);
        write(FILE, EVENT.replace("  steps:\n", "  steps:\n        - to:\n            uri: kamelet:late-action\n"));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 9 is late.");
    }

    @Test
    void reportsASettingThatIsNotPossibleAsAnErrorOfTheFile() throws Exception {
        override("orderId", "nine");
        write("kamelets/late-action.kamelet.yaml", NUMBERED_KAMELET);
        write(FILE, EVENT.replace("  steps:\n", "  steps:\n        - to:\n            uri: kamelet:late-action\n"));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get(FILE).toString())
                .contains("TEXTONCE_EVENTS_ORDER_LATE_ORDER_ID", "must be of type integer, and is 'nine'");
    }

    /** A setting of the event order-late. */
    private void override(String parameter, String value) {
        var settings = mock(EventSettings.class);
        when(settings.isEnabled(any())).thenReturn(true);
        when(settings.parameters()).thenReturn(Map.of("order-late", Map.of(parameter, value)));
        new EventOverrides(settings, new BundleFiles(camel, "file:routes", folder.toString()))
                .beforeApplicationStart(camel);
    }

    /** Camel creates it before the use of the kamelet, of which nothing is there until then. */
    @Test
    void leavesTheRouteOfAKameletThatIsNotUsedYet() throws Exception {
        own.afterApplicationStart(camel);
        var created = new RouteDefinition("direct:created").routeId("created");
        created.to("direct:sms-send");
        created.setKamelet(true);
        camel.addRouteDefinition(created);

        write(FILE, EVENT);
        scan();

        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
        assertThat(camel.getRoute("created")).isNotNull();
    }

    @Test
    void startsWithoutAFileThatIsWrong() throws Exception {
        write("events/order-lost.camel.yaml", EVENT.replace("late", "lost").replace("- to:", "- too:"));
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
        assertThat(own.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(own.whyMissing("order-lost"))
                .isEqualTo("events/order-lost.camel.yaml, line 9: there is no step or element called too");
        assertThat(own.whyMissing("order-found")).isNull();
    }

    @Test
    void refusesAFileWhoseHorizonIsShorterThanTwiliosListAndACallMayTake() throws Exception {
        write(FILE, EVENT.replace("timeToLive: 2h", "reconciliationWindow: 5s"));

        own.afterApplicationStart(camel);

        assertThat(camel.getRoute("event-order-late")).isNull();
        assertThat(own.whyMissing("order-late"))
                .contains(
                        "reconciliationWindow must be at least 90s (list lag 60s + pool time-out 0s + connect time-out 0s"
                                + " + read time-out 30s), and is 5s");
    }

    @Test
    void takesFilesThatAreAddedInAnyOrder() throws IOException {
        Files.delete(folder.resolve(TEMPLATE));
        own.afterApplicationStart(camel);

        write(FILE, EVENT);
        scan();
        boolean ranWithoutText = camel.getRoute("event-order-late") != null;
        write(TEMPLATE, "Order {{body.orderId}} comes later.");
        scan();

        assertThat(ranWithoutText).isFalse();
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 comes later.");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    /** As while a volume is not mounted, however long that lasts. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void logsOnceThatTheFolderIsAwayAndKeepsItsRoutes(CapturedOutput output) throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        Path away = Files.move(folder, folder.resolveSibling("away-" + folder.getFileName()));

        own.scan();
        own.scan();
        own.scan();
        Files.move(away, folder);
        scan();

        assertThat(output).containsOnlyOnce("can't be read");
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void waitsForAFileThatStillGrows() throws IOException {
        own.afterApplicationStart(camel);

        write(FILE, EVENT.substring(0, 200));
        own.scan();
        write(FILE, EVENT);
        own.scan();
        own.scan();

        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void takesChangesAndLeavesNothingOfTheOldBehind() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        int routes = camel.getRoutesSize();
        int endpoints = camel.getEndpoints().size();

        for (int hours = 3; hours < 6; hours++) {
            write(FILE, EVENT.replace("2h", hours + "h "));
            scan();
        }

        assertThat(camel.getRoutesSize()).isEqualTo(routes);
        assertThat(camel.getEndpoints()).hasSize(endpoints);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                Arguments.of("name: event-order-late\n", "name: [\n", "line 9: the file is not YAML"),
                Arguments.of("- to:", "- too:", "line 9: there is no step or element called too"),
                Arguments.of(
                        "schema: order-late", "schema: order-lat", "line 13: there is no file order-lat.schema.json"),
                Arguments.of("template: order-late", "template: order-lat", "line 18: there is no templates/order-lat"),
                Arguments.of("timeToLive: 2h", "timeToLive: soon", "line 25: 'soon' is not a valid duration"),
                Arguments.of(
                        "timeToLive: 2h",
                        "timeToLive: 2",
                        "line 25: timeToLive '2' has no unit; write 30s, 15m, 2h or 3d"),
                Arguments.of("timeToLive: 2h", "timeToLive: -2h", "line 25: timeToLive '-2h' is not longer than zero"),
                Arguments.of(
                        "timeToLive: 2h",
                        "timeToLive: 366d",
                        "line 25: timeToLive '366d' is longer than 365d; write 30s, 15m, 2h or 3d"),
                Arguments.of(
                        "timeToLive: 2h",
                        "timeToLive: 999999999999999999d",
                        "line 25: timeToLive '999999999999999999d' is longer than 365d"),
                Arguments.of(
                        "timeToLive: 2h",
                        "reconciliationWindow: 99999999999999999999d",
                        "line 25: reconciliationWindow '99999999999999999999d' is longer than 365d"),
                Arguments.of(
                        FIRST_STEP,
                        "        - to:\n            uri: kamelet:appointment-time-action\n            parameters:\n"
                                + "              leadTime: 40000d\n" + FIRST_STEP,
                        "line 12: leadTime '40000d' is longer than 365d"),
                Arguments.of(
                        "timeToLive: 2h",
                        "schedule: twilo",
                        "line 25: sms-send-sink: schedule must be one of twilio, and is 'twilo'"),
                Arguments.of(
                        "timeToLive: 2h", "urgent: yess", "line 25: sms-send-sink: urgent must be of type boolean"),
                Arguments.of(
                        "timeToLive: 2h", "maxSegments: two", "line 25: sms-send-sink: maxSegments must be of type"),
                Arguments.of(
                        "    from:\n",
                        "    routeConfigurationId: skip-rejectd\n    from:\n",
                        "line 3: there is no route configuration skip-rejectd; there are "),
                Arguments.of(
                        "uri: kamelet:sms-send-sink",
                        "uri: direct:late-nte",
                        "line 21: no route starts at direct late-nte"),
                Arguments.of(
                        "event-order-late\n",
                        "order-late\n",
                        "line 2: the id of an event's route is event-order-late, not order-late"),
                Arguments.of(
                        "name: event-order-late\n",
                        "name: order-late\n",
                        "line 2: the route of an event has its id as its direct name, too: event-order-late starts at"
                                + " direct order-late"),
                Arguments.of("schema: order-late", "schema: order-l\u00e4te", "line 13: there is no file"),
                Arguments.of("timeToLive: 2h", "timeToLve: 2h", "line 25: sms-send-sink has no parameter timeToLve"),
                Arguments.of("purpose: order-updates", "porpoise: x", "line 21: sms-send-sink needs purpose"),
                Arguments.of("sms-send-sink", "sms-sink", "line 21: there is no file sms-sink.kamelet.yaml"),
                Arguments.of(
                        "uri: kamelet:sms-send-sink",
                        "uri: nats:orders",
                        "line 21: there is no component nats; put camel-nats-4.17.0.jar and the jars it needs into the"),
                Arguments.of("purpose: order-updates", "purpose: \"{{who}}\"", "line 24: there is no setting who"),
                Arguments.of(
                        "id: event-order-late\n",
                        "id: sms-send\n",
                        "line 2: there is a shipped route sms-send; choose another name"),
                Arguments.of(
                        "purpose: order-updates",
                        "purpose: order-updates\n              purpose: marketing",
                        "line 25: the key purpose is there twice"),
                Arguments.of("timeToLive: 2h", "quietHours: 9pm-8am", "line 25: quietHours must be two times of day"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            simple: ${body} ${header.a\n" + FIRST_STEP,
                        "line 10: the simple expression is not valid: expected symbol functionEnd but was eol"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jq: '{a: .b,, c}'\n" + FIRST_STEP,
                        "line 10: the jq expression is not valid: "),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jq: resource:textonce:mappings/late.jq\n" + FIRST_STEP,
                        "line 10: the jq expression in mappings/late.jq, line 1, is not valid: "),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jq: .at | todate\n" + FIRST_STEP,
                        "line 10: the jq expression is not valid: jackson-jq has no function todate"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jq: resource:textonce:mappings/good.jq\n"
                                + "        - setBody:\n            jq: resource:textonce:mappings/date.jq\n"
                                + FIRST_STEP,
                        "line 12: the jq expression in mappings/date.jq, line 2, is not valid: jackson-jq has no function"
                                + " todate"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jsonpath: $.a[?(@.b = 1)]\n" + FIRST_STEP,
                        "line 10: the jsonpath expression is not valid: "),
                Arguments.of(
                        FIRST_STEP,
                        "        - filter:\n            jsonpath: a < 3 and\n            steps: [{log: x}]\n"
                                + FIRST_STEP,
                        "line 10: the jsonpath expression is not valid: "),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jsonpath: resource:textonce:mappings/late.jq\n" + FIRST_STEP,
                        "line 10: the jsonpath expression in mappings/late.jq is not valid: "),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jsonpath: $.a.nosuch()\n" + FIRST_STEP,
                        "line 10: the jsonpath expression is not valid: there is no function nosuch"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jsonpath: '$.sum($.a.nosuch(), 1)'\n" + FIRST_STEP,
                        "line 10: the jsonpath expression is not valid: there is no function nosuch"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jsonpath: '$.a[?(@.b.lenght() > 1)]'\n" + FIRST_STEP,
                        "line 10: the jsonpath expression is not valid: there is no function lenght"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            jsonpath: $.a[\n" + FIRST_STEP,
                        "line 10: the jsonpath expression is not valid: the path ends with an open bracket"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            simple: ${jsonpath($.a..)}\n" + FIRST_STEP,
                        "line 10: the simple expression is not valid: Path must not end with a '.'"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            xpath: /order/[\n" + FIRST_STEP,
                        "line 10: the xpath expression is not valid: A location step was expected"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setBody:\n            xpath: resource:textonce:mappings/late.jq\n" + FIRST_STEP,
                        "line 10: the xpath expression in mappings/late.jq is not valid: "),
                Arguments.of(
                        FIRST_STEP,
                        "        - to:\n            uri: seda:note\n" + FIRST_STEP,
                        "line 10: no route may start at seda:note, so that what is sent to it is lost; use direct"),
                Arguments.of(
                        FIRST_STEP,
                        "        - wireTap:\n            uri: direct:nobody\n" + FIRST_STEP,
                        "line 10: no route starts at direct nobody"),
                Arguments.of(
                        FIRST_STEP,
                        "        - circuitBreaker:\n            steps:\n              - to: direct:sms-send\n"
                                + FIRST_STEP,
                        "line 9: circuitBreaker: there is no component resilience4j; put camel-resilience4j-4.17.0.jar"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setVariable:\n            constant: x\n" + FIRST_STEP,
                        "line 9: setVariable needs a name"),
                Arguments.of(
                        FIRST_STEP,
                        "        - setVariable:\n            id: order-late-x\n            name: x\n" + FIRST_STEP,
                        "line 10: setVariable has no expression"),
                Arguments.of(
                        FIRST_STEP,
                        "        - choice:\n            when:\n              - steps:\n                  - stop: {}\n"
                                + FIRST_STEP,
                        "line 10: a step or a when of a choice has no expression"),
                Arguments.of(
                        "            uri: kamelet:sms-text-action\n            parameters:\n              template: order-late\n",
                        "",
                        "line 15: to has no uri"),
                Arguments.of(
                        FIRST_STEP,
                        "        - toD:\n            id: order-late-x\n" + FIRST_STEP,
                        "line 10: toD has no uri"),
                Arguments.of("timeToLive: 2h", "quietHours: 21:00-21:00", "line 25: quietHours must leave at least"),
                Arguments.of(
                        "id: event-order-late-text",
                        "id: event-order-late-check",
                        "line 10: the id event-order-late-check is there twice"),
                Arguments.of(
                        "timeToLive: 2h",
                        "messagingService: MG12",
                        "line 25: messagingService must be MG and 32 hexadecimal digits"),
                Arguments.of(
                        "timeToLive: 2h\n",
                        "timeToLive: 2h\n- beans:\n    name: x\n",
                        "line 26: beans is a list; each bean begins with - name:"),
                Arguments.of(
                        "timeToLive: 2h\n",
                        "timeToLive: 2h\n- beans:\n    - name: x\n      type: com.shop.Missing\n",
                        "line 28: there is no class com.shop.Missing; put its jar into the folder lib"),
                Arguments.of(EVENT, "# nothing yet\n", "the file holds no route; it must begin with - route:"),
                Arguments.of("- route:\n", "route:\n", ""),
                Arguments.of(EVENT, "hello", "the file holds no route"),
                Arguments.of(EVENT, "", "the file is empty"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void tellsAMistakeByItsLineAndKeepsTheGoodVersion(String good, String bad, String words) throws IOException {
        write(FILE, EVENT);
        write("mappings/late.jq", "{a: .b,, c}");
        write("mappings/good.jq", "{a: .b}");
        write("mappings/date.jq", "# todate\n{a: (.b | todate)}");
        own.afterApplicationStart(camel);
        int routes = camel.getRoutesSize();

        write(FILE, EVENT.replace(good, bad));
        scan();

        assertThat(own.health().getDetails().get(FILE)).asString().startsWith(words);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
        assertThat(camel.getRoutesSize()).isEqualTo(routes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "setProperty: {name: p, jsonpath: '$.${header.field}'}",
                "filter: {jsonpath: 'order.a < 3', steps: [{log: few}]}",
                "filter: {jsonpath: '$.a[?(@.b == 1)]', steps: [{log: one}]}",
                "filter: {jsonpath: \"$.a[?(@.b == 'a.b(')].length()\", steps: [{log: one}]}",
                "filter: {jsonpath: '$.a[?(@.b =~ /x.y(z)\\/.w()/i)]', steps: [{log: one}]}",
                "setProperty: {name: p, jsonpath: \"$['a.b('].concat($.c.min(), $.d)\"}",
                "filter: {jsonpath: '$.a[?(@.b>1&&(@.c<2||@.d))]', steps: [{log: one}]}",
                "setProperty: {name: p, xpath: {expression: '/o:order', namespace: [{key: o, value: 'urn:o'}]}}",
                "filter: {xpath: \"in:header('x') = $y\", steps: [{log: equal}]}",
            })
    void takesAQueryInEveryFormThatCamelTakes(String step) throws IOException {
        write(FILE, EVENT.replace(FIRST_STEP, "        - " + step + "\n" + FIRST_STEP));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).doesNotContainKey(FILE);
        assertThat(camel.getRoute("event-order-late")).isNotNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
            input                                     ~ jackson-jq has no function input
            .a | ascii_downcas                        ~ jackson-jq has no function ascii_downcas
            if .a then 1 else (.b | mktime) end       ~ jackson-jq has no function mktime
            [.a[] | {b: "x\\(.c | gmtime)"}]          ~ jackson-jq has no function gmtime
            reduce .a[] as $x (0; . + $y)             ~ there is no variable $y
            {$order}                                  ~ there is no variable $order
            .a | split("a"; "b"; "c")                 ~ the function split does not take 3 arguments
            .a | @html2                               ~ there is no format @html2
            "unclosed                                 ~ Encountered "<EOF>"
            """)
    void rejectsAQueryThatWouldFailAtTheFirstEvent(String query, String words) throws IOException {
        loadWithMapping(query);

        assertThat(own.health().getDetails().get(FILE))
                .asString()
                .startsWith("line 10: the jq expression in mappings/late.jq, line 1, is not valid: " + words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "def f(g; $x): g + $x; f(.a; 1)",
                ". as {a: $b, $c} | $b + $c",
                ". as [$a, {b: [$d]}] | {$a, d: $d}",
                "header(\"x\") // constant(\"y\") // variable(\"z\") // body",
                "[.a[] | select(.b | test(\"c\"; \"i\")) | @base64 \"x\\(.)\" ] | map(ascii_downcase) | add",
                "try error(\"no\") catch . | label $out | 1, break $out",
                ".a? // (.b | tostring | gsub(\"[^0-9]\"; \"\")) | tonumber | floor | limit(3; range(5))",
                "foreach .a[] as $i (0; . + $i; [$i, .])",
            })
    void acceptsWhateverAQueryDefines(String query) throws IOException {
        loadWithMapping(query);

        assertThat(own.health().getDetails()).isEmpty();
    }

    private void loadWithMapping(String query) throws IOException {
        write("mappings/late.jq", query);
        write(
                FILE,
                EVENT.replace(
                        FIRST_STEP,
                        "        - setBody:\n            jq: resource:textonce:mappings/late.jq\n" + FIRST_STEP));

        own.afterApplicationStart(camel);
    }

    /** As of a schema: the edit is the same, whichever file it is in. */
    @Test
    void reloadsTheRoutesOfAMappingThatChanges() throws IOException {
        write("mappings/late.jq", "{orderId: .number}");
        write(
                FILE,
                EVENT.replace(
                        FIRST_STEP,
                        "        - setBody:\n            jq: resource:textonce:mappings/late.jq\n" + FIRST_STEP));
        own.afterApplicationStart(camel);
        assertThat(textOf("{\"number\":\"7\"}")).isEqualTo("Order 7 is late.");

        write("mappings/late.jq", "{orderId: (\"A-\" + .number)}");
        scan();
        assertThat(textOf("{\"number\":\"7\"}")).isEqualTo("Order A-7 is late.");

        write("mappings/late.jq", "{orderId: (.number | todate)}");
        scan();
        assertThat(own.health().getDetails().get(FILE)).asString().contains("has no function todate");
        assertThat(textOf("{\"number\":\"7\"}")).isEqualTo("Order A-7 is late.");

        Files.delete(folder.resolve("mappings/late.jq"));
        scan();
        assertThat(own.health().getDetails().get(FILE)).asString().contains("there is no file late.jq");
        assertThat(textOf("{\"number\":\"7\"}")).isEqualTo("Order A-7 is late.");

        write("mappings/late.jq", "{orderId: .number}");
        scan();
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(textOf("{\"number\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void reloadsTheRoutesOfAStylesheetThatChanges() throws IOException {
        camel.getComponent("xslt-saxon", XsltSaxonComponent.class).setUriResolverFactory(new Stylesheets());
        String sheet = """
                <xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
                <xsl:output method="text"/><xsl:template match="/">first</xsl:template></xsl:stylesheet>
                """;
        write("mappings/late.xsl", sheet);
        write("late.camel.yaml", """
                - route:
                    id: late
                    from:
                      uri: direct
                      parameters:
                        name: late
                      steps:
                        - to:
                            uri: xslt-saxon
                            parameters:
                              resourceUri: textonce:mappings/late.xsl
                """);
        own.afterApplicationStart(camel);
        var producer = camel.createProducerTemplate();
        assertThat(producer.requestBody("direct:late", "<a/>", String.class)).isEqualTo("first");

        write("mappings/late.xsl", sheet.replace("first", "second"));
        scan();
        assertThat(producer.requestBody("direct:late", "<a/>", String.class)).isEqualTo("second");

        write("mappings/late.xsl", sheet.replace("first</xsl:template>", "third"));
        scan();
        assertThat(own.health().getDetails()).containsKey("late.camel.yaml");
        assertThat(producer.requestBody("direct:late", "<a/>", String.class)).isEqualTo("second");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            {"type": "object", "requried": ["a"]}                                             ; JSON Schema has no keyword requried
            {"properties": {"a": {"type": "string", "maxLenght": 3}}}                         ; JSON Schema has no keyword maxLenght
            {"properties": {"orderId": {}, "a": {"discriminator": {}}}}                       ; JSON Schema has no keyword discriminator
            {"required": "orderId", "properties": {"orderId": {}}}                            ; required: string found, array expected
            {"properties": ["orderId"]}                                                       ; properties: array found, object expected
            {"properties": {"orderId": "string"}}                                             ; properties.orderId: string found, [object, boolean] expected
            {"properties": {"orderId": {"maxLength": "10"}}}                                  ; properties.orderId.maxLength: string found, integer expected
            {"properties": {"orderId": {"required": true}}}                                   ; properties.orderId.required: boolean found, array expected
            {"properties": {"orderId": {"format": "datetime"}}}                               ; JSON Schema has no format datetime, and ignores it; write date-time
            {"required": ["order_id"], "properties": {"orderId": {}}}                         ; required has order_id, which is not in
            {"properties": {"orderId": {}, "a": {"items": {"required": ["b"], "properties": {"c": {}}}}}} ; required has b, which is not in
            {"properties": {"orderId": {}}, "allOf": [{"if": {"required": ["a"]}}, {"required": ["b"]}]} ; required has b, which is not in
            """)
    void rejectsASchemaWithAMistakeThatJsonSchemaIgnores(String schema, String words) throws IOException {
        write(SCHEMA, "{\n" + schema.substring(1));
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get(SCHEMA)).asString().startsWith("line 2: " + words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"required\": [\"phone\"], \"properties\": {\"orderId\": {\"example\": \"7\", \"x-own\": 1, \"$comment\": \"c\"}}}",
                "{\"required\": [\"a\"], \"additionalProperties\": true, \"properties\": {\"orderId\": {}}}",
                "{\"properties\": {\"orderId\": {}, \"requried\": {}}, \"anyOf\": [{\"required\": [\"orderId\"]}, {\"required\": [\"requried\"]}]}",
                "{\"properties\": {\"orderId\": {}}, \"if\": {\"required\": [\"gift\"]}, \"then\": {\"required\": [\"note\"]},"
                        + " \"else\": {\"required\": [\"orderId\"]}}",
                "{\"properties\": {\"orderId\": {}, \"a\": {\"properties\": {\"b\": {}}}},"
                        + " \"if\": {\"properties\": {\"a\": {\"required\": [\"gift\"]}}}}",
                "{\"properties\": {\"orderId\": {\"message\": {\"pattern\": \"p\"}, \"examples\": [], \"deprecated\": true}}}",
                "{\"definitions\": {\"n\": {\"required\": [\"n\"], \"properties\": {\"n\": {\"$ref\": \"#/definitions/n\"}}}},"
                        + " \"properties\": {\"orderId\": {}, \"n\": {\"$ref\": \"#/definitions/n\"}}}",
            })
    void acceptsWhatAnnotatesASchema(String schema) throws IOException {
        write(SCHEMA, schema);
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            {leadTime: 24h}      ; field: appointmentAt is not a field in
            {field: orderdAt}    ; line 17: field: orderdAt is not a field in
            {field: orderId}     ; loaded
            """)
    void rejectsTheFieldOfAKameletThatIsNotInTheSchema(String parameters, String words) throws IOException {
        write(SCHEMA, "{\"properties\": {\"orderId\": {}}}");
        write(
                FILE,
                EVENT.replace(
                        "        - to:\n            id: event-order-late-text\n",
                        "        - to:\n            uri: kamelet:appointment-time-action\n            parameters:\n"
                                + "              " + parameters.replaceAll("[{}]", "") + "\n"
                                + "        - to:\n            id: event-order-late-text\n"));

        own.afterApplicationStart(camel);

        assertThat(String.valueOf(own.health().getDetails().getOrDefault(FILE, "loaded")))
                .startsWith(words);
    }

    private static final String TEXT_STEP = """
                    - to:
                        id: event-order-late-text
                        uri: kamelet:sms-text-action
                        parameters:
                          template: order-late
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "- setVariable: {name: txt, constant: Late}",
                "- setVariables: {variables: [{name: a, constant: Late}]}",
                "- setBody: {simple: 'Order ${body[orderId]} is late'}",
                "- to: {uri: log:text}",
                "- choice: {when: [{simple: '${body} == null', steps: [{stop: {}}]}], otherwise: {steps: [{log: text}]}}",
            })
    void rejectsAnEventWithoutAText(String step) throws IOException {
        write(FILE, EVENT.replace(TEXT_STEP, step.isEmpty() ? "" : "        " + step + "\n"));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get(FILE))
                .isEqualTo("line " + (step.isEmpty() ? 15 : 16) + ": no step before it sets the text; add"
                        + " kamelet:sms-text-action, or setVariable with the name text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- setVariable: {name: text, constant: Late}",
                "- setVariable: {name: '${header.name}', constant: Late}",
                "- setVariables: {variables: [{name: a, constant: 1}, {name: text, constant: Late}]}",
                "- choice: {when: [{simple: '${body} == null', steps: [{setVariable: {name: text, constant: Late}}]}]}",
                "- to: {uri: 'direct:late-text'}",
                "- to: {uri: 'file:in', variableReceive: text}",
                "- unmarshal: {json: {}, variableReceive: text}",
                "- enrich: {constant: 'direct:late-text'}",
                "- bean: {beanType: java.util.Date}",
                "- setBody: {method: {beanType: java.util.Date, method: getTime}}",
                "- setBody: {simple: '${bean:late-code?method=requireOpen}'}",
                "- setHeaders: {headers: [{name: a, method: {beanType: java.util.Date, method: getTime}}]}",
                "- setVariables: {variables: [{name: a, simple: '${bean:late-code?method=requireOpen}'}]}",
                "- to: {uri: '{{late-text:direct:late-text}}'}",
                "- to: {uri: 'ref:late-endpoint'}",
                "- setBody: {ref: late-expression}",
                "- setBody: {language: {language: bean, expression: late-code?method=requireOpen}}",
                "- split: {simple: '${body}', aggregationStrategy: late-strategy, steps: [{log: x}]}",
                "- multicast: {aggregationStrategy: late-strategy, steps: [{log: x}]}",
            })
    void acceptsATextFromAnyStep(String step) throws IOException {
        camel.getRegistry().bind("late-code", new Till());
        camel.getRegistry().bind("late-strategy", new UseLatestAggregationStrategy());
        camel.getRegistry().bind("late-endpoint", camel.getEndpoint("direct:late-text"));
        camel.getRegistry().bind("late-expression", ExpressionBuilder.constantExpression("Late"));
        write("late-text.camel.yaml", "- route: {id: late-text, from: {uri: direct:late-text, steps: [{stop: {}}]}}");
        write(FILE, EVENT.replace(TEXT_STEP, "        " + step + "\n"));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
    }

    /** The content template of Twilio makes it, the media need none, or the route that passes the event has set it. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            purpose: order-updates ; purpose: order-updates, onUnknown: hold, contentSid: HX0123456789abcdef0123456789abcdef
            timeToLive: 2h         ; media: photo
            event-order-late       ; late-order
            """)
    void acceptsAMessageThatNeedsNoTextHere(String good, String other) throws IOException {
        write("late.camel.yaml", EVENT.replace(TEXT_STEP, "").replace(good, other.replace(", ", "\n              ")));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
    }

    @Test
    void rejectsAnEmptyTemplateUnlessThereAreMedia() throws IOException {
        write(TEMPLATE, "{{! later }}\n");
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get(FILE))
                .asString()
                .isEqualTo("line 18: templates/order-late.mustache: the text is empty");

        write(FILE, EVENT.replace("timeToLive: 2h", "media: photo"));
        scan();

        assertThat(own.health().getDetails()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "{{! long }}%s", "%s{{body.orderId}}", "{{#body.orderId}}a{{/body.orderId}}%s"})
    void rejectsATemplateThatIsAlwaysTooLong(String template) throws IOException {
        write(TEMPLATE, template.formatted("x".repeat(1601)));
        write(FILE, EVENT.replace("timeToLive: 2h", "media: photo"));
        own.afterApplicationStart(camel);
        var ofRoute = own.health().getDetails();
        write(TEMPLATE, template.formatted("x".repeat(1600)));
        scan();
        var good = own.health().getDetails();
        write(TEMPLATE, template.formatted("x".repeat(1601)));
        scan();

        assertThat(ofRoute)
                .containsEntry(
                        FILE,
                        "line 18: templates/order-late.mustache: the text is always longer than 1600 characters,"
                                + " Twilio's limit");
        assertThat(good).isEmpty();
        assertThat(own.health().getDetails())
                .containsExactly(Map.entry(TEMPLATE, "the text is always longer than 1600 characters, Twilio's limit"));
    }

    @Test
    void acceptsATemplateThatSomeEventsMakeTooLong() throws IOException {
        String half = "x".repeat(900);
        write(
                TEMPLATE,
                half + "{{#body.a}}" + half + "{{/body.a}}{{^body.a}}\n{{#body.b}}" + half + "{{/body.b}}{{/body.a}}");
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            constant ; 1601 ; line 15: the text is always longer than 1600 characters, Twilio's limit
            simple   ; 1601 ; line 15: the text is always longer than 1600 characters, Twilio's limit
            constant ; 1600 ; loaded
            constant ; 0    ; line 18: no step before it sets the text
            """)
    void rejectsAFixedTextThatCanNotBeSent(String language, int length, String words) throws IOException {
        String text = "\"" + "x".repeat(length) + "\"";
        String step = "        - setVariable:\n            name: text\n            %s: {expression: %s}\n";
        write(FILE, EVENT.replace(TEXT_STEP, step.formatted(language, text)));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().getOrDefault(FILE, "loaded"))
                .asString()
                .startsWith(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- setVariable: {name: text, constant: {expression: ''}}",
                "- setVariable: {name: text, simple: {expression: '${body[text]}'}}",
                "- setVariable: {name: text, constant: {expression: 'resource:textonce:templates/order-late.mustache'}}",
                "- setVariables: {variables: [{name: note, constant: {expression: ''}}, {name: text, constant: a}]}",
            })
    void acceptsATextThatAnEventMaySend(String step) throws IOException {
        write(FILE, EVENT.replace(TEXT_STEP, "        " + step + "\n").replace("timeToLive: 2h", "media: photo"));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"'const': {'format': 'Date'}", "'examples': [{'a': {'format': 'UUID'}}]"})
    void acceptsASchemaWithAValueThatLooksLikeAFormat(String keyword) throws IOException {
        write(
                SCHEMA,
                "{'properties': {'orderId': {}, 'file': {%s}}}"
                        .formatted(keyword)
                        .replace('\'', '"'));
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
    }

    /** A {@code json-validator} may check an array; an event is an object. */
    @Test
    void rejectsASchemaThatAcceptsNoEvent() throws IOException {
        String array = "{\n\"title\": \"Orders\",\n\"type\": \"array\"\n}";
        write("schemas/orders.schema.json", array);
        write(
                "orders.camel.yaml",
                "- route: {id: orders, from: {uri: 'direct:orders', steps: [{to: 'json-validator:textonce:schemas/orders.schema.json'}]}}");
        write(SCHEMA, array);
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        var ofRoute = own.health().getDetails();
        write(SCHEMA, "{\"type\": [\"object\", \"null\"]}");
        scan();
        var good = own.health().getDetails();
        write(SCHEMA, array);
        scan();

        assertThat(ofRoute)
                .containsExactly(Map.entry(
                        FILE,
                        "line 13: schemas/order-late.schema.json: the type of an event is object, not \"array\""));
        assertThat(good).isEmpty();
        assertThat(own.health().getDetails())
                .containsExactly(Map.entry(SCHEMA, "line 3: the type of an event is object, not \"array\""));
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void reportsLinksThatLeadNowhereAndFoldersWithTheNameOfAFile() throws IOException {
        Files.createDirectories(folder.resolve("events/x.camel.yaml"));
        Files.createSymbolicLink(folder.resolve("events/y.camel.yaml"), folder.resolve("gone.camel.yaml"));
        Files.createSymbolicLink(folder.resolve("cases"), Path.of("."));
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
        assertThat(own.health().getDetails())
                .containsEntry("events/x.camel.yaml", "it is a folder, with the name of a file; rename or delete it")
                .containsEntry("events/y.camel.yaml", "the link leads to no file that can be read")
                .containsEntry("cases", "the link leads back into its own folder")
                .hasSize(3);

        Files.delete(folder.resolve("events/x.camel.yaml"));
        Files.delete(folder.resolve("events/y.camel.yaml"));
        Files.delete(folder.resolve("cases"));
        scan();

        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void refusesAnEventThatNoIntakeFindsOutsideTheFolderOfEvents() throws IOException {
        write("late.camel.yaml", EVENT.replace("event-order-late", "order-late"));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get("late.camel.yaml"))
                .asString()
                .contains(
                        "the intakes find this event by the id and the direct name event-order-late, not by order-late");
    }

    /** Camel drops the failures of parts, or all but that of the last one; the source would take the event for accepted. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            split: {expression: {tokenize: {token: ','}}, steps: [%s]}                                     ; fail,ok
            split: {expression: {tokenize: {token: ','}}, parallelProcessing: true, steps: [%s]}           ; fail,ok
            multicast: {steps: [%s, {to: {uri: 'direct:parts-ok'}}]}                                       ; fail
            recipientList: {expression: {constant: {expression: 'direct:parts-part,direct:parts-ok'}}}     ; fail
            """)
    void leavesTheFailureOfAPartToTheSource(String step, String body) throws IOException {
        write("parts.camel.yaml", """
                - route: {id: parts, from: {uri: direct, parameters: {name: parts}, steps: [{%s}]}}
                - route: {id: parts-ok, from: {uri: direct, parameters: {name: parts-ok}, steps: [{stop: {}}]}}
                - route:
                    id: parts-part
                    from:
                      uri: direct
                      parameters:
                        name: parts-part
                      steps:
                        - filter:
                            expression: {simple: {expression: "${body} == 'fail'"}}
                            steps:
                              - throwException: {exceptionType: java.io.IOException, message: part}
                """.formatted(step.formatted("{to: {uri: 'direct:parts-part'}}")));
        own.afterApplicationStart(camel);
        assertThat(own.health().getDetails()).isEmpty();

        var done = camel.createProducerTemplate()
                .send("direct:parts", exchange -> exchange.getMessage().setBody(body));

        assertThat(done.getException()).hasMessage("part");
        assertThat(done.getMessage().getBody()).isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            {uri: jms, parameters: {destinationName: a}}             ; jms needs transacted: true or acknowledgementModeName: CLIENT_ACKNOWLEDGE; otherwise
            {uri: 'amqp:queue:a?transacted=false'}                   ; amqp needs transacted: true
            {uri: kafka, parameters: {topic: a}}                     ; kafka needs autoCommitEnable: false
            {uri: 'seda:a'}                                          ; seda keeps its messages in memory, so that
            """)
    void rejectsASourceThatDropsWhatFails(String from, String words) throws IOException {
        write("orders.camel.yaml", """
                - route:
                    id: orders
                    from: %s
                """.formatted(from.replaceFirst("}$", ", steps: [{stop: {}}]}")));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get("orders.camel.yaml"))
                .asString()
                .startsWith("line 3: " + words);
    }

    static Stream<Arguments> badTemplates() {
        return Stream.of(
                Arguments.of(
                        "Order {{body.orderId}}\nis {{body.ordrId}}.",
                        "line 2: {{body.ordrId}} is not a field in schemas/order-late.schema.json"),
                Arguments.of(
                        "{{#body.reson}}{{body.reson}}{{/body.reson}}", "line 1: {{body.reson}} is not a field in"),
                Arguments.of(
                        "Order {{orderId}} is late.", "line 1: {{orderId}} is always empty; write {{body.orderId}}"),
                Arguments.of(
                        "Order\n{{body.orderId | upper}}",
                        "line 2: {{body.orderId | upper}} is always empty; write {{body.orderId}} for a field in"),
                Arguments.of(
                        "Order ${body.orderId}",
                        "line 1: ${body.orderId} is sent as it is; write {{body.orderId}} for"),
                Arguments.of(
                        "Order\n{body.orderId}", "line 2: {body.orderId} is sent as it is; write {{body.orderId}}"),
                Arguments.of("Order {{body.place.town}}", "line 1: {{body.place.town}} is not a field in"),
                Arguments.of(
                        "Order\n{{variables.shop.name}}",
                        "line 2: {{variables.shop.name}} is always empty; no step sets the variable shop"),
                Arguments.of(
                        "{{#variables.appointment}}Order{{/variables.appointment}}",
                        "line 1: {{variables.appointment}} is always empty; no step sets the variable appointment"),
                Arguments.of("\ufeffOrder", "line 1: the file begins with a byte order mark"));
    }

    @ParameterizedTest
    @MethodSource("badTemplates")
    void refusesATemplateThatWouldLeaveAGapInTheText(String template, String words) throws IOException {
        write(
                SCHEMA,
                "{\"type\": \"object\", \"properties\": {\"orderId\": {\"type\": \"string\"}, \"place\": {\"properties\":"
                        + " {\"city\": {}}}, \"items\": {\"items\": {\"properties\": {\"name\": {}}}}}}");
        write(
                TEMPLATE,
                "Order {{body.orderId}} is late.{{#body.items}} {{name}}{{/body.items}}{{body.place.city}}{{body.locale}}");
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);

        write(TEMPLATE, template);
        scan();

        assertThat(own.health().getDetails()).containsOnlyKeys(TEMPLATE);
        assertThat(own.health().getDetails().get(TEMPLATE)).asString().startsWith(words);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            {{variables.source}}                ; - log: x
            {{variables.shop.name}}             ; - setVariable: {name: shop, constant: x}
            {{variables.shop}}                  ; - to: {uri: 'file:in', variableReceive: shop}
            {{variables.shop}}                  ; - bean: {beanType: java.util.Date}
            {{variables.appointment.en.date}}   ; - to: {uri: 'kamelet:appointment-time-action'}
            {{#variables}}{{shop}}{{/variables}} ; - log: x
            """)
    void acceptsTheVariablesThatAreSet(String template, String step) throws IOException {
        write(TEMPLATE, "Late: " + template);
        write(FILE, EVENT.replace(TEXT_STEP, "        " + step + "\n" + TEXT_STEP));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
    }

    /** An event may come from another route, which sets more. */
    @Test
    void acceptsTheVariablesOfOtherRoutes() throws IOException {
        write(TEMPLATE, "Late: {{#variables.shop}}{{variables.shop}}{{/variables.shop}}");
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        var alone = own.health().getDetails();
        write(
                "shop.camel.yaml",
                "- route: {id: shop, from: {uri: 'direct:shop', steps: [{setVariable: {name: shop, constant: x}},"
                        + " {to: 'direct:event-order-late'}]}}");
        write(FILE, EVENT + "\n");
        scan();

        assertThat(alone.get(FILE)).asString().contains("no step sets the variable shop");
        assertThat(own.health().getDetails()).isEmpty();
    }

    @Test
    void rejectsAPartOfAnAppointmentThatItDoesNotHave() throws IOException {
        write(TEMPLATE, "At {{variables.appointment.date}}");
        write(FILE, EVENT.replace(TEXT_STEP, "        - to: {uri: 'kamelet:appointment-time-action'}\n" + TEXT_STEP));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get(FILE))
                .asString()
                .contains("an appointment has a date and a time by language, such as");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
            Bonjour {{#body.orderId}               ; line 1: Failed to close
            Bonjour {{#plural}}1 | one: a{{/plural}} ; line 1: {{#plural}} needs a form
            """)
    void reportsAnErrorOfATemplateForItsFileAlone(String template, String words) throws IOException {
        String french = "templates/order-late.fr.mustache";
        write(FILE, EVENT);
        write(french, template);

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).containsOnlyKeys(french);
        assertThat(own.health().getDetails().get(french)).asString().contains(words);
        write(french, "Order {{body.orderId}} is late.");
        scan();
        assertThat(own.health().getDetails()).isEmpty();
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void refusesMediaThatNoEventHas() throws IOException {
        String schema = "{\"properties\": {\"orderId\": {\"type\": \"string\"}, \"photo\": {\"type\": \"string\"}}}";
        write(SCHEMA, schema);
        write(FILE, EVENT.replace("timeToLive: 2h", "media: photo"));
        own.afterApplicationStart(camel);
        assertThat(own.health().getDetails()).isEmpty();

        write(FILE, EVENT.replace("timeToLive: 2h", "media: photoUrl"));
        scan();
        var ofRoute = own.health().getDetails();
        write(FILE, EVENT.replace("timeToLive: 2h", "media: photo"));
        write(SCHEMA, schema.replace("photo", "photoUrl"));
        scan();
        var ofSchema = own.health().getDetails();

        assertThat(ofRoute)
                .containsExactly(
                        Map.entry(FILE, "line 25: media: photoUrl is not a field in schemas/order-late.schema.json"));
        assertThat(ofSchema).containsEntry(SCHEMA, "media: photo is not a field in schemas/order-late.schema.json");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesARenamedFieldWhicheverOfItsFilesComesFirst(boolean schemaFirst) throws IOException {
        write(SCHEMA, "{\"properties\": {\"orderId\": {\"type\": \"string\"}}}");
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        String newSchema = "{\"properties\": {\"number\": {\"type\": \"string\"}}}";
        String newTemplate = "Order {{body.number}} is late.";

        write(schemaFirst ? SCHEMA : TEMPLATE, schemaFirst ? newSchema : newTemplate);
        scan();
        var between = own.health().getDetails();
        String meanwhile = textOf("{\"orderId\":\"7\"}");
        write(schemaFirst ? TEMPLATE : SCHEMA, schemaFirst ? newTemplate : newSchema);
        scan();

        assertThat(between).containsOnlyKeys(schemaFirst ? SCHEMA : TEMPLATE);
        assertThat(meanwhile).isEqualTo("Order 7 is late.");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(textOf("{\"number\":\"8\"}")).isEqualTo("Order 8 is late.");
    }

    /** As Kubernetes mounts ConfigMaps: files are links into a hidden folder, and a new version swaps one link. */
    @Test
    void loadsTheNewVersionOfAConfigMapWhenItsLinkIsSwapped() throws Exception {
        mount(FILE, "1", EVENT);
        mount(TEMPLATE, "1", "Order {{body.orderId}} is late.");
        own.afterApplicationStart(camel);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");

        mount(TEMPLATE, "2", "Order {{body.orderId}} is later.");
        scan();
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is later.");

        mount(FILE, "2", EVENT.replaceFirst("(?m)^    from:", "    description: Another one\n    from:"));
        scan();
        assertThat(camel.getRoute("event-order-late").getDescription()).isEqualTo("Another one");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    private void mount(String file, String version, String content) throws IOException {
        Path link = folder.resolve(file);
        Path mounted = link.getParent();
        write(folder.relativize(mounted) + "/.." + version + "/" + link.getFileName(), content);
        Path next = Files.createSymbolicLink(mounted.resolve("..data_tmp"), Path.of(".." + version));
        Files.move(
                next, mounted.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (!Files.isSymbolicLink(link)) {
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, Path.of("..data").resolve(link.getFileName()));
        }
    }

    @Test
    void loadsNoEventWhoseTemplateHasAGap() throws Exception {
        write(SCHEMA, "{\"properties\": {\"orderId\": {\"type\": \"string\"}}}");
        write(TEMPLATE, "An order is late:\n{{body.ordrId}}");
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(own.whyMissing("order-late"))
                .contains("line 18: templates/order-late.mustache, line 2: {{body.ordrId}} is not a field");
    }

    @Test
    void reportsATemplateThatIsNotUtf8WithItsLine() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        Files.write(folder.resolve(TEMPLATE), "Order\n\u00e4".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        scan();

        assertThat(own.health().getDetails().get(TEMPLATE))
                .isEqualTo("line 2: the file is not UTF-8 (byte 0xE4); save it as UTF-8");
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void reportsAMissingDefaultLanguage() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        Files.delete(folder.resolve(TEMPLATE));
        write("templates/order-late.de.mustache", "Bestellung {{body.orderId}}");
        scan();
        var fault = own.health().getDetails().get("templates/order-late.de.mustache");
        write("templates/order-late.en.mustache", "Order {{body.orderId}}");
        scan();

        assertThat(fault)
                .isEqualTo("the default language is missing: there is no templates/order-late.en.mustache, nor a"
                        + " templates/order-late.mustache for all languages");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(textOf("{\"orderId\":\"7\",\"locale\":\"de\"}")).isEqualTo("Bestellung 7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "events/order-late.yaml",
                "events/order-late.camel.yml",
                "order-late.YAML",
                "schemas/order-late.json",
                "schemas/order-late.schema.jsn",
                "templates/order-late.de_CH.mustache",
                "templates/order-late.de.mustach",
                "template/order-late.de.mustache",
                "schema/order-late.schema.json",
                "cases/order-late/once.yml"
            })
    void reportsAFileThatIsIgnoredBecauseOfItsName(String file) throws IOException {
        write(file, "x");
        own.afterApplicationStart(camel);
        var fault = own.health().getDetails().get(file);
        Files.delete(folder.resolve(file));
        scan();

        assertThat(fault).asString().startsWith("the file is ignored because of its name; ");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mine/whatever.camel.yaml", "order-late.yml", "events/order-late.yaml"})
    void neverCallsAnEventUnknownThatABrokenFileNames(String file) throws Exception {
        write(file, EVENT.replace("2h", "soon"));

        own.afterApplicationStart(camel);

        assertThat(own.whyMissing("order-late")).startsWith(file + ", ");
        assertThat(own.whyMissing("order")).isNull();
    }

    @Test
    void loadsFilesThatNeedEachOtherInAnyOrder() throws Exception {
        write("a.camel.yaml", route("a", "routeConfigurationId: mine", "direct:b"));
        write("b.camel.yaml", route("b", "group: mine", "direct:a"));
        write("z.camel.yaml", "- routeConfiguration:\n    id: mine\n" + route("z", "group: mine", "direct:b"));

        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails()).isEmpty();
        assertThat(camel.getRoutes()).extracting(route -> route.getId()).contains("a", "b", "z");
    }

    @Test
    void reportsTheUsersOfARouteOrAPolicyThatIsDeleted() throws Exception {
        write("a.camel.yaml", route("a", "routeConfigurationId: mine", "direct:sms-send"));
        write("b.camel.yaml", route("b", "group: mine", "direct:zed"));
        write("z.camel.yaml", "- routeConfiguration:\n    id: mine\n" + route("zed", "group: mine", "direct:sms-send"));
        own.afterApplicationStart(camel);

        Files.delete(folder.resolve("z.camel.yaml"));
        scan();

        assertThat(own.health().getDetails()).containsOnlyKeys("a.camel.yaml", "b.camel.yaml");
        assertThat(own.health().getDetails().get("a.camel.yaml"))
                .asString()
                .startsWith("line 3: there is no route configuration mine");
        assertThat(own.health().getDetails().get("b.camel.yaml")).isEqualTo("line 7: no route starts at direct zed");
    }

    private static String route(String id, String option, String to) {
        return """
                - route:
                    id: %s
                    %s
                    from:
                      uri: direct:%s
                      steps:
                        - to: %s
                """.formatted(id, option, id, to);
    }

    @Test
    void rejectsAnEventWithThePolicyOfASource() throws Exception {
        camel.addRoutesConfigurations(new RouteConfigurationBuilder() {
            @Override
            public void configuration() {
                routeConfiguration("answer-problem")
                        .onException(Exception.class)
                        .handled(true);
            }
        });
        write(FILE, EVENT.replace("    from:\n", "    routeConfigurationId: answer-problem\n    from:\n"));
        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get(FILE))
                .isEqualTo("line 3: an event leaves its failures to the intake that calls it;"
                        + " write to-caller instead of answer-problem");
    }

    @Test
    void takesTheRoutesAwayWithTheirFile() throws Exception {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        Files.delete(folder.resolve(FILE));
        scan();

        assertThat(camel.getRoutes()).extracting(route -> route.getId()).containsExactly("sms-send");
        assertThat(own.whyMissing("order-late")).isNull();
    }

    @Test
    void usesAChangedTemplateUnlessItIsWrong() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        write(TEMPLATE, "Sorry: {{body.orderId}}");
        scan();
        String changed = textOf("{\"orderId\":\"7\"}");
        write(TEMPLATE, "Sorry: {{#body.orderId}}");
        scan();

        assertThat(changed).isEqualTo("Sorry: 7");
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Sorry: 7");
        assertThat(own.health().getDetails()).containsOnlyKeys(TEMPLATE);
    }

    @Test
    void usesAChangedSchemaUnlessItIsWrong() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        write(SCHEMA, "{\"type\": \"object\", \"required\": [\"reason\"]}");
        scan();
        var refused = rejectionOf("{\"orderId\":\"7\"}");
        write(SCHEMA, "{\"type\": \"object\", ");
        scan();

        assertThat(refused).isInstanceOf(ValidationException.class);
        assertThat(rejectionOf("{\"orderId\":\"7\"}")).isInstanceOf(ValidationException.class);
        assertThat(own.health().getDetails().get(SCHEMA)).asString().startsWith("line 1: the file is not JSON");
    }

    @Test
    void rejectsAKameletWithAKeyThatIsThereTwice() throws IOException {
        write("kamelets/late-action.kamelet.yaml", KAMELET.replace("kind: Kamelet", "kind: Kamelet\nkind: Kamelet"));
        own.afterApplicationStart(camel);

        assertThat(own.health().getDetails().get("kamelets/late-action.kamelet.yaml"))
                .isEqualTo("line 3: the key kind is there twice");
    }

    /** A copied file would claim its messages by the keys of the event that it was copied from. */
    @Test
    void rejectsAnEventThatIsSentByTheNameOfAnotherOne() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        String copy = EVENT.replace("event-order-late", "event-order-lost");
        write("events/order-lost.camel.yaml", copy);
        scan();

        assertThat(own.health().getDetails().get("events/order-lost.camel.yaml"))
                .isEqualTo("line 23: order-late is another event, and the same eventId of both would be sent once;"
                        + " write event: order-lost");

        write("events/order-lost.camel.yaml", copy.replace("event: order-late", "event: order-lost-courier"));
        scan();

        assertThat(own.health().getDetails()).isEmpty();
    }

    static Stream<Arguments> brokenFiles() {
        return Stream.of(
                Arguments.of(SCHEMA, "", "the schema must be a JSON object"),
                Arguments.of(SCHEMA, "{\"type\": \"object\",\n \"required\": [", "line 2: the file is not JSON"),
                Arguments.of(
                        SCHEMA,
                        "{\"required\": [\"orderId\"],\n\"required\": []}",
                        "line 2: the file is not JSON: Duplicate field 'required'"),
                Arguments.of(
                        SCHEMA, "{\"required\": []}\n{\"required\": [\"orderId\"]}", "line 2: the file is not JSON"),
                Arguments.of(SCHEMA, "[]", "the schema must be a JSON object"),
                Arguments.of(
                        SCHEMA,
                        "{\n\"properties\": {\"orderId\": {\"type\": \"strin\"}}}",
                        "line 2: \"strin\" is no type of JSON"),
                Arguments.of(
                        SCHEMA,
                        "{\n\"properties\": {\"orderId\":\n{\"pattern\": \"[a-z\"}}}",
                        "line 3: Unclosed character class"),
                Arguments.of(SCHEMA, "{\n\n\"$ref\": \"#/definitions/order\"}", "line 3: "),
                Arguments.of(
                        SCHEMA,
                        "{\"properties\":\n{\"orderId\": {\"$ref\": \"common.schema.json\"}}}",
                        "line 2: $ref common.schema.json can't be read"),
                Arguments.of(TEMPLATE, "Order\n{{#body.orderId}} is late.", "line 2: "));
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void keepsTheGoodVersionThatNoEventHasUsedYet(String file, String broken, String words) throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        write(file, broken);
        scan();

        assertThat(own.health().getDetails().get(file)).asString().startsWith(words);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void keepsAnEditThatNoEventHasUsedYet(String file, String broken, String words) throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        write(SCHEMA, "{\"type\": \"object\", \"required\": [\"reason\"]}");
        write(TEMPLATE, "Late: {{body.orderId}}");
        scan();
        write(file, broken);
        scan();

        assertThat(own.health().getDetails().get(file)).asString().startsWith(words);
        assertThat(textOf("{\"orderId\":\"7\",\"reason\":\"snow\"}")).isEqualTo("Late: 7");
        assertThat(rejectionOf("{\"orderId\":\"7\"}")).isInstanceOf(ValidationException.class);
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void blamesNoEventForAFirstVersionThatIsBrokenAndTakesTheGoodOneThatFollows(
            String file, String broken, String words) throws IOException {
        String good = Files.readString(folder.resolve(file));
        write(file, broken);
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        var refused = rejectionOf("{\"orderId\":\"7\"}");
        var fault = own.health().getDetails();
        write(file, good);
        scan();

        assertThat(refused)
                .isInstanceOfSatisfying(
                        EventRejected.class,
                        rejection -> assertThat(rejection.httpStatus()).isEqualTo(503));
        assertThat(fault).containsOnlyKeys(file);
        assertThat(fault.get(file)).asString().startsWith(words);
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void keepsTheGoodSchemaOfAJsonValidatorToo() throws IOException {
        write(FILE, """
                - route:
                    id: event-order-late
                    from:
                      id: event-order-late-from
                      uri: direct
                      parameters:
                        name: event-order-late
                      steps:
                        - to:
                            uri: json-validator:textonce:schemas/order-late.schema.json
                        - setVariable:
                            name: text
                            expression:
                              constant:
                                expression: valid
                        - to:
                            uri: direct:sms-send
                """);
        own.afterApplicationStart(camel);

        write(SCHEMA, "{\"type\": \"object\", \"required\": [\"reason\"]}");
        scan();
        write(SCHEMA, "{\"type\": \"object\", ");
        scan();

        assertThat(textOf("{\"reason\":\"snow\"}")).isEqualTo("valid");
        assertThat(rejectionOf("{\"orderId\":\"7\"}")).isInstanceOf(ValidationException.class);
    }

    @Test
    void keepsWhatAnEventNeedsWhenItsFileIsDeleted() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        Files.delete(folder.resolve(TEMPLATE));
        Files.delete(folder.resolve(SCHEMA));
        scan();

        assertThat(textOf("{\"orderId\":\"8\"}")).isEqualTo("Order 8 is late.");
        assertThat(own.health().getDetails()).containsOnlyKeys(TEMPLATE, SCHEMA);
    }

    /** As by a checkout of another version of the folder. */
    @Test
    void takesARenameTogetherWithTheRoutesThatUseTheFile() throws IOException {
        String event = EVENT.replace("  steps:\n", "  steps:\n        - to:\n            uri: kamelet:late-action\n");
        write(FILE, event);
        write("kamelets/late-action.kamelet.yaml", KAMELET);
        own.afterApplicationStart(camel);
        assertThat(own.health().getDetails()).isEmpty();

        Files.delete(folder.resolve("kamelets/late-action.kamelet.yaml"));
        write("kamelets/note-action.kamelet.yaml", KAMELET.replace("late-action", "note-action"));
        Files.move(folder.resolve(TEMPLATE), folder.resolve("templates/note.mustache"));
        Files.move(folder.resolve(SCHEMA), folder.resolve("schemas/note.schema.json"));
        write(
                FILE,
                event.replace("late-action", "note-action")
                        .replace("schema: order-late", "schema: note")
                        .replace("template: order-late", "template: note"));
        scan();

        assertThat(own.health().getDetails()).isEmpty();
        assertThat(textOf("{}")).isEqualTo("Order 8 is late.");
    }

    @Test
    void givesAChangedKameletToTheRoutesThatUseItUnlessItIsWrong() throws IOException {
        String kamelet = KAMELET;
        write("kamelets/late-action.kamelet.yaml", kamelet);
        write(FILE, EVENT.replace("  steps:\n", "  steps:\n        - to:\n            uri: kamelet:late-action\n"));
        own.afterApplicationStart(camel);
        String first = textOf("{}");

        write("kamelets/late-action.kamelet.yaml", kamelet.replace("8", "99"));
        scan();
        String changed = textOf("{}");
        write(
                "kamelets/late-action.kamelet.yaml",
                kamelet.replace("- setBody:", "- process:\n            ref: nobody"));
        scan();

        assertThat(first).isEqualTo("Order 8 is late.");
        assertThat(changed).isEqualTo("Order 99 is late.");
        assertThat(textOf("{}")).isEqualTo("Order 99 is late.");
        assertThat(own.health().getDetails()).containsOnlyKeys("kamelets/late-action.kamelet.yaml");
    }

    static Stream<Arguments> shippedKamelets() {
        return Stream.of(
                Arguments.of("kamelets/sms-send-sink.kamelet.yaml", "sms-send-sink"),
                Arguments.of("kamelets/mine.kamelet.yaml", "sms-send-sink"),
                Arguments.of("kamelets/(sms-.*).kamelet.yaml", "sms-send-sink"),
                Arguments.of("kamelets/sms*.kamelet.yaml", "sms*"));
    }

    @ParameterizedTest
    @MethodSource("shippedKamelets")
    void refusesToReplaceAShippedKameletAndLeavesItAloneWhenTheFileGoes(String file, String name) throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        textOf("{\"orderId\":\"6\"}");
        int templates = camel.getRouteTemplateDefinitions().size();

        write(file, KAMELET.replace("late-action", name));
        scan();
        String fault = String.valueOf(own.health().getDetails().get(file));
        Files.delete(folder.resolve(file));
        scan();
        write(FILE, EVENT.replace("2h", "3h"));
        scan();

        if (file.contains("sms-send-sink")) {
            assertThat(fault)
                    .isEqualTo(
                            "line 4: there is a shipped kamelet sms-send-sink in kamelets/sms-send-sink.kamelet.yaml;"
                                    + " choose another name");
        }
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(camel.getRouteTemplateDefinitions()).hasSize(templates);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
    }

    @Test
    void refusesARouteConfigurationOfAShippedNameAndLeavesItAloneWhenTheFileGoes() throws Exception {
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.fromString(
                        "file:routes/policies.camel.yaml", Files.readString(Path.of("routes/policies.camel.yaml"))));
        var shipped = List.copyOf(camel.getRouteConfigurationDefinitions());
        own.afterApplicationStart(camel);

        write(FILE, EVENT + "- routeConfiguration:\n    id: dead-letter\n");
        scan();
        var fault = own.health().getDetails().get(FILE);
        Files.delete(folder.resolve(FILE));
        scan();

        assertThat(fault)
                .isEqualTo("line 27: there is a shipped route configuration dead-letter in policies.camel.yaml;"
                        + " choose another name");
        assertThat(camel.getRouteConfigurationDefinitions()).containsExactlyElementsOf(shipped);
    }

    @Test
    void takesAnOwnRouteConfigurationAwayWithItsFile() throws IOException {
        String configuration = "- routeConfiguration:\n    id: mine\n";
        write(FILE, EVENT + configuration);
        own.afterApplicationStart(camel);
        write(FILE, EVENT + configuration + "    description: Mine\n");
        scan();
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(camel.getRouteConfigurationDefinitions())
                .extracting(mine -> mine.getId())
                .containsExactly("mine");

        write(FILE, EVENT);
        scan();

        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
        assertThat(camel.getRouteConfigurationDefinitions()).isEmpty();
    }

    @Test
    void refusesANameOfAnotherOwnFileAndTakesItWhenThatFileGoes() throws IOException {
        String bean = "- beans:\n    - name: clock\n      type: java.util.concurrent.atomic.AtomicLong\n";
        write("a.camel.yaml", EVENT.replace("event-order-late", "a").replace("event: order-late", "event: b") + bean);
        own.afterApplicationStart(camel);

        write(FILE, EVENT + bean);
        scan();
        var fault = own.health().getDetails().get(FILE);
        Files.delete(folder.resolve("a.camel.yaml"));
        scan();

        assertThat(fault).isEqualTo("line 27: there is another bean clock in a.camel.yaml; choose another name");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    @ParameterizedTest
    @CsvSource({
        "http.camel.yaml, 4, '- route:\n    id: mine\n    from:\n      uri: platform-http\n      parameters: {path: /mine}\n"
                + "      steps: []\n'",
        "http.camel.yaml, 3, '- route:\n    id: mine\n    from: platform-http:/api/mine\n'",
        "http.camel.yaml, 2, '- from:\n    uri: platform-http:/mine\n    steps: []\n'",
        "http.camel.yaml, 4, '- route:\n    id: mine\n    from:\n      uri: rest:get:mine\n      steps: []\n'",
        "mine-source.kamelet.yaml, 8, 'apiVersion: camel.apache.org/v1\nkind: Kamelet\nmetadata:\n  name: mine-source\n"
                + "spec:\n  template:\n    from:\n      uri: platform-http:/mine\n      steps: []\n'",
    })
    void refusesAnHttpPathThatNoShippedKameletOpens(String file, int line, String text) throws IOException {
        own.afterApplicationStart(camel);

        write(file, text);
        scan();

        assertThat(own.health().getDetails().get(file))
                .asString()
                .startsWith("line " + line + ": ")
                .contains("is not allowed in a user file; a path under /api/ starts at kamelet:api-source");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "errorHandler:\n    noErrorHandler: {}",
                "rest:\n    get:\n      - path: /mine\n        to: direct:mine",
                "restConfiguration:\n    component: platform-http",
                "routeTemplate:\n    id: sms-send-sink\n    from:\n      uri: kamelet:source\n      steps: []",
                "templatedRoute:\n    routeTemplateRef: sms-send-sink",
                "dataFormats:\n    json: {}",
                "interceptSendToEndpoint:\n    uri: direct:sms-send\n    steps: []",
                "routeConfiguration:\n    description: For all",
                "routeConfiguration:\n    id: mine\n    interceptSendToEndpoint: []",
                "beans:\n    - {name: mine, type: java.lang.Object}\n    - {name: mine, type: java.lang.Object}",
                "beans:\n    - name: templates\n      type: java.lang.Object",
            })
    void refusesWhatWouldStayBehindOrReachShippedRoutes(String element) throws IOException {
        own.afterApplicationStart(camel);
        var errorHandler = camel.getCamelContextExtension().getErrorHandlerFactory();
        var texts = camel.getRegistry().lookupByName("templates");

        write(FILE, EVENT + "- " + element + "\n");
        scan();

        assertThat(own.health().getDetails().get(FILE)).asString().matches("line 2[6-9]: .*");
        assertThat(camel.getRoute("event-order-late")).isNull();
        assertThat(camel.getCamelContextExtension().getErrorHandlerFactory()).isSameAs(errorHandler);
        assertThat(camel.getRegistry().lookupByName("templates")).isSameAs(texts);
        assertThat(camel.getRouteTemplateDefinitions()).isEmpty();
    }

    @Test
    void makesABeanOnceAndClosesItWhenItsFileIsReplacedOrGoes() throws IOException {
        write(FILE, EVENT + BEANS);
        own.afterApplicationStart(camel);
        var first = camel.getRegistry().lookupByNameAndType("own-till", Till.class);

        write(FILE, EVENT + BEANS + " ");
        scan();
        var second = camel.getRegistry().lookupByNameAndType("own-till", Till.class);
        write(FILE, EVENT.replace("- to:", "- too:") + BEANS);
        scan();
        var kept = camel.getRegistry().lookupByNameAndType("own-till", Till.class);
        var drawer = camel.getRegistry().lookupByNameAndType("own-drawer", AtomicReference.class);
        boolean openWhileKept = kept.isOpen();
        write(FILE, EVENT.replace("2h", "soon") + BEANS);
        scan();
        var restarted = camel.getRegistry().lookupByNameAndType("own-till", Till.class);
        boolean openAfterRestart = restarted.isOpen();
        Files.delete(folder.resolve(FILE));
        scan();

        assertThat(first).isNotSameAs(second);
        assertThat(kept).isSameAs(second);
        assertThat(drawer.get()).isSameAs(second);
        assertThat(openWhileKept).isTrue();
        assertThat(openAfterRestart).isTrue();
        assertThat(camel.getRegistry().lookupByName("own-till")).isNull();
        assertThat(Till.ALL).hasSizeGreaterThanOrEqualTo(4).noneMatch(Till::isOpen);
        assertThat(Till.ALL).allSatisfy(till -> assertThat(till.closed).isEqualTo(1));
    }

    /** The error shows only when the file's routes start: its previous version is restored with new beans. */
    @Test
    void givesRoutesOfOtherFilesAnOpenBeanWhenItsFileCanNotRun() throws IOException {
        String good = BEANS + route("shared", "group: mine", "direct:sms-send");
        write("a.camel.yaml", good);
        write("b.camel.yaml", """
                - route:
                    id: user
                    from:
                      uri: direct:user
                      steps:
                        - bean:
                            ref: own-till
                            method: requireOpen
                """);
        own.afterApplicationStart(camel);

        write("a.camel.yaml", good.replace("direct:sms-send", "file:late?startingDirectoryMustExist=maybe"));
        scan();

        assertThat(own.health().getDetails()).containsOnlyKeys("a.camel.yaml");
        assertThat(camel.createProducerTemplate().requestBody("direct:user", "", String.class))
                .isEqualTo("open");
    }

    @Test
    void closesTheBeansOfAFileThatCanNotRunAndThoseThatAreLeftAtTheEnd() throws IOException {
        write("events/order-lost.camel.yaml", EVENT.replace("late", "lost") + BEANS.replace("own-", "other-"));
        write(FILE, EVENT + BEANS);

        own.afterApplicationStart(camel);
        long openWhileOneRuns = Till.ALL.stream().filter(Till::isOpen).count();
        own.close();

        assertThat(openWhileOneRuns).isEqualTo(1);
        assertThat(Till.ALL).hasSizeGreaterThan(1).noneMatch(Till::isOpen);
    }

    @Test
    void refusesAStatementOfAShippedName() throws IOException {
        own.afterApplicationStart(camel);

        write("sql/data-erasure-find.sql", "select 1");
        scan();
        var fault = own.health().getDetails().get("sql/data-erasure-find.sql");
        var used = PluginHelper.getResourceLoader(camel).resolveResource("textonce:sql/data-erasure-find.sql");
        Files.delete(folder.resolve("sql/data-erasure-find.sql"));
        scan();

        assertThat(fault).asString().contains("there is a shipped file sql/data-erasure-find.sql");
        assertThat(used.getLocation())
                .endsWith("routes/sql/data-erasure-find.sql")
                .doesNotContain(folder.toString());
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void goesBackToTheShippedTemplateWhenTheOwnOneGoes() throws IOException {
        write("templates/order-delayed.en.mustache", "Mine: {{body.orderId}}");
        write(FILE, EVENT.replace("template: order-late", "template: order-delayed"));
        own.afterApplicationStart(camel);
        String mine = textOf("{\"orderId\":\"7\"}");

        Files.delete(folder.resolve("templates/order-delayed.en.mustache"));
        scan();

        assertThat(mine).isEqualTo("Mine: 7");
        assertThat(textOf("{\"orderId\":\"7\"}")).contains("7").doesNotContain("Mine");
    }

    @Test
    void leavesTheFilesOfEditorsAndMountsAlone() throws IOException {
        write("..2026_11_23/" + FILE, EVENT);
        write("events/.order-late.camel.yaml.swp", "x");
        write("notes.txt", "not a route");

        own.afterApplicationStart(camel);

        assertThat(camel.getRoutes()).extracting(route -> route.getId()).containsExactly("sms-send");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    private void scan() {
        own.scan();
        own.scan();
    }

    private String textOf(String event) {
        try (var template = camel.createProducerTemplate()) {
            template.requestBody("direct:event-order-late", event);
            return sent.get(sent.size() - 1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Throwable rejectionOf(String event) {
        try {
            textOf(event);
            throw new AssertionError("was not refused");
        } catch (CamelExecutionException e) {
            return e.getCause();
        }
    }

    private void write(String file, String text) throws IOException {
        var path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    /** Something that an own file makes. */
    public static final class Till implements AutoCloseable {

        private static final List<Till> ALL = new CopyOnWriteArrayList<>();

        private int closed;

        public Till() {
            ALL.add(this);
        }

        public String requireOpen() {
            return isOpen() ? "open" : "closed";
        }

        private boolean isOpen() {
            return closed == 0;
        }

        @Override
        public void close() {
            closed++;
        }
    }
}
