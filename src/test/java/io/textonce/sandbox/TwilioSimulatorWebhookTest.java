package io.textonce.sandbox;

import static io.textonce.sandbox.Fault.callsBackBeforeAnswering;
import static io.textonce.sandbox.Fault.doublesCallbacks;
import static io.textonce.sandbox.Fault.fails;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.resets;
import static io.textonce.sandbox.Fault.shufflesCallbacks;
import static io.textonce.sandbox.Fault.signsWithWrongToken;
import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.Fault.tampersWithCallbacks;
import static io.textonce.sandbox.SimulatorClient.ACCOUNT;
import static io.textonce.sandbox.SimulatorClient.FROM;
import static io.textonce.sandbox.SimulatorClient.SERVICE;
import static io.textonce.sandbox.SimulatorClient.TO;
import static io.textonce.sandbox.SimulatorClient.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callbacks as the application receives them: signed, repeated, lost, doubled, shuffled, forged. */
class TwilioSimulatorWebhookTest {

    private static final String SUB_ACCOUNT = "AC00000000000000000000000000000002";

    private final TwilioSimulator simulator = TwilioSimulator.builder()
            .callbackDelay(Duration.ofMillis(10))
            .secondaryAuthToken("secondary-token")
            .subAccount(SUB_ACCOUNT, "token-of-the-sub-account")
            .build();
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final AtomicInteger answer = new AtomicInteger(204);
    private WebhookReceiver app;

    @BeforeEach
    void start() throws IOException {
        app = new WebhookReceiver(answer::get);
        simulator.start();
    }

    @AfterEach
    void stop() {
        simulator.close();
        app.close();
    }

    private void awaitStatuses(String... statuses) {
        await().untilAsserted(() -> assertThat(app.statuses()).containsExactly(statuses));
    }

    @Test
    void callsBackSignedWithEachStatus() throws IOException {
        String url = app.url("/callback?delivery=%7B1%7D&x=a+b");
        String sid = client.create("StatusCallback", url).text("sid");

        awaitStatuses("sent", "delivered");
        var sent = app.received().get(0);
        assertThat(sent.target()).isEqualTo("/callback?delivery=%7B1%7D&x=a+b");
        assertThat(sent.isSigned(url, TOKEN)).isTrue();
        assertThat(sent.isSigned(url, "another token")).isFalse();
        assertThat(sent.userAgent()).isEqualTo("TwilioProxy/1.1");
        assertThat(sent.idempotencyToken()).hasSize(36);
        assertThat(sent.form().text("MessageSid")).isEqualTo(sid);
        assertThat(sent.form().text("SmsSid")).isEqualTo(sid);
        assertThat(sent.form().text("SmsStatus")).isEqualTo("sent");
        assertThat(sent.form().text("AccountSid")).isEqualTo(ACCOUNT);
        assertThat(sent.form().text("To")).isEqualTo(TO);
        assertThat(sent.form().text("From")).isEqualTo(FROM);
        assertThat(sent.form().has("ErrorCode")).isFalse();
        assertThat(app.received().get(1).form().text("RawDlrDoneDate")).matches("\\d{10}");
        // The simulator records an answer after the application has given it.
        await().untilAsserted(() -> assertThat(simulator.webhooks())
                .extracting(TwilioWebhook::status)
                .containsExactly(204, 204));
    }

    @Test
    void callsBackForManyMessagesOverFewConnections() throws IOException {
        var underWay = new AtomicInteger();
        var most = new AtomicInteger();
        try (var slow = new WebhookReceiver(() -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            underWay.decrementAndGet();
            return 204;
        })) {
            for (int i = 0; i < 150; i++) {
                client.create("StatusCallback", slow.url("/callback"));
            }

            await().untilAsserted(() -> assertThat(slow.received()).hasSize(300));
        }

