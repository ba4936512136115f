package io.textonce.routes;

import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SandboxTest
class DeliveryActionTest {

    @Test
    void cancelsAHeldTextForGoodAndTellsWhoAndWhy(Sandbox sandbox) {
        var held = held(sandbox);

        var answer = decide(sandbox, held.eventId(), "cancel", "The customer called +15558675310");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("canceled");
        assertThat(sandbox.delivery(held.eventId())).containsEntry("body", null).containsEntry("due_at", null);
        assertThat(sandbox.timeline(held.eventId())).last().satisfies(event -> {
            assertThat(event).containsEntry("kind", "operator").containsEntry("actor", "sandbox");
            assertThat((String) event.get("detail"))
                    .startsWith("The customer called")
                    .doesNotContain("+15558675310");
        });
        var again = sandbox.post("order-shipped", sandbox.orderShipped(held.eventId(), held.number()));
        assertThat(sandbox.json(again).get("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.twilio().sentTo(held.number())).isEmpty();
    }

    @Test
    void cancelsAtTwilioWhatTwilioHasNotSentYet(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, stopsAt("queued"));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "queued");

        var answer = decide(sandbox, id, "cancel", "Wrong parcel");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        sandbox.awaitStatus(id, "canceled");
        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .satisfies(message -> assertThat(message.status()).isEqualTo("canceled"));
        assertThat(sandbox.timeline(id)).extracting(event -> event.get("kind")).contains("operator");
    }

    @Test
    void saysThatItIsTooLateToCancelWhatIsDelivered(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        sandbox.awaitStatus(id, "delivered");

        var answer = decide(sandbox, id, "cancel", "Wrong parcel");

        assertThatProblem(answer).is(409, "not_possible");
        assertThat(sandbox.delivery(id)).containsEntry("status", "delivered");
    }

    @Test
    void tellsTheTimelineWhenTwilioDoesNotCancelAnyMore(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));
        sandbox.awaitStatus(id, "delivered");
        sandbox.database().update("UPDATE textonce.deliveries SET status = 'queued' WHERE event_id = ?", id);

        var answer = decide(sandbox, id, "cancel", "Wrong parcel");

        assertThatProblem(answer).is(409, "not_possible");
        assertThat(sandbox.timeline(id))
                .last()
                .satisfies(event -> assertThat((String) event.get("detail"))
                        .startsWith("Too late")
                        .contains("Wrong parcel"));
    }

    @Test
    void sendsARejectedTextAgainOnceForTwoWhoAskForIt(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, refuses(21408));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "rejected");

        var first = decide(sandbox, id, "resend", "The country is switched on now");
        var second = decide(sandbox, id, "resend", "The country is switched on now");

        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThatProblem(second).is(409, "not_possible");
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("error_code", null).containsEntry("body", null);
    }

    @ParameterizedTest
    @CsvSource({"release, delivered, 1", "drop, canceled, 0"})
    void releasesOrDropsWhatWaitsForAPerson(String action, String status, int texts, Sandbox sandbox) {
        var held = held(sandbox);
        sandbox.database().update("UPDATE textonce.deliveries SET due_at = NULL WHERE event_id = ?", held.eventId());

        var answer = decide(sandbox, held.eventId(), action, "Looked it up");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        sandbox.awaitStatus(held.eventId(), status);
        assertThat(sandbox.twilio().sentTo(held.number())).hasSize(texts);
    }

    @ParameterizedTest
    @CsvSource({"release", "drop"})
    void leavesATextAloneThatWaitsForItsTime(String action, Sandbox sandbox) {
        var held = held(sandbox);

        var answer = decide(sandbox, held.eventId(), action, "Looked it up");

        assertThatProblem(answer).is(409, "not_possible");
        assertThat(sandbox.delivery(held.eventId())).containsEntry("status", "held");
    }

    @ParameterizedTest
    @CsvSource({"cancel, '', 400", "cancel, '  ', 400", "explode, why, 404"})
    void asksForAReasonAndAnActionThatExists(String action, String reason, int status, Sandbox sandbox) {
        var held = held(sandbox);

        var answer = decide(sandbox, held.eventId(), action, reason);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(sandbox.delivery(held.eventId())).containsEntry("status", "held");
    }

    @Test
    void eitherCancelsOrSendsWhenBothComeAtOnce(Sandbox sandbox) throws Exception {
        var held = held(sandbox);
        int races = 24;
        sandbox.database().update("""
                        INSERT INTO textonce.deliveries (id, event, event_id, payload_sha256, source, sender, purpose,
                            consent_at, phone_masked, phone_hash, phone, body, on_unknown, status, attempt, attempted_at,
                            due_at)
                        SELECT gen_random_uuid(), event, event_id || '-' || n, payload_sha256, source, sender, purpose,
                            consent_at, phone_masked, phone_hash, '+1555' || (9000000 + n), body, on_unknown, status,
                            attempt, now(), now() + n * interval '60 ms'
                        FROM textonce.deliveries, generate_series(1, ?) AS n WHERE event_id = ?
                        """, races, held.eventId());
        var pool = Executors.newFixedThreadPool(4);
        var answers = new ArrayList<Future<Integer>>();

        await().until(() -> !sandbox.twilio().sentTo("+15559000001").isEmpty());
        for (int n = 1; n <= races; n++) {
            String id = deliveryId(sandbox, held.eventId() + "-" + n);
            answers.add(
                    pool.submit(() -> decideById(sandbox, id, "cancel", "Race").statusCode()));
        }

        for (int n = 1; n <= races; n++) {
            int status = answers.get(n - 1).get();
            String event = held.eventId() + "-" + n;
            String number = "+1555" + (9_000_000 + n);
            await().untilAsserted(() ->
                    assertThat(sandbox.delivery(event).get("status")).isIn("delivered", "canceled"));
            boolean neverSent = sandbox.delivery(event).get("message_sid") == null;
            assertThat(status).isIn(200, 409);
            assertThat(sandbox.twilio().sentTo(number)).hasSize(neverSent ? 0 : 1);
            assertThat(neverSent && status != 200).isFalse();
        }
        pool.shutdownNow();
    }

    private static Held held(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, refuses(21611));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "held");
        return new Held(id, number);
    }

    private static HttpResponse<String> decide(Sandbox sandbox, String eventId, String action, String reason) {
        return decideById(sandbox, deliveryId(sandbox, eventId), action, reason);
    }

    private static String deliveryId(Sandbox sandbox, String eventId) {
        return sandbox.delivery(eventId).get("id").toString();
    }

    private static HttpResponse<String> decideById(Sandbox sandbox, String id, String action, String reason) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/deliveries/" + id + "/" + action))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"reason\":\"" + reason + "\"}")));
    }

    private record Held(String eventId, String number) {}
}
