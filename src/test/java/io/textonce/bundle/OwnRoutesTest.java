package io.textonce.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.mustachejava.DefaultMustacheFactory;
import io.textonce.settings.TimeBounds;
import io.textonce.text.TextsForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ValidationException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.kamelet.KameletComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.actuate.health.Status;

class OwnRoutesTest {

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

    private static final String FILE = "events/order-late.camel.yaml";
    private static final String TEMPLATE = "templates/order-late.mustache";
    private static final String SCHEMA = "schemas/order-late.schema.json";

    @TempDir
    Path folder;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final List<String> sent = new CopyOnWriteArrayList<>();
    private OwnRoutes own;

    @BeforeEach
    void startCamel() throws Exception {
        var files = new BundleFiles(camel, "file:routes", folder.toString());
        var texts = TextsForTests.in("file:routes", folder.toString(), Locale.ENGLISH, new DefaultMustacheFactory());
        camel.getRegistry().bind("resource-loader-textonce", files);
        camel.getRegistry().bind("texts", texts);
        camel.getRegistry().bind("eventJson", new ObjectMapper());
        camel.getRegistry()
                .bind(
                        "timeBounds",
                        new TimeBounds(Duration.ofSeconds(60), Duration.ZERO, Duration.ZERO, Duration.ofSeconds(30)));
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
        own = new OwnRoutes(folder.toString(), false, files, texts);
        write(SCHEMA, "{\"type\": \"object\", \"required\": [\"orderId\"]}");
        write(TEMPLATE, "Order {{body.orderId}} is late.");
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
        write(FILE, EVENT.replace("timeToLive: 2h", "horizon: 5s"));

        own.afterApplicationStart(camel);

        assertThat(camel.getRoute("event-order-late")).isNull();
        assertThat(own.whyMissing("order-late"))
                .contains("horizon must be at least 90s (list lag 60s + pool time-out 0s + connect time-out 0s"
                        + " + read time-out 30s), and is 5s");
    }

    @Test
    void takesFilesThatAreAddedInAnyOrder() throws IOException {
        Files.delete(folder.resolve(TEMPLATE));
        own.afterApplicationStart(camel);

        write(FILE, EVENT);
        look();
        boolean ranWithoutText = camel.getRoute("event-order-late") != null;
        write(TEMPLATE, "Order {{body.orderId}} comes later.");
        look();

        assertThat(ranWithoutText).isFalse();
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 comes later.");
        assertThat(own.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void waitsForAFileThatStillGrows() throws IOException {
        own.afterApplicationStart(camel);

        write(FILE, EVENT.substring(0, 200));
        own.look();
        write(FILE, EVENT);
        own.look();
        own.look();

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
            look();
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
                Arguments.of("timeToLive: 2h", "timeToLve: 2h", "line 25: sms-send-sink has no parameter timeToLve"),
                Arguments.of("purpose: order-updates", "porpoise: x", "line 21: sms-send-sink needs purpose"),
                Arguments.of("sms-send-sink", "sms-sink", "line 21: there is no file sms-sink.kamelet.yaml"),
                Arguments.of("uri: kamelet:sms-send-sink", "uri: kafka:orders", "line 21: there is no component kafka"),
                Arguments.of("purpose: order-updates", "purpose: \"{{who}}\"", "line 24: there is no setting who"),
                Arguments.of(
                        "event-order-late\n", "sms-send\n", "line 1: another file has a route with the id sms-send"),
                Arguments.of("- route:\n", "route:\n", ""),
                Arguments.of(EVENT, "hello", "the file holds no route"),
                Arguments.of(EVENT, "", "the file is empty"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void tellsAMistakeByItsLineAndKeepsTheGoodVersion(String good, String bad, String words) throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        int routes = camel.getRoutesSize();

        write(FILE, EVENT.replace(good, bad));
        look();

        assertThat(own.health().getDetails().get(FILE)).asString().startsWith(words);
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
        assertThat(camel.getRoutesSize()).isEqualTo(routes);
    }

    @Test
    void takesTheRoutesAwayWithTheirFile() throws Exception {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        Files.delete(folder.resolve(FILE));
        look();

        assertThat(camel.getRoutes()).extracting(route -> route.getId()).containsExactly("sms-send");
        assertThat(own.whyMissing("order-late")).isNull();
    }

    @Test
    void usesAChangedTemplateUnlessItIsWrong() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        write(TEMPLATE, "Sorry: {{body.orderId}}");
        look();
        String changed = textOf("{\"orderId\":\"7\"}");
        write(TEMPLATE, "Sorry: {{#body.orderId}}");
        look();

        assertThat(changed).isEqualTo("Sorry: 7");
        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Sorry: 7");
        assertThat(own.health().getDetails()).containsOnlyKeys(TEMPLATE);
    }

    @Test
    void usesAChangedSchemaUnlessItIsWrong() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);

        write(SCHEMA, "{\"type\": \"object\", \"required\": [\"reason\"]}");
        look();
        var refused = refusalOf("{\"orderId\":\"7\"}");
        write(SCHEMA, "{\"type\": \"object\", ");
        look();

        assertThat(refused).isInstanceOf(ValidationException.class);
        assertThat(refusalOf("{\"orderId\":\"7\"}")).isInstanceOf(ValidationException.class);
        assertThat(own.health().getDetails().get(SCHEMA)).asString().startsWith("line 1: the file is not JSON");
    }

