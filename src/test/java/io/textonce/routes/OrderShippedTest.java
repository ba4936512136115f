package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import org.junit.jupiter.api.Test;

@SandboxTest
class OrderShippedTest {

    @Test
    void writesTheTextWithTheTrackingLink(Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.post("order-shipped", event(sandbox, number, "\"trackingUrl\":\"https://example.com/t?a=1&b=2\","));

        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order A&1 has shipped. Tracking: https://example.com/t?a=1&b=2");
    }

    @Test
    void writesTheTextWithoutATrackingLink(Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.post("order-shipped", event(sandbox, number, ""));

        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order A&1 has shipped.");
    }

    @Test
    void namesEveryFieldThatIsWrong(Sandbox sandbox) {
        var answer = sandbox.post("order-shipped", "{\"eventId\":\"short\",\"phone\":\"0170\",\"orderId\":\"\"}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(sandbox.json(answer).get("details").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("eventId", "phone", "orderId", "consentAt");
    }

    private static String event(Sandbox sandbox, String number, String trackingUrl) {
        return "{\"eventId\":\"" + sandbox.newEventId() + "\",\"phone\":\"" + number + "\",\"orderId\":\"A&1\","
                + trackingUrl + "\"consentAt\":\"2026-06-02T09:00:00.000Z\"}";
    }
}
