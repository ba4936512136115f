package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SandboxTest
class TraceTest {

    @Test
    void tellsTheTimelineOfADelivery(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String location = send(sandbox, id, sandbox.newNumber()).location();
        sandbox.awaitStatus(id, "delivered");

        var delivery = sandbox.json(sandbox.get(location));

        assertThat(delivery.get("eventId").asText()).isEqualTo(id);
        assertThat(delivery.get("status").asText()).isEqualTo("delivered");
        assertThat(delivery.get("timeline").findValuesAsText("kind"))
                .startsWith("answer")
                .contains("callback");
        assertThat(delivery.get("timeline").findValuesAsText("status")).contains("queued", "sent", "delivered");
    }

    @Test
    void findsADeliveryBySidAndByEventId(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String sid = send(sandbox, id, sandbox.newNumber()).answer().get("sid").asText();

        var bySid = sandbox.json(sandbox.get("/api/deliveries?sid=" + sid));
        var byEventId = sandbox.json(sandbox.get("/api/deliveries?eventId=" + id));

        assertThat(bySid.get("deliveries").findValuesAsText("eventId")).containsExactly(id);
        assertThat(byEventId.get("deliveries").findValuesAsText("messageSid")).containsExactly(sid);
    }

    @Test
    void tellsNeitherTheNumberNorTheText(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String location = send(sandbox, sandbox.newEventId(), number).location();

        String body = sandbox.get(location).body();

        assertThat(body).contains(number.substring(number.length() - 4)).doesNotContain(number, "has shipped");
    }

    @Test
    void findsNothingForAnEventThatNeverCame(Sandbox sandbox) {
        var found = sandbox.json(sandbox.get("/api/deliveries?eventId=" + sandbox.newEventId()));

        assertThat(found.get("deliveries")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000-0000-0000-0000-000000000000", "not-an-id"})
    void answersNotFoundForAnUnknownDelivery(String id, Sandbox sandbox) {
        var answer = sandbox.get("/api/deliveries/" + id);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(sandbox.json(answer).get("error").asText()).isEqualTo("not_found");
    }

    private static Sent send(Sandbox sandbox, String id, String number) {
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        return new Sent(
                sandbox.json(answer), answer.headers().firstValue("Location").orElseThrow());
    }

    private record Sent(JsonNode answer, String location) {}
}