    @Test
    void keepsWhatAnEventNeedsWhenItsFileIsDeleted() throws IOException {
        write(FILE, EVENT);
        own.afterApplicationStart(camel);
        textOf("{\"orderId\":\"7\"}");

        Files.delete(folder.resolve(TEMPLATE));
        Files.delete(folder.resolve(SCHEMA));
        look();

        assertThat(textOf("{\"orderId\":\"8\"}")).isEqualTo("Order 8 is late.");
        assertThat(own.health().getDetails()).containsOnlyKeys(TEMPLATE, SCHEMA);
    }

    @Test
    void givesAChangedKameletToTheRoutesThatUseItUnlessItIsWrong() throws IOException {
        String kamelet = """
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
        write("kamelets/late-action.kamelet.yaml", kamelet);
        write(FILE, EVENT.replace("  steps:\n", "  steps:\n        - to:\n            uri: kamelet:late-action\n"));
        own.afterApplicationStart(camel);
        String first = textOf("{}");

        write("kamelets/late-action.kamelet.yaml", kamelet.replace("8", "99"));
        look();
        String changed = textOf("{}");
        write(
                "kamelets/late-action.kamelet.yaml",
                kamelet.replace("- setBody:", "- process:\n            ref: nobody"));
        look();

        assertThat(first).isEqualTo("Order 8 is late.");
        assertThat(changed).isEqualTo("Order 99 is late.");
        assertThat(textOf("{}")).isEqualTo("Order 99 is late.");
        assertThat(own.health().getDetails()).containsOnlyKeys("kamelets/late-action.kamelet.yaml");
    }

    @Test
    void refusesToReplaceAShippedKamelet() throws IOException {
        write("kamelets/sms-send-sink.kamelet.yaml", "- hello");
        write(FILE, EVENT);

        own.afterApplicationStart(camel);

        assertThat(textOf("{\"orderId\":\"7\"}")).isEqualTo("Order 7 is late.");
        assertThat(own.health().getDetails().get("kamelets/sms-send-sink.kamelet.yaml"))
                .asString()
                .contains("give yours another name");
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

    private void look() {
        own.look();
        own.look();
    }

    private String textOf(String event) {
        try (var template = camel.createProducerTemplate()) {
            template.requestBody("direct:event-order-late", event);
            return sent.get(sent.size() - 1);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Throwable refusalOf(String event) {
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
}
