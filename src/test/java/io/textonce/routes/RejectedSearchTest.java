package io.textonce.routes;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.event.EventRejected;
import io.textonce.intake.RejectedEvents;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of an event that was rejected, whichever way it came in. */
@SandboxTest
class RejectedSearchTest {

    private static final int FLOOD = 3_000;

    @Test
    void keepsWhenWhoWhichAndWhyOfEveryIntake(Sandbox sandbox) {
        String http = sandbox.newEventId();
        String jms = sandbox.newEventId();
        String file = sandbox.newEventId();
        String number = sandbox.newNumber();

        assertThat(sandbox.post("order-shipped", badOrder(sandbox, http, number))
                        .statusCode())
                .isEqualTo(400);
        sandbox.publish("order-shipped", badOrder(sandbox, jms, number));
        sandbox.drop("order-shipped", file + ".jsonl", badOrder(sandbox, file, number) + "\n");

        for (var came : Map.of("http", http, "jms", jms, "file", file).entrySet()) {
            await().untilAsserted(() -> assertThat(rows(sandbox, came.getValue()))
                    .singleElement()
                    .satisfies(row -> assertThat(row)
                            .containsEntry("source", came.getKey())
                            .containsEntry("event", "order-shipped")
                            .containsEntry("field", "trackingUrl")
                            .containsEntry("reason", "trackingUrl: must be an https URL")));
        }
        assertThat(rows(sandbox, http).toString()).doesNotContain(number.substring(2), "ftp");
    }

    /** In a line of the log, what stands behind such a name and a colon is the text of a person. */
    @Test
    void keepsTheReasonOfABodyAndOfAText(Sandbox sandbox) {
        String marker = sandbox.newEventId();
        sandbox.post(
                "order-shipped",
                sandbox.orderShipped(marker, sandbox.newNumber()).replaceFirst("\\{", "{\"body\":{,"));
        sandbox.post("order-delayed", "[\"" + marker + "\"]");

        await().untilAsserted(() -> assertThat(sandbox.database()
                        .queryForList("SELECT reason FROM textonce.rejected_events WHERE field = 'body'", String.class))
                .contains("body: is not valid JSON in UTF-8 (line 1, column 10)", "body: must be a JSON object"));
    }

    /** Masked by the digits alone, no event whose id has an order's number of that length would be found by it. */
    @Test
    void keepsAnOrdersNumberInAnIdAndNoPersons(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String order = "order_100123456789_" + sandbox.newEventId();
        sandbox.post("order-shipped", badOrder(sandbox, order, number));
        sandbox.post("order-shipped", badOrder(sandbox, "reminder_" + number.substring(1), number));

        await().untilAsserted(() -> assertThat(rows(sandbox, order)).hasSize(1));
        String masked = "reminder_" + "*".repeat(number.length() - 5) + number.substring(number.length() - 4);
        await().untilAsserted(() -> assertThat(rows(sandbox, masked)).hasSize(1));
    }

    @Test
    void answersAProgramAndForgetsAPerson(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", badOrder(sandbox, id, number));

        await().untilAsserted(() -> assertThat(
                        sandbox.json(sandbox.get("/api/rejected-events?event=order-shipped&since=1h&eventId=" + id))
                                .get("events"))
                .hasSize(1));
        var found = sandbox.postJson("/api/rejected-events/search", "{\"phone\":\"" + number + "\"}");
        assertThat(sandbox.json(found).get("events").findValuesAsText("eventId"))
                .containsExactly(id);
        assertThat(found.body()).doesNotContain(number.substring(1));
        sandbox.request("DELETE", "/api/people", "{\"phone\":\"" + number + "\"}");
        assertThat(rows(sandbox, id)).isEmpty();
    }

    /** Ignored, it would answer with every event, as if each matched. */
    @ParameterizedTest
    @ValueSource(strings = {"sid", "status", "code", "country", "sender", "reason", "ids"})
    void rejectsAParameterOfDeliveries(String name, Sandbox sandbox) {
        for (var answer : List.of(
                sandbox.get("/api/rejected-events?" + name + "=1"),
                sandbox.postJson("/api/rejected-events/search", "{\"" + name + "\":\"1\"}"))) {
            assertThatProblem(answer).is(400, "invalid_request");
            assertThat(sandbox.json(answer).get("detail").asText()).isEqualTo("The request is not valid; see details.");
            assertThat(sandbox.json(answer).at("/details/query/0").asText())
                    .isEqualTo(
                            "has a parameter other than after, client, event, eventId, from, limit, phone, since, to,"
                                    + " until, zone");
        }
    }

    @Test
    void keepsNothingOfAnEventThatHasADelivery(Sandbox sandbox) {
        var order = sandbox.order().post();
        String marker = sandbox.newEventId();
        sandbox.post("order-shipped", badOrder(sandbox, marker, order.number()));

        await().until(() -> !rows(sandbox, marker).isEmpty());
        assertThat(rows(sandbox, order.eventId())).isEmpty();
    }

    @Test
    void countsInOneRowWhatAFloodHasTooMuch(Sandbox sandbox) throws SQLException {
        String first = sandbox.newEventId();
        var events = sandbox.context().getBean(RejectedEvents.class);
        var exchange = new DefaultExchange(sandbox.context().getBean(CamelContext.class));
        exchange.setVariable("source", "http");
        exchange.setVariable("event", "flood-" + first.substring(5, 13));
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, EventRejected.ofField("phone", "is missing"));

        long unlisted = unlisted(sandbox);
        // Until it ends no row is written, however slow this machine is.
        try (var other = sandbox.context().getBean(DataSource.class).getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE textonce.rejected_events");
            IntStream.range(0, FLOOD).forEach(i -> events.process(exchange));
            other.rollback();
        }

        await().untilAsserted(() -> assertThat(listed(sandbox, exchange) + unlisted(sandbox) - unlisted)
                .isEqualTo(FLOOD));
        assertThat(listed(sandbox, exchange)).isBetween(1L, FLOOD / 2L);
    }

    private static long listed(Sandbox sandbox, Exchange exchange) {
        return sandbox.database()
                .queryForObject(
                        "SELECT count(*) FROM textonce.rejected_events WHERE event = ?",
                        Long.class,
                        exchange.getVariable("event"));
    }

    private static long unlisted(Sandbox sandbox) {
        return sandbox.database()
                .queryForObject(
                        "SELECT coalesce(sum(substring(reason FROM '^([0-9]+) more events were rejected')::int), 0)"
                                + " FROM textonce.rejected_events WHERE source = 'all'",
                        Long.class);
    }

    private static String badOrder(Sandbox sandbox, String id, String number) {
        return sandbox.orderShipped(id, number).replace("https://", "ftp://");
    }

    private static List<Map<String, Object>> rows(Sandbox sandbox, String eventId) {
        return sandbox.database().queryForList("SELECT * FROM textonce.rejected_events WHERE event_id = ?", eventId);
    }
}
