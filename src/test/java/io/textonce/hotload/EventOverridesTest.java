package io.textonce.hotload;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.Test;

/** Settings of single events: support-acknowledged is switched off, order-delayed has another policy. */
@ProductionTest
class EventOverridesTest {

    private static final String OFF = "support-acknowledged";
    private static final String REASON = "The event support-acknowledged is switched off";

    @Test
    void rejectsASwitchedOffEventAndItsPreviewOverHttp(Sandbox sandbox) {
        for (String query : new String[] {"", "?preview=true"}) {
            var answer = post(sandbox, "/api/" + OFF + "-sms" + query, "{}");

            assertThatProblem(answer).is(404, "event_disabled");
            assertThat(answer.body()).contains(REASON);
        }
    }

    @Test
    void describesNoEventThatIsSwitchedOff(Sandbox sandbox) {
        for (String path : new String[] {"/api/openapi.json", "/api/asyncapi.json", "/preview"}) {
            var answer = sandbox.send(
                    HttpRequest.newBuilder(sandbox.uri(path)).header("Authorization", "Bearer support-token"));

            assertThat(answer.body()).as(path).contains("order-delayed").doesNotContain(OFF);
        }
    }

    @Test
    void keepsASwitchedOffEventOfTheQueueInTheDeadLetterQueue(Sandbox sandbox) throws Exception {
        String mark = UUID.randomUUID().toString();
        sandbox.jms().convertAndSend("textonce.events", event(mark, sandbox.newNumber()), message -> {
            message.setStringProperty("event", OFF);
            message.setStringProperty("mark", mark);
            return message;
        });

        var dead = (TextMessage) sandbox.jms().receiveSelected("textonce.events.dead", "mark = '" + mark + "'");

        assertThat(dead.getText()).contains(mark);
        assertThat(dead.getStringProperty("textonceReason")).contains(REASON);
    }

    @Test
    void keepsASwitchedOffEventOfAFileInItsRejectFile(Sandbox sandbox) {
        String mark = UUID.randomUUID().toString();
        sandbox.drop(OFF, mark + ".jsonl", event(mark, sandbox.newNumber()) + "\n");

        await().atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(failed(sandbox, mark)).contains(mark, REASON));
    }

    @Test
    void rejectsASwitchedOffEventOfAnotherRoute(Sandbox sandbox) throws Exception {
        try (var template = sandbox.context().getBean(CamelContext.class).createProducerTemplate()) {
            var done = template.request(
                    "direct:event-" + OFF,
                    exchange -> exchange.getMessage().setBody(event("own-route", sandbox.newNumber())));

            assertThat(done.getException()).hasMessageContaining(REASON);
        }
    }

    @Test
    void sendsAnEventByTheParametersOfItsSettings(Sandbox sandbox) {
        String id = sandbox.newEventId();
        var answer = post(
                sandbox,
                "/api/order-delayed-sms",
                "{\"eventId\":\"" + id + "\",\"phone\":\"" + sandbox.newNumber()
                        + "\",\"orderId\":\"1001\",\"consentAt\":\"2026-06-02T09:00:00Z\"}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(sandbox.delivery(id))
                .containsEntry("purpose", "delays")
                .satisfies(delivery -> assertThat((Timestamp) delivery.get("expires_at"))
                        .isBefore(Timestamp.from(Instant.now().plus(Duration.ofHours(3)))));
    }

    @Test
    void showsOperatorsWhatIsSet(Sandbox sandbox) throws Exception {
        assertThat(page(sandbox, "/camel"))
                .contains("Switched off by TEXTONCE_EVENTS_SUPPORT_ACKNOWLEDGED_ENABLED")
                .contains("timeToLive is 2h by TEXTONCE_EVENTS_ORDER_DELAYED_TIME_TO_LIVE, in the file 24h");
        assertThat(page(sandbox, "/camel/routes/event-order-delayed"))
                .contains("purpose is delays by TEXTONCE_EVENTS_ORDER_DELAYED_PURPOSE, in the file order-updates");
    }

    @Test
    void reportsEveryValueThatIsNotPossible(Sandbox sandbox) {
        var camel = sandbox.context().getBean(ModelCamelContext.class);
        var files = sandbox.context().getBean(BundleFiles.class);
        var parameters = new KameletTemplates(camel, files);

        assertThat(problem(parameters, camel, "timeToLive", "soon")).contains("'soon' is not a valid duration");
        assertThat(problem(parameters, camel, "maxSegments", "many"))
                .isEqualTo("maxSegments must be of type integer, and is 'many'");
        assertThat(problem(parameters, camel, "maxSegments", "11")).isEqualTo("maxSegments must be 1 to 10");
        assertThat(problem(parameters, camel, "quietHours", "21:00-08:00")).isNull();
    }

    private static String problem(KameletTemplates kamelets, ModelCamelContext camel, String name, String value) {
        try {
            return kamelets.parameters("sms-send-sink").problemOf(camel, name, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String event(String id, String number) {
        return "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                + "\",\"ticket\":\"7\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    private static String failed(Sandbox sandbox, String name) throws IOException {
        try (var files = Files.list(sandbox.peers().inbox().resolve(OFF).resolve("failed"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(name))
                    .map(file -> file.toFile().exists() ? read(file) : "")
                    .collect(Collectors.joining());
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    private static HttpResponse<String> post(Sandbox sandbox, String path, String body) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri(path))
                .header("Authorization", "Bearer support-token")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private static String page(Sandbox sandbox, String path) throws Exception {
        var request = HttpRequest.newBuilder(sandbox.management(path)).header("Authorization", "Bearer support-token");
        return HttpClient.newHttpClient()
                .send(request.build(), BodyHandlers.ofString())
                .body();
    }
}
