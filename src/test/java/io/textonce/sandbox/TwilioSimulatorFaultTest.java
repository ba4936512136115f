package io.textonce.sandbox;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersGarbage;
import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.Fault.answersWithoutSid;
import static io.textonce.sandbox.Fault.fails;
import static io.textonce.sandbox.Fault.hangs;
import static io.textonce.sandbox.Fault.prefixesTrialNotice;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.resets;
import static io.textonce.sandbox.Fault.shortensLinks;
import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.Fault.straightensQuotes;
import static io.textonce.sandbox.Fault.undelivers;
import static io.textonce.sandbox.SimulatorClient.TO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to misbehave: what the caller sees, and whether a person gets a text. */
class TwilioSimulatorFaultTest {

    private final TwilioSimulator simulator = TwilioSimulator.builder()
            .callbackDelay(Duration.ofMillis(10))
            .concurrencyLimit(3)
            .build();
    private final SimulatorClient client = new SimulatorClient(simulator);

    @BeforeEach
    void start() {
        simulator.start();
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    static Stream<Arguments> answeredFaults() {
        return Stream.of(
                Arguments.of(answers(400), 400, 20001, "", 0),
                Arguments.of(refuses(21211), 400, 21211, "", 0),
                Arguments.of(refuses(20003), 401, 20003, "", 0),
                Arguments.of(answers(429), 429, 20429, "", 0),
                Arguments.of(answers(429).withRetryAfter(2), 429, 20429, "2", 0),
                Arguments.of(refuses(21611), 429, 21611, "", 0),
                Arguments.of(answers(500), 500, 20500, "", 0),
                Arguments.of(answers(500).afterRecording(), 500, 20500, "", 1),
                Arguments.of(answers(503), 503, 20503, "", 0),
                Arguments.of(answers(503).withRetryAfter(30), 503, 20503, "30", 0),
                Arguments.of(answers(503).afterRecording(), 503, 20503, "", 1));
    }

    @ParameterizedTest
    @MethodSource("answeredFaults")
    void answersAnErrorOnce(Fault fault, int status, int code, String retryAfter, int texts) throws IOException {
        simulator.next(fault);

        var answer = client.create();

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.header("Retry-After")).isEqualTo(retryAfter);
        assertThat(simulator.sentTo(TO)).hasSize(texts);
        assertThat(simulator.posts().get(0).recorded()).isEqualTo(texts == 1);
        assertThat(simulator.posts().get(0).outcome()).isEqualTo(status + " code " + code);
        assertThat(client.create().status()).isEqualTo(201);
    }

    @Test
    void answersWhatIsNotAnErrorJson() throws IOException {
        simulator
                .next(answers(502))
                .next(answers(503).withoutBody())
                .next(answers(502).afterRecording());

        var html = client.create();
        var empty = client.create();
        assertThat(simulator.messages()).isEmpty();
        var recorded = client.create();

        assertThat(html.status()).isEqualTo(502);
        assertThat(html.header("Content-Type")).startsWith("text/html");
        assertThat(empty.status()).isEqualTo(503);
        assertThat(empty.response().body()).isEmpty();
        assertThat(recorded.status()).isEqualTo(502);
        assertThat(simulator.messages()).hasSize(1);
    }

    @Test
    void answersGarbageAfterRecording() throws IOException {
        simulator.next(answersGarbage()).next(answersWithoutSid());

        var garbage = client.create();
        var withoutSid = client.create();

        assertThat(garbage.status()).isEqualTo(201);
        assertThatThrownBy(garbage::json).hasMessageContaining("end-of-input");
        assertThat(withoutSid.status()).isEqualTo(201);
        assertThat(withoutSid.json().has("sid")).isFalse();
        assertThat(withoutSid.text("status")).isEqualTo("queued");
        assertThat(simulator.messages()).hasSize(2);
    }

    static Stream<Arguments> silentFaults() {
        return Stream.of(
                Arguments.of(resets(), 0),
                Arguments.of(resets().afterRecording(), 1),
                Arguments.of(hangs(Duration.ofMillis(50)), 0),
                Arguments.of(hangs(Duration.ofMillis(50)).afterRecording(), 1));
    }

    @ParameterizedTest
    @MethodSource("silentFaults")
    void closesTheConnectionWithoutAnAnswer(Fault fault, int texts) {
        simulator.next(fault);

        assertThatThrownBy(client::create).isInstanceOf(IOException.class);

        assertThat(simulator.sentTo(TO)).hasSize(texts);
        assertThat(simulator.postCount()).isEqualTo(1);
        assertThat(simulator.posts().get(0).outcome()).isEqualTo("closed without an answer");
    }

