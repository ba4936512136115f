package io.textonce.threats;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.SignedForm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threat: somebody who is not Twilio, or has seen one of its calls, says what became of a text. */
@SandboxTest
class ForgedWebhookTest {

    private static final String PATH = "/twilio/status-callback";

    @Test
    void refusesABodyCutOffAtAnyByte(Sandbox sandbox) {
        var text = sent(sandbox);
        var callback = callback(text, "delivered");
        int length = callback.body().length();

        assertThat(IntStream.range(0, length)
                        .mapToObj(end -> callback.withBody(callback.body().substring(0, end)))
                        .map(cut -> status(sandbox, cut)))
                .allMatch(status -> status == 403 || status == 400);
        assertThat(sandbox.delivery(text.eventId)).containsEntry("status", "queued");
    }

    @Test
    void refusesASignatureMadeWithTheSecretOfAnApiKey(Sandbox sandbox) {
        var text = sent(sandbox);
        var callback = callback(text, "delivered");

        for (String secret :
                List.of("api-secret-0123456789abcdef0123456789", "", Peers.ACCOUNT_SID, Peers.FROM_NUMBER)) {
            if (!secret.isEmpty()) {
                var forged = callback.withSignature(
                        SignedForm.signature(secret, SignedForm.PUBLIC_BASE_URL + PATH, parameters(text, "delivered")));
                assertThat(status(sandbox, forged)).isEqualTo(403);
            }
        }
        assertThat(status(sandbox, callback.withSignature(null))).isEqualTo(403);
        assertThat(sandbox.delivery(text.eventId)).containsEntry("status", "queued");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://sms.example.com/twilio/status-callback",
                "https://sms.example.com.evil.example/twilio/status-callback",
                "https://sms.example.com/twilio/inbound",
                "https://sms.example.com/twilio/status-callback?delivery=00000000-0000-7000-8000-000000000000",
                "https://sms.example.com/twilio//status-callback",
            })
    void refusesASignatureMadeForAnotherAddress(String url, Sandbox sandbox) {
        var text = sent(sandbox);
        var parameters = parameters(text, "delivered");

        var forged =
                SignedForm.of(PATH, parameters).withSignature(SignedForm.signature(Peers.AUTH_TOKEN, url, parameters));

        assertThat(status(sandbox, forged)).isEqualTo(403);
        assertThat(sandbox.delivery(text.eventId)).containsEntry("status", "queued");
    }

    @Test
    void refusesACallbackThatWasSignedForAnotherText(Sandbox sandbox) {
        var seen = sent(sandbox);
        var victim = sent(sandbox);
        var callback = callback(seen, "failed");

        var forged = callback.withBody(callback.body().replace(seen.sid, victim.sid));

        assertThat(status(sandbox, forged)).isEqualTo(403);
        assertThat(sandbox.delivery(victim.eventId)).containsEntry("status", "queued");
    }

    @Test
    void takesTheSameParametersInAnyOrderSinceTheSignatureSortsThem(Sandbox sandbox) {
        var text = sent(sandbox);
        var callback = callback(text, "sent");
        var pairs = new ArrayList<>(List.of(callback.body().split("&")));
        Collections.reverse(pairs);

        assertThat(status(sandbox, callback.withBody(String.join("&", pairs)))).isEqualTo(204);
        assertThat(sandbox.delivery(text.eventId)).containsEntry("status", "sent");
    }

    @Test
    void learnsNothingFromOldCallbacksInAnyOrder(Sandbox sandbox) {
        var text = sent(sandbox);
        var calls = new ArrayList<>(
                List.of(callback(text, "sending"), callback(text, "sent"), callback(text, "delivered")));
        calls.forEach(callback -> assertThat(status(sandbox, callback)).isEqualTo(204));
        int heard = sandbox.timeline(text.eventId).size();

        Collections.shuffle(calls);
        calls.forEach(callback -> assertThat(status(sandbox, callback)).isEqualTo(204));

        assertThat(sandbox.delivery(text.eventId)).containsEntry("status", "delivered");
        assertThat(sandbox.timeline(text.eventId)).hasSize(heard);
    }

    private record Text(String eventId, String sid) {}

    private static Text sent(Sandbox sandbox) {
        String eventId = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, Fault.losesCallbacks());
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(eventId, number));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return new Text(eventId, sandbox.json(answer).path("sid").asText());
    }

    private static SignedForm callback(Text text, String status) {
        return SignedForm.of(PATH, parameters(text, status));
    }

    private static List<Map.Entry<String, String>> parameters(Text text, String status) {
        return List.of(
                Map.entry("MessageSid", text.sid),
                Map.entry("MessageStatus", status),
                Map.entry("To", "+15558675310"),
                Map.entry("AccountSid", Peers.ACCOUNT_SID));
    }

    private static int status(Sandbox sandbox, SignedForm form) {
        return sandbox.send(form.request(sandbox.uri(form.target()))).statusCode();
    }
}
