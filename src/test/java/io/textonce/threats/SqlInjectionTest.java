package io.textonce.threats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.SignedForm;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Threat: text of a stranger becomes part of a statement. */
@SandboxTest
class SqlInjectionTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> STATEMENTS = List.of(
            "'; DROP TABLE textonce.deliveries; --",
            "' OR '1'='1",
            "x' UNION SELECT phone FROM textonce.deliveries --",
            "\\'; DELETE FROM textonce.deliveries; --",
            ":#sid :id ? ?1 $1 #{sid} {fn now()}",
            "$$; DELETE FROM textonce.delivery_events; $$");

    static Stream<Arguments> everyFieldWithEveryStatement() {
        return Stream.of("eventId", "phone", "orderId", "trackingUrl", "consentAt", "ttl", "expiresAt")
                .flatMap(field -> STATEMENTS.stream().map(statement -> Arguments.of(field, statement)));
    }

    @ParameterizedTest
    @MethodSource("everyFieldWithEveryStatement")
    void takesAFieldForTextOrRefusesIt(String field, String statement, Sandbox sandbox) throws IOException {
        String other = other(sandbox);
        String value = statement + sandbox.newEventId();
        var event = (ObjectNode) JSON.readTree(sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));
        event.put(field, value);

        var answer = sandbox.post("order-shipped", event.toString());

        if (answer.statusCode() == 202) {
            assertThat(sandbox.delivery(event.path("eventId").asText()))
                    .containsEntry("event", "order-shipped")
                    .containsEntry(
                            "message_sid", sandbox.json(answer).path("sid").asText());
        } else {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
            assertThat(rows(sandbox, "event_id", event.path("eventId").asText()))
                    .isZero();
        }
        assertThat(rows(sandbox, "event_id", other)).isOne();
    }

    static Stream<String> everyStatement() {
        return STATEMENTS.stream();
    }

    @ParameterizedTest
    @MethodSource("everyStatement")
    void findsNothingByAStatement(String statement, Sandbox sandbox) {
        sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));
        String encoded = URLEncoder.encode(statement, UTF_8);

        for (String query : List.of("sid=", "eventId=")) {
            var answer = sandbox.get("/api/deliveries?" + query + encoded);

            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 400, 404);
            assertThat(answer.body())
                    .doesNotContain("\"status\":\"accepted\"", "\"status\":\"queued\"", "order-shipped");
        }
        assertThat(sandbox.get("/api/deliveries/" + encoded.replace("+", "%20")).statusCode())
                .isIn(400, 404);
    }

    @ParameterizedTest
    @MethodSource("everyStatement")
    void takesASignedCallbackForTextOrRefusesIt(String statement, Sandbox sandbox) {
        String other = other(sandbox);
        String sid = "SM" + "0".repeat(24) + Integer.toHexString(statement.hashCode() | 0x80000000);
        var callback = SignedForm.of(
                "/twilio/status-callback?delivery=" + URLEncoder.encode(statement, UTF_8),
                List.of(
                        Map.entry("MessageSid", sid),
                        Map.entry("MessageStatus", statement),
                        Map.entry("ErrorCode", statement)));

        var answer = sandbox.send(callback.request(sandbox.uri(callback.target())));

        assertThat(answer.statusCode()).as(answer.body()).isIn(204, 400);
        assertThat(rows(sandbox, "message_sid", sid)).isZero();
        assertThat(rows(sandbox, "event_id", other)).isOne();
    }

    /** Sends another event, which no statement must change. */
    private static String other(Sandbox sandbox) {
        String eventId = sandbox.newEventId();
        assertThat(sandbox.post("order-shipped", sandbox.orderShipped(eventId, sandbox.newNumber()))
                        .statusCode())
                .isEqualTo(202);
        return eventId;
    }

    private static long rows(Sandbox sandbox, String column, String value) {
        return sandbox.database()
                .queryForObject("SELECT count(*) FROM textonce.deliveries WHERE " + column + " = ?", Long.class, value);
    }
}
