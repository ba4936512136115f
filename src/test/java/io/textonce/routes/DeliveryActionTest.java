package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.CANCELED;
import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.HELD;
import static io.textonce.delivery.DeliveryStatus.QUEUED;
import static io.textonce.delivery.DeliveryStatus.REJECTED;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.delivery.DeliveryStatus;
import io.textonce.sandbox.Order;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SandboxTest
class DeliveryActionTest {

    @Test
    void cancelsAHeldTextForGoodAndTellsWhoAndWhy(Sandbox sandbox) {
        var order = held(sandbox);

        var answer = order.act("cancel", "The customer called +15558675310");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("canceled");
        assertThat(order.delivery()).containsEntry("body", null).containsEntry("due_at", null);
        assertThat(order.timeline()).last().satisfies(event -> {
            assertThat(event).containsEntry("kind", "operator").containsEntry("actor", "sandbox");
            assertThat((String) event.get("detail"))
                    .startsWith("The customer called")
                    .doesNotContain("+15558675310");
        });
        assertThat(order.post().answerJson().get("duplicate").asBoolean()).isTrue();
        assertThat(order.messages()).isEmpty();
    }

    @Test
    void cancelsAtTwilioWhatTwilioHasNotSentYet(Sandbox sandbox) {
        var order = sandbox.order().meeting(stopsAt("queued")).post().await(QUEUED);

        var answer = order.act("cancel", "Wrong parcel");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        order.await(CANCELED);
        assertThat(order.messages())
                .singleElement()
                .satisfies(message -> assertThat(message.status()).isEqualTo("canceled"));
        assertThat(order.timeline()).extracting(event -> event.get("kind")).contains("operator");
    }

    @Test
    void saysThatItIsTooLateToCancelWhatIsDelivered(Sandbox sandbox) {
        var order = sandbox.order().post().await(DELIVERED);

        var answer = order.act("cancel", "Wrong parcel");

        assertThatProblem(answer).is(409, "not_possible");
        assertThat(order.delivery()).containsEntry("status", "delivered");
    }

    @Test
    void tellsTheTimelineWhenTwilioDoesNotCancelAnyMore(Sandbox sandbox) {
        var order = sandbox.order().post().await(DELIVERED).update("status = 'queued'");

        var answer = order.act("cancel", "Wrong parcel");

        assertThatProblem(answer).is(409, "not_possible");
        assertThat(order.timeline())
                .last()
                .satisfies(event -> assertThat((String) event.get("detail"))
                        .startsWith("Too late")
                        .contains("Wrong parcel"));
    }

    @Test
    void sendsARejectedTextAgainOnceForTwoWhoAskForIt(Sandbox sandbox) {
        var order = sandbox.order().meeting(1, refuses(21408)).post().await(REJECTED);

        var first = order.act("resend", "The country is switched on now");
        var second = order.act("resend", "The country is switched on now");

        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThatProblem(second).is(409, "not_possible");
        order.await(DELIVERED);
        assertThat(order.messages()).hasSize(1);
        assertThat(order.delivery()).containsEntry("error_code", null).containsEntry("body", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"suppressed", "rejected"})
    void resendsNothingBeforeItsTime(String status, Sandbox sandbox) {
        var sendAt = Instant.now().plus(Duration.ofDays(2));
        var order = sandbox.order()
                .with("sendAt", sendAt.toString())
                .post()
                .await(HELD)
                .update("status = ?, due_at = NULL", status);

        var answer = order.act("resend", "The recipients are no longer restricted");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(order.delivery())
                .containsEntry("status", "held")
                .extractingByKey("due_at", InstanceOfAssertFactories.type(Timestamp.class))
                .satisfies(due -> assertThat(due.toInstant()).isAfterOrEqualTo(sendAt.truncatedTo(ChronoUnit.MILLIS))));
        assertThat(order.messages()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"release, DELIVERED, 1", "drop, CANCELED, 0"})
    void releasesOrDropsWhatWaitsForAPerson(String action, DeliveryStatus status, int texts, Sandbox sandbox) {
        var order = held(sandbox).update("due_at = NULL");

        var answer = order.act(action, "Looked it up");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        order.await(status);
        assertThat(order.messages()).hasSize(texts);
    }

    @ParameterizedTest
    @CsvSource({"release", "drop"})
    void leavesATextAloneThatWaitsForItsTime(String action, Sandbox sandbox) {
        var order = held(sandbox);

        var answer = order.act(action, "Looked it up");

        assertThatProblem(answer).is(409, "not_possible");
        assertThat(order.delivery()).containsEntry("status", "held");
    }

    @ParameterizedTest
    @ValueSource(strings = {"body = NULL", "phone = NULL", "expires_at = now() - interval '1 s'"})
    void resendsNothingThatIsNoLongerStoredOrHasExpired(String change, Sandbox sandbox) {
        var order = sandbox.order()
                .meeting(1, refuses(21408))
                .post()
                .await(REJECTED)
                .update(change);

        assertThatProblem(order.act("resend", "Looked it up")).is(409, "not_possible");
        assertThat(order.delivery()).containsEntry("status", "rejected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"body = NULL", "phone = NULL"})
    void releasesNothingThatIsNoLongerStored(String change, Sandbox sandbox) {
        var order = held(sandbox).update("due_at = NULL, " + change);

        assertThatProblem(order.act("release", "Looked it up")).is(409, "not_possible");
        assertThat(order.delivery()).containsEntry("status", "held").containsEntry("due_at", null);
    }

    @ParameterizedTest
    @CsvSource({"cancel, '', 400", "cancel, '  ', 400", "explode, why, 404"})
    void asksForAReasonAndAnActionThatExists(String action, String reason, int status, Sandbox sandbox) {
        var order = held(sandbox);

        var answer = order.act(action, reason);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(order.delivery()).containsEntry("status", "held");
    }

    @Test
    void eitherCancelsOrSendsWhenBothComeAtOnce(Sandbox sandbox) throws Exception {
        var held = held(sandbox);
        int races = 24;
        sandbox.database().update("""
                        INSERT INTO textonce.deliveries (id, event, event_id, payload_sha256, source, sender, purpose,
                            consent_at, phone_masked, phone_hash, phone, body, on_unknown, status, attempt, attempted_at,
                            due_at)
                        SELECT CAST(left(CAST(id AS text), 14) || right(CAST(gen_random_uuid() AS text), 22) AS uuid), event, event_id || '-' || n, payload_sha256, source, sender, purpose,
                            consent_at, phone_masked, phone_hash, '+1555' || (9000000 + n), body, on_unknown, status,
                            attempt, now(), now() + n * interval '60 ms'
                        FROM textonce.deliveries, generate_series(1, ?) AS n WHERE event_id = ?
                        """, races, held.eventId());
        var pool = Executors.newFixedThreadPool(4);
        var answers = new ArrayList<Future<Integer>>();

        await().until(() -> !sandbox.twilio().sentTo("+15559000001").isEmpty());
        for (int n = 1; n <= races; n++) {
            String path = "/api/deliveries/"
                    + sandbox.delivery(held.eventId() + "-" + n).get("id") + "/cancel";
            answers.add(pool.submit(
                    () -> sandbox.postJson(path, "{\"reason\":\"Race\"}").statusCode()));
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

    private static Order held(Sandbox sandbox) {
        return sandbox.order().meeting(1, refuses(21611)).post().await(HELD);
    }
}
