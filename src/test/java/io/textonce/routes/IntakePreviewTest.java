package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.delivery.EventPreview;
import io.textonce.delivery.EventPreviews;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.dataformat.JsonLibrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What would become of an event, over the API and on the page. */
@SandboxTest
class IntakePreviewTest {

    @Test
    void describesTheMessageThatIsSentAfterwards(Sandbox sandbox) {
        var order = sandbox.order();

        var preview = preview(sandbox, order);

        assertThat(preview.get("verdict").asText()).isEqualTo("send");
        assertThat(Instant.parse(preview.get("at").asText()))
                .isBefore(Instant.now().plusSeconds(60));
        assertThat(preview.get("checks").findValuesAsText("check"))
                .containsExactly("consent", "number", "recipient", "text", "time", "optOut", "account", "rate", "caps");
        assertThat(preview.get("checks").findValuesAsText("verdict")).containsOnly("pass");
        assertThat(preview.get("to").asText()).contains("*").doesNotContain(order.number());
        assertThat(preview.get("country").asText()).isEqualTo("US");
        assertThat(preview.get("sender").asText())
                .isEqualTo(sandbox.context().getEnvironment().getProperty("textonce.twilio.from-number"));
        assertThat(preview.get("language").asText()).isEqualTo("en");
        assertThat(preview.get("encoding").asText()).isEqualTo("GSM-7");
        assertThat(preview.get("ucs2Because")).isEmpty();

        order.post().await(DELIVERED);

        assertThat(order.messages())
                .singleElement()
                .satisfies(sent -> assertThat(preview.get("text").asText()).isEqualTo(sent.body()))
                .satisfies(sent -> assertThat(preview.get("segments").asInt()).isEqualTo(1));
    }

    @Test
    void storesAndSendsNothing(Sandbox sandbox) {
        var order = sandbox.order();
        var rejected = sandbox.order().with("ttl", "no number");
        String incident = sandbox.newEventId();

        preview(sandbox, order);
        sandbox.postJson("/api/order-shipped-sms?preview=true", rejected.json());
        sandbox.postJson("/api/incident-alert-sms?preview=true", incident(incident, order.number()));
        var later = sandbox.order().with("ttl", "no number").post();

        // Rejections are written in their order.
        await().until(() -> count(sandbox, "rejected_events", later.eventId()) == 1);
        assertThat(rows(sandbox, order)).isZero();
        assertThat(count(sandbox, "rejected_events", rejected.eventId())).isZero();
        assertThat(count(sandbox, "rejected_events", incident)).isZero();
        assertThat(count(sandbox, "incidents", incident)).isZero();
        assertThat(order.posts()).isZero();
    }

    @Test
    void namesTheDeliveryOfADuplicateAndChangesNothing(Sandbox sandbox) {
        var order = sandbox.order().post().await(DELIVERED);
        var before = order.delivery();
        var entries = order.timeline();

        var preview = preview(sandbox, order);

        assertThat(preview.get("verdict").asText()).isEqualTo("duplicate");
        assertThat(preview.get("detail").asText()).startsWith("Duplicate of delivery " + before.get("id"));
        assertThat(preview.get("status").asText()).isEqualTo("delivered");
        assertThat(order.delivery()).usingRecursiveComparison().isEqualTo(before);
        assertThat(order.timeline()).hasSameSizeAs(entries);
        assertThat(order.messages()).hasSize(1);
    }

    @Test
    void givesTheVerdictOfEachCheckAndNotOnlyOfTheFirst(Sandbox sandbox) {
        String json = sandbox.orderShipped(sandbox.newEventId(), "+19005551234")
                .replace("2026-06-02T09:00:00.000Z", "2026-06-02T09:00:00Z")
                .replaceFirst("}$", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(3)) + "\"}");

        var preview = sandbox.json(sandbox.postJson("/api/order-shipped-sms?preview=true", json));

