package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersGarbage;
import static io.textonce.sandbox.Fault.answersHtml;
import static io.textonce.sandbox.Fault.answersWithoutSid;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.resets;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import io.textonce.sandbox.TwilioPost;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/**
 * One call is one POST, whatever Twilio answers; only what it provably did not process is posted again:
 * {@code routes/sms/sms-post.camel.yaml}.
 */
@SandboxTest
class OnePostTest {

    static Stream<Arguments> unclearAnswers() {
        return Stream.of(
                arguments("500", answers(500), 0),
                arguments("500 after recording", answers(500).afterRecording(), 1),
                arguments("500 without a body", answers(500).withoutBody(), 0),
                arguments("502 with HTML", answers(502), 0),
                arguments("503", answers(503), 0),
                arguments("503 with Retry-After", answers(503).withRetryAfter(1), 0),
                arguments("503 without a body", answers(503).withoutBody(), 0),
                arguments("504", answers(504), 0),
                arguments("400 with HTML", answersHtml(400), 0),
                arguments("401 with HTML", answersHtml(401), 0),
                arguments("403 with HTML", answersHtml(403), 0),
                arguments("404 with HTML", answersHtml(404), 0),
                arguments("407 with HTML", answersHtml(407), 0),
                arguments("429 with HTML", answersHtml(429), 0),
                arguments("413 with HTML after recording", answersHtml(413).afterRecording(), 1),
                arguments("closed before recording", resets(), 0),
                arguments("closed after recording", resets().afterRecording(), 1),
                arguments("201 with garbage", answersGarbage(), 1),
                arguments("201 without a SID", answersWithoutSid(), 1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unclearAnswers")
    void postsOnceAndSaysThatTheOutcomeIsUnknown(String name, Fault fault, int texts, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        // A callback might overtake the answer.
        sandbox.twilio().forNumber(number, fault.and(losesCallbacks()));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).path("status").asText()).isEqualTo("unknown");
        assertThat(sandbox.json(again).path("duplicate").asBoolean()).isTrue();
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(texts);
        assertThat(sandbox.timeline(id).get(0)).containsEntry("kind", "answer").containsEntry("status", "unknown");
    }

    @Test
    void postsOnceWhatTwilioRefuses(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, refuses(21211));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(sandbox.json(answer).path("code").asInt()).isEqualTo(21211);
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("status", "rejected").containsEntry("error_code", 21211);
    }

