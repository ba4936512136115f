package io.textonce.routes;

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

/** What is kept of an event that was rejected, whichever way it came in. */
@SandboxTest
class RejectedSearchTest {

    @Test
    void keepsWhenWhoWhichAndWhyOfEveryIntake(Sandbox sandbox) {
        String http = sandbox.newEventId();
        String jms = sandbox.newEventId();
        String file = sandbox.newEventId();
        String number = sandbox.newNumber();

        sandbox.post("order-shipped", badOrder(sandbox, http, number));
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

        // Until it ends no row is written, however slow this machine is.
        try (var other = sandbox.context().getBean(DataSource.class).getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE textonce.rejected_events");
            IntStream.range(0, 3_000).forEach(i -> events.process(exchange));
            other.rollback();
        }

        await().untilAsserted(() -> assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.rejected_events WHERE reason LIKE '% more events were rejected%'",
                                Integer.class))
                .isPositive());
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT count(*) FROM textonce.rejected_events WHERE event = ?",
                                Integer.class,
                                exchange.getVariable("event")))
                .isLessThan(1_500);
    }

    private static String badOrder(Sandbox sandbox, String id, String number) {
        return sandbox.orderShipped(id, number).replace("https://", "ftp://");
    }

    private static List<Map<String, Object>> rows(Sandbox sandbox, String eventId) {
        return sandbox.database().queryForList("SELECT * FROM textonce.rejected_events WHERE event_id = ?", eventId);
    }
}
