package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/track/1",
                "javascript:alert(1)",
                "https://",
                "https://localhost/track",
                "https:///example.com",
                "https://example.com/a b",
                "//example.com/track",
                "ftp://example.com/track",
                "example.com/track",
                " https://example.com",
                "https://example.com\\nSTOP",
            })
    void refusesATrackingUrlThatIsNone(String url, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.post("order-shipped", event(sandbox, number, "\"trackingUrl\":\"" + url + "\","));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(sandbox.json(answer).get("details").fieldNames())
                .toIterable()
                .containsExactly("trackingUrl");
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    private static String event(Sandbox sandbox, String number, String trackingUrl) {
        return "{\"eventId\":\"" + sandbox.newEventId() + "\",\"phone\":\"" + number + "\",\"orderId\":\"A&1\","
                + trackingUrl + "\"consentAt\":\"2026-06-02T09:00:00.000Z\"}";
    }
}
