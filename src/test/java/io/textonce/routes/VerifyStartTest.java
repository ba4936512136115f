package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersGarbage;
import static io.textonce.sandbox.Fault.answersHtml;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.resets;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioPost;
import java.net.http.HttpResponse;
import java.sql.Timestamp;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@SandboxTest
class VerifyStartTest {

    @Test
    void hasTwilioSendACode(Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";

        var answer = start(sandbox, number);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("sid").textValue()).startsWith("VE");
        assertThat(sandbox.json(answer).get("status").textValue()).isEqualTo("pending");
        assertThat(answer.body()).doesNotContain(sandbox.twilio().codeFor(number));
        assertThat(posts(sandbox, number)).singleElement().satisfies(post -> {
            assertThat(post.path()).endsWith("/Verifications");
            assertThat(post.parameter("Channel")).isEqualTo("sms");
            assertThat(post.parameter("Locale")).isNull();
            assertThat(post.headers()).doesNotContainKey("x-twilio-client");
        });
    }

    @Test
    void passesTheLanguageOn(Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";

        var answer = sandbox.postJson("/api/verify/start", """
                {"phone":"%s","channel":"sms","locale":"pt-BR"}""".formatted(number));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(posts(sandbox, number))
                .singleElement()
                .satisfies(post -> assertThat(post.parameter("Locale")).isEqualTo("pt-BR"));
    }

    /** Premium numbers of the own country, and numbers abroad with the same calling code, too. */
    @ParameterizedTest
    @ValueSource(strings = {"+447400123456", "+18765551234", "+19005551234", "+881612345678"})
    void sendsCodesOnlyToTheCountryOfTheSenderUnlessOthersAreSet(String number, Sandbox sandbox) {
        var answer = sandbox.postJson("/api/verify/start", "{\"phone\":\"" + number + "\"}");

        assertThatProblem(answer).is(422, "country_not_allowed");
        assertThat(posts(sandbox, number)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"call", "whatsapp"})
    void refusesAWayThatIsNotAllowedHere(String channel, Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";

        var answer = sandbox.postJson("/api/verify/start", """
                {"phone":"%s","channel":"%s"}""".formatted(number, channel));

        assertThatProblem(answer).is(400, "invalid_request").names("channel");
        assertThat(posts(sandbox, number)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "'{}', phone",
        "'{\"phone\":\"15558675310\"}', phone",
        "'{\"phone\":\"+1\"}', phone",
        "'{\"phone\":15558675310}', phone",
        "'{\"phone\":\"+15558675310\",\"channel\":\"owl\"}', channel",
        "'{\"phone\":\"+15558675310\",\"locale\":\"English\"}', locale",
        "'[]', body",
        "'nothing', body",
    })
    void refusesWhatIsNoStart(String body, String field, Sandbox sandbox) {
        int before = sandbox.twilio().verifyPosts().size();

        var answer = sandbox.postJson("/api/verify/start", body);

        assertThatProblem(answer).is(400, "invalid_request").names(field).doesNotSay("5558675310");
        assertThat(sandbox.twilio().verifyPosts()).hasSize(before);
    }

    /** Each of these may have sent a code: it is told so, and one POST is all there is. */
    static Stream<Fault> unclearAnswers() {
        return Stream.of(
                answers(500),
                answers(502),
                answers(503).withRetryAfter(1),
                answersHtml(403),
                answersHtml(404),
                answersHtml(407),
                answersHtml(429),
                resets(),
                resets().afterRecording(),
                answersGarbage());
    }

    @ParameterizedTest
    @MethodSource("unclearAnswers")
    void startsOnceWhateverTwilioAnswers(Fault fault, Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";
        sandbox.twilio().verifyNext(fault);

        var answer = start(sandbox, number);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("status").textValue()).isEqualTo("unknown");
        assertThat(posts(sandbox, number)).hasSize(1);
    }

    @Test
    void takesTheCodeOfAStartWhoseAnswerWasLost(Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";
        sandbox.twilio().verifyNext(resets().afterRecording());
        start(sandbox, number);

        var checked = sandbox.postJson(
                "/api/verify/check", """
                {"phone":"%s","code":"%s"}""".formatted(number, sandbox.twilio().codeFor(number)));

        assertThat(sandbox.json(checked).get("approved").booleanValue()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "60203, 429, too_many_codes", // five messages for one code
        "60212, 429, too_many_codes", // several starts at once
        "60200, 422, rejected", // not a number for Twilio
        "60410, 422, rejected", // blocked on suspicion of fraud
        "60605, 502, verify_failed", // country not switched on
        "60223, 502, verify_failed", // channel not switched on
        "20404, 502, verify_failed", // no such service
        "20003, 502, verify_failed", // our login
    })
    void saysInWordsWhyTwilioRefused(int code, int status, String error, Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";
        sandbox.twilio().verifyNext(refuses(code));

        var answer = start(sandbox, number);

        assertThatProblem(answer).is(status, error).hasCode(code).doesNotSay(number.substring(1));
        assertThat(posts(sandbox, number)).hasSize(1);
        if (status == 429) {
            assertThat(answer.headers().firstValue("Retry-After")).hasValue("600");
        }
    }

    @Test
    void passesOnThatTwilioIsBusyAndCountsNothing(Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";
        sandbox.twilio().verifyNext(answers(429).withRetryAfter(17));

        var answer = start(sandbox, number);

        assertThatProblem(answer).is(503, "try_again");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("17");
        assertThat(posts(sandbox, number)).hasSize(1);
        IntStream.range(0, 5)
                .forEach(i -> assertThat(start(sandbox, number).statusCode()).isEqualTo(202));
    }

    @Test
    void sendsFiveCodesToANumberAndNoMoreHoweverParallel(Sandbox sandbox) throws Exception {
        String number = sandbox.newBlock() + "0001";

        var answers = atOnce(12, () -> start(sandbox, number));

        assertThat(answers).filteredOn(answer -> answer.statusCode() == 202).hasSize(5);
        assertThat(answers).filteredOn(answer -> answer.statusCode() != 202).allSatisfy(answer -> {
            assertThatProblem(answer).is(429, "too_many_codes").doesNotSay(number.substring(1));
            assertThat(Integer.parseInt(
                            answer.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(3_500, 3_600);
        });
        assertThat(posts(sandbox, number)).hasSize(5);
    }

    @Test
    void countsAgainWhenTheWindowHasEnded(Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";
        IntStream.range(0, 5).forEach(i -> start(sandbox, number));
        int refused = start(sandbox, number).statusCode();
        sandbox.database().update("UPDATE textonce.verify_counts SET ends_at = now() WHERE kind = 'number'");

        // Twilio's own limit is the same for a code: this one goes to it, and is refused there.
        var answer = start(sandbox, number);

        assertThat(refused).isEqualTo(429);
        assertThatProblem(answer).is(429, "too_many_codes").hasCode(60203);
    }

    @Test
    void countsFromTheFirstOfAWindowAndNotFromTheLast(Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";
        start(sandbox, number);
        var window = "SELECT max(ends_at) FROM textonce.verify_counts WHERE kind = 'number' AND key = ?";
        String key = HexFormat.of().formatHex(sandbox.phoneHash(number));
        var ends = sandbox.database().queryForObject(window, Timestamp.class, key);

        start(sandbox, number);

        assertThat(sandbox.database().queryForObject(window, Timestamp.class, key))
                .isNotNull()
                .isEqualTo(ends);
    }

    @Test
    void stopsSomebodyWhoWorksThroughABlockOfNumbers(Sandbox sandbox) {
        String block = sandbox.newBlock();
        start(sandbox, block + "0001");
        sandbox.database().update("UPDATE textonce.verify_counts SET count = 50 WHERE kind = 'block'");

        var sameBlock = start(sandbox, block + "0002");
        var anotherBlock = start(sandbox, sandbox.newBlock() + "0002");

        assertThatProblem(sameBlock).is(429, "too_many_codes");
        assertThat(posts(sandbox, block + "0002")).isEmpty();
        assertThat(anotherBlock.statusCode()).isEqualTo(202);
    }

    @Test
    void countsNothingForAStartThatALimitRefused(Sandbox sandbox) {
        String block = sandbox.newBlock();
        byte[] hash = sandbox.phoneHash(block);

        IntStream.range(0, 8).forEach(i -> start(sandbox, block + "0001"));

        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT count FROM textonce.verify_counts WHERE kind = 'block' AND key = ?",
                                Integer.class,
                                HexFormat.of().formatHex(hash)))
                .isEqualTo(5);
    }

    @Test
    void keepsNoNumberAmongItsCounts(Sandbox sandbox) {
        String block = sandbox.newBlock();
        start(sandbox, block + "0001");

        var keys = sandbox.database()
                .queryForList("SELECT key FROM textonce.verify_counts WHERE kind <> 'caller'", String.class);

        assertThat(keys).isNotEmpty().allMatch(key -> key.matches("[0-9a-f]{64}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE"})
    void isStartedByPostOnly(String method, Sandbox sandbox) {
        assertThatProblem(sandbox.request(method, "/api/verify/start", "{}")).is(405, "method_not_allowed");
    }

    private static HttpResponse<String> start(Sandbox sandbox, String number) {
        return sandbox.postJson("/api/verify/start", "{\"phone\":\"" + number + "\"}");
    }

    private static List<TwilioPost> posts(Sandbox sandbox, String number) {
        return sandbox.twilio().verifyPosts().stream()
                .filter(post -> number.equals(post.parameter("To")))
                .toList();
    }

    private static <T> List<T> atOnce(int callers, Callable<T> call) throws Exception {
        var threads = Executors.newFixedThreadPool(callers);
        try {
            var answers = threads.invokeAll(
                    IntStream.range(0, callers).mapToObj(i -> call).toList());
            return answers.stream().map(VerifyStartTest::get).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