    @Test
    void holdsATextWithoutBurningItWhenTwilioRefusesOurLogin(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(401));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        double open = sandbox.context()
                .getBean(MeterRegistry.class)
                .get("textonce.circuit.breaker.open")
                .gauge()
                .value();
        takeTheAccountAgain(sandbox);

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(open).isOne();
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
        assertHeld(sandbox, id, Duration.ofSeconds(20), Duration.ofSeconds(50));
    }

    @Test
    void postsAgainWhatTwilioWasTooBusyFor(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(429));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).path("sid").asText()).startsWith("SM");
        assertThat(sandbox.twilio().postsTo(number))
                .extracting(TwilioPost::outcome)
                .containsExactly("429 code 20429", "201");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    static Stream<Arguments> answersAfterABusyOne() {
        return Stream.of(
                arguments("500", answers(500), "unknown"),
                arguments("closed", resets(), "unknown"),
                arguments("201 with garbage", answersGarbage(), "unknown"),
                arguments("201 without a SID", answersWithoutSid(), "unknown"),
                arguments("refused", refuses(21614), "rejected"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersAfterABusyOne")
    void believesTheLastAnswerOfSeveral(String name, Fault last, String status, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio()
                .forNumber(number, 1, answers(429).withRetryAfter(0))
                .forNumber(number, 1, last.and(losesCallbacks()));

        sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(sandbox.twilio().postsTo(number)).hasSize(2);
        assertThat(sandbox.timeline(id).get(0)).containsEntry("status", status);
    }

    @Test
    void holdsATextThatTwilioIsTooBusyForAgainAndAgain(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, answers(429));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).path("status").asText()).isEqualTo("held");
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1 + retries(sandbox));
        assertGrowing(sandbox, waits(sandbox, number));
        assertHeld(sandbox, id, Duration.ofSeconds(20), Duration.ofSeconds(50));
    }

    @Test
    void holdsATextOfTheQueueThatTwilioIsTooBusyFor(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, answers(429));

        sandbox.publish("order-shipped", sandbox.orderShipped(id, number));

        sandbox.awaitStatus(id, "held");
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1 + retries(sandbox));
    }

    @Test
    void waitsAsLongAsTwilioAsks(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(429).withRetryAfter(2));

        sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(waits(sandbox, number))
                .singleElement()
                .satisfies(wait -> assertThat(wait).isBetween(Duration.ofSeconds(2), Duration.ofMillis(4_900)));
    }

    @Test
    void waitsNoLongerThanTheSettingEvenIfTwilioAsks(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, answers(429).withRetryAfter(3_600));

        sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(waits(sandbox, number))
                .singleElement()
                .satisfies(wait -> assertThat(wait).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(15)));
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void holdsATextForLongWhenTheSendersQueueIsFull(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, refuses(21611));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
        assertHeld(sandbox, id, Duration.ofMinutes(59), Duration.ofMinutes(91));
        assertThat(sandbox.delivery(id)).containsEntry("error_code", 21611);
    }

    @Test
    void blocksNoThreadOfTwiliosPoolWhileItWaits(Sandbox sandbox) {
        var numbers = IntStream.range(0, 40).mapToObj(n -> sandbox.newNumber()).toList();
        numbers.forEach(
                number -> sandbox.twilio().forNumber(number, 1, answers(429).withRetryAfter(2)));

        var answers = numbers.stream()
                .map(number -> CompletableFuture.supplyAsync(
                        () -> sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number)),
                        command -> new Thread(command).start()))
                .toList();
        await().until(() -> sandbox.twilio().posts().stream()
                        .map(post -> post.parameter("To"))
                        .filter(numbers::contains)
                        .distinct()
                        .count()
                == 40);
        await().pollDelay(Duration.ofMillis(300))
                .untilAsserted(() -> assertThat(sleepers()).isEmpty());

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(202));
    }

    @Test
    void tellsTwilioEverythingOnTheWire(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        String order = "A&B=C+D 100%; „Grüße“\\n👍 {'}";

        var answer = sandbox.post(
                "order-shipped", sandbox.orderShipped(id, number).replace("\"1001\"", "\"" + order + "\""));

        String delivery = sandbox.json(answer).path("id").asText();
        assertThat(sandbox.twilio().postsTo(number)).singleElement().satisfies(post -> {
            assertThat(post.path()).isEqualTo("/2010-04-01/Accounts/" + Peers.ACCOUNT_SID + "/Messages.json");
            assertThat(post.headers())
                    .containsEntry("authorization", "Basic " + Peers.ACCOUNT_SID)
                    .containsEntry("content-type", "application/x-www-form-urlencoded; charset=UTF-8");
            assertThat(post.parameters())
                    .containsExactlyInAnyOrder(
                            Map.entry("To", number),
                            Map.entry("From", Peers.FROM_NUMBER),
                            Map.entry("ValidityPeriod", "36000"),
                            Map.entry(
                                    "Body",
                                    "Your order " + order.replace("\\n", "\n")
                                            + " has shipped. Tracking: https://example.com/track/1001"),
                            Map.entry(
                                    "StatusCallback",
                                    "https://sms.example.com/twilio/status-callback?delivery=" + delivery
                                            + "#rc=5&rp=all&ct=2000&rt=3000"));
        });
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::sid)
                .containsExactly(sandbox.json(answer).path("sid").asText());
    }

    /** The other tests send too, and don't wait until a text was tried. */
    private static void takeTheAccountAgain(Sandbox sandbox) {
        sandbox.database().update("DELETE FROM textonce.circuit_breakers");
        var twilio = sandbox.context().getBean("twilio", HealthIndicator.class);
        await().until(() -> twilio.health().getStatus(), Status.UP::equals);
    }

    private static void assertHeld(Sandbox sandbox, String id, Duration least, Duration most) {
        var delivery = sandbox.delivery(id);
        assertThat(delivery).containsEntry("status", "held").containsEntry("message_sid", null);
        assertThat(delivery.get("body")).as("a held text is still needed").isNotNull();
        assertThat(((Timestamp) delivery.get("due_at")).toInstant())
                .isBetween(Instant.now().plus(least), Instant.now().plus(most));
    }

    private static List<Duration> waits(Sandbox sandbox, String number) {
        var posts = sandbox.twilio().postsTo(number);
        return IntStream.range(1, posts.size())
                .mapToObj(n ->
                        Duration.between(posts.get(n - 1).at(), posts.get(n).at()))
                .toList();
    }

    /** Each is twice the one before, less a fifth that is random; a busy machine may add to any. */
    private static void assertGrowing(Sandbox sandbox, List<Duration> waits) {
        long millis = sandbox.context()
                .getEnvironment()
                .getRequiredProperty("textonce.twilio.retry-delay", Duration.class)
                .toMillis();
        for (var wait : waits) {
            millis = millis * 4 / 5;
            assertThat(wait.toMillis()).isGreaterThanOrEqualTo(millis);
            millis *= 2;
        }
    }

    private static int retries(Sandbox sandbox) {
        return sandbox.context().getEnvironment().getRequiredProperty("textonce.twilio.retries", Integer.class);
    }

    /** Threads in which Camel sleeps before it tries again. */
    private static List<Thread> sleepers() {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> Arrays.stream(thread.getValue())
                        .anyMatch(frame -> frame.getClassName().contains(".errorhandler.")
                                && frame.getMethodName().equals("sleep")))
                .map(Map.Entry::getKey)
                .toList();
    }
}