    @Test
    void holdsTheAnswerBack() throws IOException {
        simulator.next(answersLate(Duration.ofMillis(200)));

        long start = System.nanoTime();
        var answer = client.create();

        assertThat(answer.status()).isEqualTo(201);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void letsGoOfHangingRequestsWhenItCloses() {
        simulator.next(hangs(Duration.ofHours(1)).afterRecording());
        var hanging = CompletableFuture.runAsync(
                () -> assertThatThrownBy(client::create).isInstanceOf(IOException.class));
        await().until(() -> simulator.messages().size() == 1);

        simulator.close();

        assertThat(hanging).succeedsWithin(Duration.ofSeconds(5));
    }

    @Test
    void limitsConcurrentCreates() throws IOException {
        simulator.next(3, hangs(Duration.ofHours(1)));
        for (int i = 0; i < 3; i++) {
            // The common pool may have fewer threads.
            CompletableFuture.runAsync(
                    () -> assertThatThrownBy(client::create).isInstanceOf(IOException.class),
                    call -> new Thread(call).start());
        }
        await().until(() -> simulator.postCount() == 3);

        var answer = client.create();

        assertThat(answer.code()).isEqualTo(20429);
        assertThat(answer.header("Twilio-Concurrent-Requests")).isEqualTo("4");
    }

    @Test
    void meetsTheFaultsOfTheQueueOneByOne() throws IOException {
        simulator.next(2, answers(500)).next(answers(503)).forNumber("+14155552672", 1, refuses(21614));

        var statuses = new ArrayList<Integer>();
        for (int i = 0; i < 4; i++) {
            statuses.add(client.create().status());
        }

        assertThat(statuses).containsExactly(500, 500, 503, 201);
        assertThat(client.create("To", "+14155552672").code()).isEqualTo(21614);
        assertThat(client.create("To", "+14155552672").status()).isEqualTo(201);
    }

    @Test
    void holdsANumbersFaultUntilToldToBehave() throws IOException {
        simulator.forNumber(TO, answers(500));

        assertThat(client.create().status()).isEqualTo(500);
        assertThat(client.create().status()).isEqualTo(500);
        assertThat(client.create("To", "+14155552672").status()).isEqualTo(201);

        simulator.behave();
        assertThat(client.create().status()).isEqualTo(201);
    }

    @Test
    void hitsAShareOfTheCreates() throws IOException {
        simulator.share(0.3, answers(500).afterRecording());

        int failed = 0;
        for (int i = 0; i < 200; i++) {
            failed += client.create().status() == 500 ? 1 : 0;
        }

        assertThat(failed).isBetween(40, 80);
        assertThat(simulator.messages()).hasSize(200);
    }

    @Test
    void failsAMessageLater() throws IOException {
        simulator.next(fails(30001)).next(undelivers(30003)).next(stopsAt("sent"));

        String failed = client.create().text("sid");
        String undelivered = client.create().text("sid");
        String sent = client.create().text("sid");
        String delivered = client.create().text("sid");

        await().until(() -> simulator.message(delivered).status().equals("delivered"));
        await().untilAsserted(() -> assertThat(simulator.messages())
                .extracting(TwilioMessage::status)
                .containsExactly("failed", "undelivered", "sent", "delivered"));
        assertThat(client.fetch(failed).json().get("error_code").intValue()).isEqualTo(30001);
        assertThat(client.fetch(failed).json().get("date_sent").isNull()).isTrue();
        assertThat(client.fetch(undelivered).json().get("error_code").intValue())
                .isEqualTo(30003);
        assertThat(client.fetch(sent).json().get("error_code").isNull()).isTrue();
    }

    @Test
    void rewritesTheTextAsTwilioDoes() throws IOException {
        simulator.always(prefixesTrialNotice().and(shortensLinks()).and(straightensQuotes()));

        var answer = client.create("Body", "It\u2019s here\u2026 Tracking: https://example.com/t?id=1 now");

        String text = "Sent from your Twilio trial account - It's here... Tracking: https://twil.io/a1B2c3 now";
        assertThat(answer.text("body")).isEqualTo(text);
        assertThat(client.list("").json().get("messages").get(0).get("body").textValue())
                .isEqualTo(text);
    }

    @Test
    void takesOrdersFromOtherProcesses() throws IOException {
        assertThat(client.postJson(
                                "/_simulator/faults",
                                "{\"next\": 1, \"fault\": {\"answer\": \"CLOSE\", \"recorded\": true, \"delayMillis\": 20}}")
                        .status())
                .isEqualTo(204);
        client.postJson(
                "/_simulator/faults",
                "{\"number\": \"+14155552672\", \"fault\": {\"answer\": \"ERROR\", \"status\": 503, \"retryAfter\": 7}}");
        client.postJson(
                "/_simulator/faults",
                "{\"share\": 1.0, \"fault\": {\"finalStatus\": \"undelivered\", \"errorCode\": 30003}}");
        client.postJson("/_simulator/settings", "{\"listStatus\": 500, \"callbackDelayMillis\": 1}");

        assertThatThrownBy(client::create).isInstanceOf(IOException.class);
        var refused = client.create("To", "+14155552672");

        assertThat(refused.code()).isEqualTo(20503);
        assertThat(refused.header("Retry-After")).isEqualTo("7");
        assertThat(client.list("").status()).isEqualTo(500);
        await().until(() -> simulator.messages().get(0).status().equals("undelivered"));
        var ledger = client.get("/_simulator/ledger").json();
        assertThat(ledger.at("/posts/0/outcome").textValue()).isEqualTo("closed without an answer");
        assertThat(ledger.at("/posts/0/at").textValue()).endsWith("Z");
        assertThat(ledger.at("/messages/0/errorCode").intValue()).isEqualTo(30003);

        assertThat(client.delete("/_simulator/faults").status()).isEqualTo(204);
        assertThat(client.create("To", "+14155552672").status()).isEqualTo(201);
        assertThat(client.delete("/_simulator/ledger").status()).isEqualTo(204);
        assertThat(simulator.posts()).isEmpty();
        assertThat(client.get("/nowhere").status()).isEqualTo(404);
    }

    @Test
    void refusesOrdersThatItDoesNotUnderstand() throws IOException {
        for (String order : List.of("{", "{\"next\": 1}", "{\"fault\": {\"answr\": \"CLOSE\"}}")) {
            assertThat(client.postJson("/_simulator/faults", order).status()).isEqualTo(400);
        }

        assertThat(client.create().status()).isEqualTo(201);
    }
}