        assertThat(most.get()).isBetween(2, 64);
    }

    @Test
    void callsBackQueuedFirstForAMessagingService() throws IOException {
        client.create("From", null, "MessagingServiceSid", SERVICE, "StatusCallback", app.url("/callback"));

        awaitStatuses("queued", "sent", "delivered");
        assertThat(app.received().get(0).form().text("MessagingServiceSid")).isEqualTo(SERVICE);
    }

    @Test
    void callsBackWithTheErrorCode() throws IOException {
        simulator.next(fails(30007));
        client.create("StatusCallback", app.url("/callback"));

        awaitStatuses("failed");
        assertThat(app.received().get(0).form().text("ErrorCode")).isEqualTo("30007");
    }

    @Test
    void callsBackAlthoughTheAnswerWasLost() {
        simulator.next(resets().afterRecording());

        assertThatThrownBy(() -> client.create("StatusCallback", app.url("/callback")))
                .isInstanceOf(IOException.class);

        awaitStatuses("sent", "delivered");
    }

    @Test
    void signsThePublicUrlButCallsTheTarget() throws IOException {
        simulator.callbackTarget(app.hostAndPort());
        client.create("StatusCallback", "https://user:secret@sms.example.com/twilio/status-callback?id=1#rc=2&rp=all");

        awaitStatuses("sent", "delivered");
        var sent = app.received().get(0);
        assertThat(sent.target()).isEqualTo("/twilio/status-callback?id=1");
        assertThat(sent.isSigned("https://sms.example.com/twilio/status-callback?id=1", TOKEN))
                .isTrue();
    }

    @Test
    void signsAsTwiliosExampleDoes() {
        var form = Form.decode("CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310"
                + "&To=%2B18005551212");

        assertThat(WebhookSender.sign("12345", "https://example.com/myapp.php?foo=1&bar=2", form))
                .isEqualTo("L/OH5YylLD5NRKLltdqwSvS0BnU=");
    }

    @Test
    void signsWithTheTokenThatIsInForce() throws IOException {
        simulator.always(stopsAt("sent"));
        String url = app.url("/callback");

        client.create("StatusCallback", url);
        awaitStatuses("sent");
        simulator.secondaryTokenSigns(true);
        client.create("StatusCallback", url);
        awaitStatuses("sent", "sent");
        new SimulatorClient(simulator, SUB_ACCOUNT, SUB_ACCOUNT, "token-of-the-sub-account")
                .create("StatusCallback", url);
        awaitStatuses("sent", "sent", "sent");

        assertThat(app.received().get(0).isSigned(url, TOKEN)).isTrue();
        assertThat(app.received().get(1).isSigned(url, "secondary-token")).isTrue();
        assertThat(app.received().get(2).isSigned(url, "token-of-the-sub-account"))
                .isTrue();
    }

    @Test
    void doesNotRepeatWhatTheApplicationRefusesByDefault() throws IOException {
        answer.set(500);
        simulator.always(stopsAt("sent"));
        client.create("StatusCallback", app.url("/callback"));

        await().until(() -> simulator.webhooks().size() == 1);
        answer.set(204);
        client.create("StatusCallback", app.url("/callback"));

        await().until(() -> simulator.webhooks().size() == 2);
        assertThat(simulator.webhooks()).extracting(TwilioWebhook::status).containsExactly(500, 204);
    }

    @Test
    void repeatsAsTheFragmentAsks() throws IOException {
        answer.set(500);
        simulator.always(stopsAt("sent"));
        client.create("StatusCallback", app.url("/callback#rc=3&rp=5xx"));

        await().until(() -> simulator.webhooks().size() == 4);
        assertThat(simulator.webhooks()).extracting(TwilioWebhook::attempt).containsExactly(1, 2, 3, 4);
        assertThat(app.received())
                .extracting(WebhookReceiver.Received::idempotencyToken)
                .hasSize(4)
                .containsOnly(app.received().get(0).idempotencyToken());
    }

    @Test
    void repeatsOnceWhenItCannotConnect() throws IOException {
        simulator.always(stopsAt("sent"));
        String url = app.url("/callback");
        app.close();
        client.create("StatusCallback", url);

        await().until(() -> simulator.webhooks().size() == 2);
        assertThat(simulator.webhooks()).extracting(TwilioWebhook::status).containsExactly(0, 0);
        assertThat(simulator.webhooks().get(0).failure()).contains("ConnectException");
    }

    @Test
    void losesAndDoublesCallbacks() throws IOException {
        simulator.next(losesCallbacks()).next(doublesCallbacks());

        String lost = client.create("StatusCallback", app.url("/callback")).text("sid");
        client.create("StatusCallback", app.url("/callback"));

        awaitStatuses("sent", "sent", "delivered", "delivered");
        assertThat(simulator.message(lost).status()).isEqualTo("delivered");
    }

    @Test
    void sendsTheLastCallbackFirst() throws IOException {
        simulator.next(shufflesCallbacks());
        client.create("StatusCallback", app.url("/callback"));

        awaitStatuses("delivered", "sent");
    }

    @Test
    void callsBackBeforeItAnswers() throws IOException {
        simulator.next(callsBackBeforeAnswering().and(stopsAt("sent")));

        String sid = client.create("StatusCallback", app.url("/callback")).text("sid");

        assertThat(app.received()).hasSize(1);
        assertThat(app.received().get(0).form().text("MessageSid")).isEqualTo(sid);
    }

    @Test
    void forgesSignatures() throws IOException {
        String url = app.url("/callback");
        simulator
                .next(signsWithWrongToken().and(stopsAt("sent")))
                .next(tampersWithCallbacks().and(stopsAt("sent")));
        client.create("StatusCallback", url);
        awaitStatuses("sent");
        client.create("StatusCallback", url);
        awaitStatuses("sent", "read");

        assertThat(app.received()).noneMatch(callback -> callback.isSigned(url, TOKEN));
    }

    @Test
    void cancelsWithACallback() throws IOException {
        simulator.callbackDelay(Duration.ofHours(1));
        String sid = client.create("StatusCallback", app.url("/callback")).text("sid");

        client.update(sid, "Status", "canceled");

        awaitStatuses("canceled");
    }

    @Test
    void reportsAnyStatusOnDemand() throws IOException {
        simulator.always(stopsAt("queued"));
        String sid = client.create("StatusCallback", app.url("/callback")).text("sid");

        assertThat(simulator.reports(sid, "teleported", null).status()).isEqualTo(204);

        awaitStatuses("teleported");
        assertThat(simulator.message(sid).status()).isEqualTo("queued");
    }

    @Test
    void resumesAfterARestart() throws IOException {
        simulator.callbackDelay(Duration.ofHours(1));
        client.create("StatusCallback", app.url("/callback"));

        simulator.close();
        simulator.callbackDelay(Duration.ofMillis(10)).start();

        awaitStatuses("sent", "delivered");
    }

    @Test
    void deliversInboundMessagesAndObeysStopAndStart() throws IOException {
        String url = app.url("/inbound");
        simulator.inboundUrl(url);

        var webhook = simulator.receives(TO, FROM, "Stop", "STOP");

        assertThat(webhook.status()).isEqualTo(204);
        var inbound = app.received().get(0);
        assertThat(inbound.isSigned(url, TOKEN)).isTrue();
        assertThat(inbound.form().text("OptOutType")).isEqualTo("STOP");
        assertThat(inbound.form().text("Body")).isEqualTo("Stop");
        assertThat(inbound.form().first("FromZip")).isEmpty();
        assertThat(inbound.form().text("SmsStatus")).isEqualTo("received");
        assertThat(client.create().code()).isEqualTo(21610);
        var byService = client.create("From", null, "MessagingServiceSid", SERVICE);
        assertThat(byService.status()).isEqualTo(201);
        await().until(() -> Integer.valueOf(21610)
                .equals(simulator.message(byService.text("sid")).errorCode()));

        client.postJson(
                "/_simulator/inbound", "{\"from\": \"" + TO + "\", \"to\": \"" + FROM + "\", \"body\": \"START\"}");
        assertThat(app.received().get(1).form().has("OptOutType")).isFalse();
        assertThat(client.create().status()).isEqualTo(201);
    }

    @Test
    void doesNotSortTheForm() throws IOException {
        client.create("StatusCallback", app.url("/callback"));
        awaitStatuses("sent", "delivered");

        List<String> names = app.received().get(0).form().parameters().stream()
                .map(parameter -> parameter.getKey())
                .toList();
        assertThat(names).isNotEqualTo(names.stream().sorted().toList());
    }
}