        assertThat(preview.get("verdict").asText()).isEqualTo("reject");
        assertThat(verdict(preview, "recipient")).isEqualTo("reject");
        assertThat(verdict(preview, "time")).isEqualTo("hold");
        assertThat(verdict(preview, "number")).isEqualTo("pass");
    }

    @Test
    void namesTheCharactersThatNeedUcs2(Sandbox sandbox) {
        String json = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber())
                .replace("\"orderId\":\"1001\"", "\"orderId\":\"→1→😀é\"");

        var preview = sandbox.json(sandbox.postJson("/api/order-shipped-sms?preview=true", json));

        assertThat(preview.get("encoding").asText()).isEqualTo("UCS-2");
        assertThat(preview.get("ucs2Because").findValuesAsText("codePoint")).containsExactly("U+2192", "U+1F600");
        assertThat(preview.get("ucs2Because").findValuesAsText("name"))
                .containsExactly("RIGHTWARDS ARROW", "GRINNING FACE");
        assertThat(preview.get("segments").asInt()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"preview=yes", "preview=1", "Preview=true", "preview=", "preview=true&preview=false"})
    void rejectsWhatMayBeMeantAsAPreview(String query, Sandbox sandbox) {
        var order = sandbox.order();

        var answer = sandbox.postJson("/api/order-shipped-sms?" + query, order.json());

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(rows(sandbox, order)).isZero();
    }

    @Test
    void answersAnInvalidEventAsIfItWereSent(Sandbox sandbox) {
        var answer = sandbox.postJson(
                "/api/order-shipped-sms?preview=true", sandbox.order().json().replace("\"orderId\":\"1001\",", ""));

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(sandbox.json(answer).get("details").fieldNames())
                .toIterable()
                .containsExactly("orderId");
    }

    @Test
    void describesWhatACancellationWouldCancel(Sandbox sandbox) {
        String reminder = sandbox.newEventId();
        var before = previewCancellation(sandbox, reminder);
        long early = count(sandbox, "deliveries", reminder);
        var sent = remind(sandbox, reminder);

        var preview = previewCancellation(sandbox, reminder);
        var held = sandbox.delivery(reminder);
        var canceled = sandbox.post("appointment-cancelled", cancellation(sandbox, reminder));
        var after = previewCancellation(sandbox, reminder);

        assertThat(before.get("verdict").asText()).isEqualTo("cancel");
        assertThat(before.at("/effects/0/status").asText()).isEqualTo("pending");
        assertThat(early).isZero();
        assertThat(preview.get("verdict").asText()).isEqualTo("cancel");
        assertThat(preview.get("detail").asText())
                .isEqualTo("The message of appointment-reminder " + reminder
                        + " is held; it would be canceled, and never sent.");
        assertThat(preview.at("/effects/0/delivery").asText())
                .isEqualTo(sandbox.json(sent).get("id").asText());
        assertThat(held).containsEntry("status", "held").containsEntry("cancel_requested_at", null);
        assertThat(preview.at("/effects/0/status"))
                .isEqualTo(sandbox.json(canceled).get("status"));
        assertThat(after.get("verdict").asText()).isEqualTo("none");
    }

    @Test
    void describesWhichIncidentsWouldBeAcknowledged(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String name = "INC-" + id;
        String event = incident(id, sandbox.newNumber())
                .replace("INC-1", name)
                .replaceFirst(
                        "}$",
                        ",\"acknowledge\":true,\"next\":[{\"phone\":\"" + sandbox.newNumber()
                                + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}]}");
        String acknowledgment = "{\"eventId\":\"" + sandbox.newEventId() + "\",\"incident\":\"" + name + "\"}";
        var unknown = sandbox.postJson("/api/incident-acknowledged-sms?preview=true", acknowledgment);
        sandbox.post("incident-alert", event);

        var preview = sandbox.json(sandbox.postJson("/api/incident-acknowledged-sms?preview=true", acknowledgment));
        var duplicate = sandbox.json(sandbox.postJson("/api/incident-alert-sms?preview=true", event));
        var reused = sandbox.json(sandbox.postJson(
                "/api/incident-alert-sms?preview=true", event.replace("\"acknowledge\":true", "\"escalateAfter\":60")));
        boolean acknowledged = sandbox.database()
                .queryForObject(
                        "SELECT acknowledged_at IS NOT NULL FROM textonce.incidents WHERE event_id = ?",
                        Boolean.class,
                        id);
        sandbox.post("incident-acknowledged", acknowledgment);
        var after = sandbox.json(sandbox.postJson("/api/incident-acknowledged-sms?preview=true", acknowledgment));

        assertThatProblem(unknown).is(404, "unknown_incident");
        assertThat(preview.get("verdict").asText()).isEqualTo("acknowledge");
        assertThat(preview.get("detail").asText())
                .isEqualTo(
                        "Incident " + name + " would be acknowledged, and no other number alerted (alerted: 1 of 2).");
        assertThat(preview.at("/effects/0/eventId").asText()).isEqualTo(id);
        assertThat(acknowledged).isFalse();
        assertThat(duplicate.get("verdict").asText()).isEqualTo("duplicate");
        assertThat(reused.get("verdict").asText()).isEqualTo("reject");
        assertThat(after.get("verdict").asText()).isEqualTo("none");
    }

    @Test
    void knowsTheLimitOfAlertsToANumber(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String waiting = sandbox.newEventId();
        sandbox.post("incident-alert", incident(sandbox.newEventId(), number));
        sandbox.post("incident-alert", incident(waiting, number).replace("\"Down\"", "\"Down\",\"ttl\":600"));

        var preview = sandbox.json(
                sandbox.postJson("/api/incident-alert-sms?preview=true", incident(sandbox.newEventId(), number)));
        var duplicate = sandbox.json(sandbox.postJson(
                "/api/incident-alert-sms?preview=true",
                incident(waiting, number).replace("\"Down\"", "\"Down\",\"ttl\":600")));

        assertThat(preview.get("verdict").asText()).isEqualTo("hold");
        assertThat(verdict(preview, "alertLimit")).isEqualTo("hold");
        assertThat(preview.get("detail").asText())
                .isEqualTo("Waits for the limit of alerts to this number, in one message with others that wait: 1");
        assertThat(Instant.parse(preview.get("at").asText()))
                .isBetween(Instant.now().minusSeconds(5), Instant.now().plusSeconds(60));
        assertThat(duplicate.get("verdict").asText()).isEqualTo("duplicate");
        assertThat(duplicate.get("status").asText()).isEqualTo("bundled");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void showsOnThePageWhatACancellationWouldCancel(Sandbox sandbox) {
        String reminder = sandbox.newEventId();
        var sent = remind(sandbox, reminder);

        var page = new PageClient(sandbox)
                .post(
                        "/preview",
                        "event=appointment-cancelled&json="
                                + URLEncoder.encode(cancellation(sandbox, reminder), StandardCharsets.UTF_8));

        assertThat(page.body())
                .contains(
                        "<span class=\"sign good\">cancel</span>",
                        reminder + " is held; it would be canceled, and never sent.",
                        "/deliveries/" + sandbox.json(sent).get("id").asText());
    }

    /** As in the command {@code preview}, which has no database. */
    @ParameterizedTest
    @CsvSource({"appointment-cancelled, cancel", "incident-acknowledged, acknowledge", "incident-alert, send"})
    void needsNoDatabase(String event, String verdict, Sandbox sandbox) {
        var context = sandbox.context();
        String id = sandbox.newEventId();
        String body = switch (event) {
            case "incident-alert" -> incident(id, sandbox.newNumber());
            case "appointment-cancelled" -> cancellation(sandbox, id);
            default -> "{\"eventId\":\"" + id + "\",\"incident\":\"INC-" + id + "\"}";
        };

        var done = context.getBean(ProducerTemplate.class).request("direct:event-" + event, exchange -> {
            context.getBean(EventPreviews.class).beginOffline(exchange);
            exchange.getMessage().setBody(body.getBytes(StandardCharsets.UTF_8));
        });

        var preview = EventPreview.of(done);
        assertThat(done.getException()).isNull();
        assertThat(preview.report(true)).containsEntry("verdict", verdict);
        assertThat(preview.hasEffect()).isTrue();
    }

    @Test
    void describesTheFirstAlertOfAnIncident(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var preview = sandbox.json(
                sandbox.postJson("/api/incident-alert-sms?preview=true", incident(sandbox.newEventId(), number)));

        assertThat(preview.get("verdict").asText()).isEqualTo("send");
        assertThat(preview.get("event").asText()).isEqualTo("incident-alert");
        assertThat(preview.get("text").asText()).isNotBlank();
        assertThat(preview.get("segments").asInt()).isPositive();
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"event-computed-text, 422", "event-computed-text-compute, 200"})
    void passesAStepThatDeclaresThatItOnlyComputes(String step, int status, Sandbox sandbox) throws Exception {
        var camel = sandbox.context().getBean(CamelContext.class);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:event-computed")
                        .routeId("event-computed")
                        .errorHandler(noErrorHandler())
                        .unmarshal()
                        .json(JsonLibrary.Jackson, Map.class)
                        .process(exchange -> exchange.setVariable("text", "Computed"))
                        .id(step)
                        .to("kamelet:sms-send-sink?event=computed&purpose=tests");
            }
        });
        try {
            var answer = sandbox.postJson(
                    "/api/computed-sms?preview=true",
                    "{\"eventId\":\"" + sandbox.newEventId() + "\",\"phone\":\"" + sandbox.newNumber()
                            + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}");

            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body())
                    .contains(status == 200 ? "\"text\":\"Computed\"" : "its step event-computed-text ");
        } finally {
            camel.getRouteController().stopRoute("event-computed");
            camel.removeRoute("event-computed");
        }
    }

    @Test
    void previewsACloudEvent(Sandbox sandbox) {
        var order = sandbox.order();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/events?preview=true"))
                .header("Content-Type", "application/cloudevents+json")
                .POST(BodyPublishers.ofString("{\"specversion\":\"1.0\",\"id\":\"" + order.eventId()
                        + "\",\"source\":\"shop\",\"type\":\"order-shipped\",\"data\":"
                        + order.json().replace("\"eventId\":\"" + order.eventId() + "\",", "") + "}")));

        assertThat(sandbox.json(answer).path("verdict").asText())
                .as(answer.body())
                .isEqualTo("send");
        assertThat(rows(sandbox, order)).isZero();
    }

    private static JsonNode previewCancellation(Sandbox sandbox, String reminder) {
        return sandbox.json(
                sandbox.postJson("/api/appointment-cancelled-sms?preview=true", cancellation(sandbox, reminder)));
    }

    private static String cancellation(Sandbox sandbox, String reminder) {
        return "{\"eventId\":\"" + sandbox.newEventId() + "\",\"reminder\":\"" + reminder + "\"}";
    }

    private static HttpResponse<String> remind(Sandbox sandbox, String eventId) {
        return sandbox.post(
                "appointment-reminder",
                "{\"eventId\":\"" + eventId + "\",\"phone\":\"" + sandbox.newNumber() + "\",\"appointmentAt\":\""
                        + Instant.now().plus(Duration.ofDays(3))
                        + "\",\"timeZone\":\"UTC\",\"consentAt\":\"2026-06-02T09:00:00Z\"}");
    }

    private static JsonNode preview(Sandbox sandbox, Order order) {
        var answer = sandbox.postJson("/api/order-shipped-sms?preview=true", order.json());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return sandbox.json(answer);
    }

    private static String verdict(JsonNode preview, String check) {
        for (var each : preview.get("checks")) {
            if (each.get("check").asText().equals(check)) {
                return each.get("verdict").asText();
            }
        }
        throw new AssertionError("no check " + check + " in " + preview);
    }

    private static String incident(String eventId, String number) {
        return "{\"eventId\":\"" + eventId + "\",\"phone\":\"" + number
                + "\",\"incident\":\"INC-1\",\"title\":\"Down\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    private static long rows(Sandbox sandbox, Order order) {
        return count(sandbox, "deliveries", order.eventId());
    }

    private static long count(Sandbox sandbox, String table, String eventId) {
        return sandbox.database()
                .queryForObject("SELECT count(*) FROM textonce." + table + " WHERE event_id = ?", Long.class, eventId);
    }
}
