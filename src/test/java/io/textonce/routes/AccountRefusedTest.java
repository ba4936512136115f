package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.UNKNOWN;
import static io.textonce.sandbox.Fault.answersHtml;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.stopsAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Order;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** What opens the account's circuit breaker, what is tried while it is open, and what closes it. */
@SandboxTest
class AccountRefusedTest {

    /** Far less than the time between two probes. */
    private static final Duration AT_ONCE = Duration.ofSeconds(15);

    private static final List<Order> ORDERS = new ArrayList<>();

    /** The other tests send too, and must not meet what waits here. */
    @AfterEach
    void takeTheAccountAgain(Sandbox sandbox) {
        ORDERS.forEach(
                order -> order.update("due_at = CASE WHEN status IN ('held', 'unknown') THEN NULL ELSE due_at END"));
        sandbox.database().update("DELETE FROM textonce.circuit_breakers");
        await().until(() -> health(sandbox), Status.UP::equals);
    }

    @Test
    void findsALiveTextBehindThirtyThatHaveExpiredWithOneProbe(Sandbox sandbox) {
        refuseTheAccount(sandbox);
        var expired = IntStream.range(0, 30).mapToObj(n -> held(sandbox)).toList();
        var live = held(sandbox);
        expired.forEach(text -> text.update("expires_at = now() - interval '1 s', due_at = now() - interval '2 s'"));
        live.makeDue();

        allowAProbe(sandbox);

        await().atMost(AT_ONCE).untilAsserted(() -> assertThat(live.messages()).hasSize(1));
        await().untilAsserted(() -> assertThat(expired)
                .allSatisfy(text -> assertThat(text.delivery()).containsEntry("status", "rejected")));
        await().until(() -> health(sandbox), Status.UP::equals);
    }

    @Test
    void keepsTheProbeWhileNothingIsDue(Sandbox sandbox) {
        refuseTheAccount(sandbox);
        var text = held(sandbox);
        allowAProbe(sandbox);
        var later = Instant.now().plusSeconds(4);
        await().until(() -> Instant.now().isAfter(later));

        text.makeDue();

        await().atMost(AT_ONCE).untilAsserted(() -> assertThat(text.messages()).hasSize(1));
    }

    @Test
    void spendsTheProbeOnACallThatTwilioRefuses(Sandbox sandbox) {
        refuseTheAccount(sandbox);
        var first = held(sandbox);
        var second = held(sandbox);
        sandbox.twilio().forNumber(first.number(), refuses(20403)).forNumber(second.number(), refuses(20403));
        first.makeDue();
        second.makeDue();

        allowAProbe(sandbox);

        await().until(() -> first.posts() + second.posts() == 1);
        var later = Instant.now().plusSeconds(4);
        await().until(() -> Instant.now().isAfter(later));
        assertThat(first.posts() + second.posts()).isOne();
        assertThat(first.delivery()).containsEntry("status", "held");
        assertThat(second.delivery()).containsEntry("status", "held");
        assertThat(health(sandbox)).isEqualTo(Status.DOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 407, 429})
    void staysAsItIsWhenAProxyAnswers(int status, Sandbox sandbox) {
        refuseTheAccount(sandbox);
        var text = held(sandbox);
        sandbox.twilio().forNumber(text.number(), answersHtml(status));
        text.makeDue();

        allowAProbe(sandbox);

        text.await(UNKNOWN);
        assertThat(text.posts()).isOne();
        assertThat(circuits(sandbox)).isOne();
        assertThat(health(sandbox)).isEqualTo(Status.DOWN);
    }

    @ParameterizedTest
    @ValueSource(ints = {20003, 20005, 20006, 20010, 20403, 90010})
    void holdsWhatASuspendedAccountCanNotSend(int code, Sandbox sandbox) {
        var text = text(sandbox).meeting(1, refuses(code)).post();

        assertThat(text.answer().statusCode()).isEqualTo(202);
        assertThat(text.answerJson().path("status").asText()).isEqualTo("held");
        assertThat(circuits(sandbox)).isOne();
    }

