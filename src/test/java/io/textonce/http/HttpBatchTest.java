package io.textonce.http;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** An event of an array is read as it would be alone, and an array that may mean two things sends nothing. */
@SandboxTest
class HttpBatchTest {

    @Autowired
    private HttpBatch batch;

    @ParameterizedTest
    @ValueSource(strings = {"true", "True", "TRUE", "1", ""})
    void sendsNothingIfThePreviewOfAnArrayIsWanted(String value, Sandbox sandbox) {
        String number = sandbox.newNumber();
        String body = "[" + sandbox.orderShipped(sandbox.newEventId(), number) + "]";

        var answer = sandbox.postJson("/api/order-shipped-sms/batch?preview=" + value, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("preview");
        assertThat(sandbox.peers().twilio().sentTo(number)).isEmpty();
    }

    @Test
    void rejectsAKeyThatIsOfNoEventOfTheArray(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms/batch"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", id)
                .POST(BodyPublishers.ofString("[" + sandbox.orderShipped(id, number) + "]")));

        assertThatProblem(answer).is(400, "invalid_request").names("Idempotency-Key");
        assertThat(sandbox.peers().twilio().sentTo(number)).isEmpty();
    }

    @Test
    void rejectsAnArrayThatTwoReadersCouldInterpretDifferently(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), number);
        String second = sandbox.orderShipped(sandbox.newEventId(), other);

        var twoArrays = sandbox.postJson("/api/order-shipped-sms/batch", "[" + event + "]\n[" + second + "]");
        var twoNumbers = sandbox.postJson(
                "/api/order-shipped-sms/batch", "[" + event.replace("{", "{\"phone\":\"" + other + "\",") + "]");

        assertThat(twoArrays.statusCode()).as(twoArrays.body()).isEqualTo(400);
        assertThat(twoNumbers.statusCode()).as(twoNumbers.body()).isEqualTo(400);
        assertThat(sandbox.peers().twilio().sentTo(number)).isEmpty();
        assertThat(sandbox.peers().twilio().sentTo(other)).isEmpty();
    }

    @Test
    void keepsTheDigitsOfANumber() {
        var events = batch.events("[{\"total\":1234.50,\"weight\":0.10000000000000000001}]".getBytes(UTF_8));

        assertThat(events)
                .singleElement()
                .extracting(event -> new String(event, UTF_8))
                .isEqualTo("{\"total\":1234.50,\"weight\":0.10000000000000000001}");
    }
}
