package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersHtml;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.resets;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import jakarta.jms.TextMessage;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks of codes, and {@code routes/verify/verify-publish.camel.yaml}, which tells of those that were right. */
@SandboxTest
class VerifyCheckTest {

    private static final String QUEUE = "textonce.verify.approved";

    @Test
    void approvesTheRightCodeOnce(Sandbox sandbox) {
        String number = started(sandbox);
        String code = sandbox.twilio().codeFor(number);

        var answer = check(sandbox, number, code);
        var again = check(sandbox, number, code);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"approved\":true,\"status\":\"approved\"}");
        assertThatProblem(again).is(404, "no_code_pending").doesNotSay(code).doesNotSay(number.substring(1));
    }

    @Test
    void takesAWrongCodeForAnAnswerAndNoError(Sandbox sandbox) {
        String number = started(sandbox);

        var wrong = check(sandbox, number, wrongCode(sandbox, number));
        var right = check(sandbox, number, sandbox.twilio().codeFor(number));

        assertThat(wrong.statusCode()).isEqualTo(200);
        assertThat(wrong.body()).isEqualTo("{\"approved\":false,\"status\":\"pending\"}");
        assertThat(sandbox.json(right).get("approved").booleanValue()).isTrue();
    }

    @Test
    void saysThatNoCodeIsPendingForANumberThatAskedForNone(Sandbox sandbox) {
        var answer = check(sandbox, sandbox.newBlock() + "0001", "123456");

        assertThatProblem(answer).is(404, "no_code_pending").doesNotSay("123456");
    }

    @Test
    void endsWithTwiliosFifthTry(Sandbox sandbox) {
        String number = started(sandbox);
        String wrong = wrongCode(sandbox, number);
        for (int i = 0; i < 5; i++) {
            assertThat(check(sandbox, number, wrong).statusCode()).isEqualTo(200);
        }

        var sixth = check(sandbox, number, sandbox.twilio().codeFor(number));

        assertThatProblem(sixth).is(429, "too_many_codes").hasCode(60202);
        assertThat(sixth.headers().firstValue("Retry-After")).hasValue("600");
    }

    @Test
    void stopsGuessingOverManyCodes(Sandbox sandbox) {
        String number = started(sandbox);
        check(sandbox, number, wrongCode(sandbox, number));
        sandbox.database().update("UPDATE textonce.verify_counts SET count = 20 WHERE kind = 'check'");
        int before = sandbox.twilio().verifyPosts().size();

        var answer = check(sandbox, number, sandbox.twilio().codeFor(number));

        assertThatProblem(answer).is(429, "too_many_codes");
        assertThat(sandbox.twilio().verifyPosts()).hasSize(before);
    }

    @Test
    void countsNoCheckThatTwilioDidNotProcess(Sandbox sandbox) {
        String number = started(sandbox);
        check(sandbox, number, wrongCode(sandbox, number));
        sandbox.database().update("UPDATE textonce.verify_counts SET count = 19 WHERE kind = 'check'");
        sandbox.twilio().verifyNext(answers(429).withRetryAfter(1));

        var busy = check(sandbox, number, sandbox.twilio().codeFor(number));
        var answer = check(sandbox, number, sandbox.twilio().codeFor(number));

        assertThatProblem(busy).is(503, "try_again");
        assertThat(answer.body()).isEqualTo("{\"approved\":true,\"status\":\"approved\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"phone\":\"+15558675310\"}', code",
        "'{\"phone\":\"+15558675310\",\"code\":\"12345a\"}', code",
        "'{\"phone\":\"+15558675310\",\"code\":\"123\"}', code",
        "'{\"phone\":\"+15558675310\",\"code\":\"12345678901\"}', code",
        "'{\"phone\":\"+15558675310\",\"code\":123456}', code",
        "'{\"code\":\"123456\"}', phone",
    })
    void refusesWhatIsNoCheck(String body, String field, Sandbox sandbox) {
        var answer = sandbox.postJson("/api/verify/check", body);

        assertThatProblem(answer)
                .is(400, "invalid_request")
                .names(field)
                .doesNotSay("12345")
                .doesNotSay("5558675310");
    }

    static Stream<Fault> unclearAnswers() {
        return Stream.of(answers(500), resets(), answers(503).withoutBody(), answersHtml(404), answersHtml(403));
    }

    @ParameterizedTest
    @MethodSource("unclearAnswers")
    void asksTwilioOnceWhateverItAnswers(Fault fault, Sandbox sandbox) {
        String number = started(sandbox);
        String code = sandbox.twilio().codeFor(number);
        int before = sandbox.twilio().verifyPosts().size();
        sandbox.twilio().verifyNext(fault);

        var unclear = check(sandbox, number, code);

        assertThatProblem(unclear).is(503, "outcome_unclear").doesNotSay(code);
        assertThat(sandbox.twilio().verifyPosts()).hasSize(before + 1);
        assertThat(check(sandbox, number, code).statusCode()).isEqualTo(200);
    }

    @Test
    void saysInWordsWhyTwilioRefused(Sandbox sandbox) {
        String number = started(sandbox);
        sandbox.twilio().verifyNext(refuses(60200));

        var answer = check(sandbox, number, "123456");

        assertThatProblem(answer).is(422, "rejected").hasCode(60200).doesNotSay("123456");
    }

    @Test
    void publishesAnApprovalAndForgetsTheNumber(Sandbox sandbox) throws Exception {
        String number = started(sandbox);

        check(sandbox, number, wrongCode(sandbox, number));
        check(sandbox, number, sandbox.twilio().codeFor(number));

        var event = approvalOf(sandbox, number);
        assertThat(event.get("specversion").textValue()).isEqualTo("1.0");
        assertThat(event.get("type").textValue()).isEqualTo("verify.approved");
        assertThat(event.get("source").textValue()).isEqualTo("https://sms.example.com");
        assertThat(event.get("id").textValue()).hasSize(36);
        assertThat(event.at("/data/channel").textValue()).isEqualTo("sms");
        assertThat(event.at("/data/sid").textValue()).startsWith("VE");
        await().untilAsserted(() -> assertThat(kept(sandbox, number)).isZero());
    }

    @Test
    void publishesAnApprovalWhenTheBrokerIsBack(Sandbox sandbox) throws Exception {
        String number = started(sandbox);
        sandbox.peers().broker().close();
        try {
            var answer = check(sandbox, number, sandbox.twilio().codeFor(number));

            assertThat(sandbox.json(answer).get("approved").booleanValue()).isTrue();
            assertThat(kept(sandbox, number)).isEqualTo(1);
        } finally {
            sandbox.peers().broker().start();
        }
        // It may have been tried while the broker was away, and waits half a minute then.
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            sandbox.database().update("UPDATE textonce.verify_approvals SET due_at = now() WHERE phone = ?", number);
            return kept(sandbox, number) == 0;
        });
        assertThat(approvalOf(sandbox, number).get("type").textValue()).isEqualTo("verify.approved");
    }

    @Test
    void keepsNoCodeInAnyTable(Sandbox sandbox) {
        String number = started(sandbox);
        String code = sandbox.twilio().codeFor(number);
        check(sandbox, number, wrongCode(sandbox, number));
        check(sandbox, number, code);

        for (String table : new String[] {"verify_counts", "verify_approvals"}) {
            assertThat(sandbox.database()
                            .queryForList("SELECT row_to_json(t)::text FROM textonce." + table + " AS t", String.class))
                    .noneMatch(row -> row.contains("\"" + code + "\""));
        }
    }

    private static JsonNode approvalOf(Sandbox sandbox, String number) throws Exception {
        while (true) {
            var message = (TextMessage) sandbox.jms().receive(QUEUE);
            assertThat(message).as("an approval of this number").isNotNull();
            assertThat(message.getJMSType()).isEqualTo("verify.approved");
            var event = new ObjectMapper().readTree(message.getText());
            if (event.at("/data/phone").textValue().equals(number)) {
                assertThat(AsyncApiTest.violations(sandbox, "ApprovedNumber", event))
                        .isEmpty();
                return event;
            }
        }
    }

    private static int kept(Sandbox sandbox, String number) {
        Integer rows = sandbox.database()
                .queryForObject(
                        "SELECT count(*) FROM textonce.verify_approvals WHERE phone = ?", Integer.class, number);
        return rows == null ? 0 : rows;
    }

    private static String started(Sandbox sandbox) {
        String number = sandbox.newBlock() + "0001";
        var answer = sandbox.postJson("/api/verify/start", "{\"phone\":\"" + number + "\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return number;
    }

    private static HttpResponse<String> check(Sandbox sandbox, String number, String code) {
        return sandbox.postJson("/api/verify/check", """
                {"phone":"%s","code":"%s"}""".formatted(number, code));
    }

    private static String wrongCode(Sandbox sandbox, String number) {
        return sandbox.twilio().codeFor(number).equals("000000") ? "111111" : "000000";
    }
}