    @Test
    void opensWhenTheLastTextThatTwilioTookFailsForTheAccount(Sandbox sandbox) {
        var text = sent(sandbox);

        report(sandbox, text, "failed", 30002);

        assertThat(text.delivery()).containsEntry("status", "failed");
        assertThat(circuits(sandbox)).isOne();
    }

    @Test
    void doesNotOpenForATextThatIsOlderThanTheLastThatTwilioTook(Sandbox sandbox) {
        var older = sent(sandbox);
        sent(sandbox);

        report(sandbox, older, "failed", 30002);

        assertThat(older.delivery()).containsEntry("status", "failed");
        assertThat(circuits(sandbox)).isZero();
    }

    @Test
    void doesNotOpenForACallbackThatChangesNothing(Sandbox sandbox) {
        var text = sent(sandbox);
        report(sandbox, text, "delivered", null);

        report(sandbox, text, "failed", 30002);

        assertThat(text.delivery()).containsEntry("status", "delivered");
        assertThat(circuits(sandbox)).isZero();
    }

    @Test
    void leavesAStartAloneWhenTheRefusalBeforeItIsToldAgain(Sandbox sandbox) {
        var text = sent(sandbox);
        report(sandbox, text, "failed", 21610);
        assertThat(rejection(sandbox, text.number())).isEqualTo(422);
        sandbox.twilio().receives(text.number(), Peers.FROM_NUMBER, "START");

        report(sandbox, text, "failed", 21610);

        assertThat(rejection(sandbox, text.number())).isEqualTo(202);
    }

    @Test
    void leavesAStartAloneWhenTheRefusalBeforeItIsToldLate(Sandbox sandbox) {
        var text = sent(sandbox);
        sandbox.twilio().receives(text.number(), Peers.FROM_NUMBER, "START");

        report(sandbox, text, "failed", 21610);

        assertThat(text.delivery()).containsEntry("error_code", 21610);
        assertThat(rejection(sandbox, text.number())).isEqualTo(202);
    }

    private static Order text(Sandbox sandbox) {
        var text = sandbox.order();
        ORDERS.add(text);
        return text;
    }

    private static Order held(Sandbox sandbox) {
        var text = text(sandbox).post();
        assertThat(text.delivery()).containsEntry("status", "held");
        return text.update("due_at = now() + interval '1 h'");
    }

    private static Order sent(Sandbox sandbox) {
        var text = text(sandbox).meeting(1, stopsAt("queued")).post();
        assertThat(text.delivery()).containsEntry("status", "queued");
        return text;
    }

    private static void report(Sandbox sandbox, Order text, String status, Integer code) {
        String sid = (String) text.delivery().get("message_sid");
        assertThat(sandbox.twilio().reports(sid, status, code).status()).isEqualTo(204);
    }

    private static int rejection(Sandbox sandbox, String number) {
        return sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number))
                .statusCode();
    }

    /** What other tests left waiting must not take the probe. */
    private static void refuseTheAccount(Sandbox sandbox) {
        sandbox.database()
                .update("UPDATE textonce.deliveries SET due_at = now() + interval '1 h'"
                        + " WHERE status = 'held' AND due_at IS NOT NULL");
        sandbox.database()
                .update(
                        "INSERT INTO textonce.circuit_breakers (account_sid, reason, probe_at)"
                                + " VALUES (?, 'refused', now() + interval '1 h')",
                        Peers.ACCOUNT_SID);
        await().until(() -> health(sandbox), Status.DOWN::equals);
    }

    private static void allowAProbe(Sandbox sandbox) {
        sandbox.database().update("UPDATE textonce.circuit_breakers SET probe_at = now()");
    }

    private static int circuits(Sandbox sandbox) {
        return sandbox.database().queryForObject("SELECT count(*) FROM textonce.circuit_breakers", Integer.class);
    }

    private static Status health(Sandbox sandbox) {
        return sandbox.context()
                .getBean("twilio", HealthIndicator.class)
                .health()
                .getStatus();
    }
}
