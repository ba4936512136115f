package io.textonce.threats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threat: a number of twelve bytes, such as 1e-999999999, which has a gigabyte without its exponent. The check of an enum
 * writes it so, and that of a multipleOf divides it for hours.
 */
@SandboxTest
class HugeNumberTest {

    private static final String REASON = "has a number that is too large or too small";

    @ParameterizedTest
    @ValueSource(strings = {"1e-999999999", "1E999999999", "-1e300000", "1e2147483647", "1.5e-401"})
    void rejectsItOverHttp(String number, Sandbox sandbox) {
        String event = incident(sandbox, sandbox.newEventId(), number);

        var one = sandbox.post("incident-alert", event);
        var array = sandbox.postJson("/api/incident-alert-sms/batch", "[" + event + "]");
        var code = sandbox.postJson("/api/verify/start", "{\"phone\":\"+15558675310\",\"channel\":" + number + "}");

        assertThat(one.statusCode()).as(one.body()).isEqualTo(400);
        assertThat(one.body()).contains(REASON);
        assertThat(array.body()).contains(REASON);
        assertThat(code.statusCode()).as(code.body()).isEqualTo(400);
        assertThat(code.body()).contains(REASON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.7976931348623157e308", "4.9E-324", "99999999999999999999.10"})
    void readsAnyOtherAsANumber(String number, Sandbox sandbox) {
        var answer = sandbox.post("incident-alert", incident(sandbox, sandbox.newEventId(), number));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("acknowledge").doesNotContain(REASON);
    }

    @Test
    void rejectsItOnTheQueueAndInAFile(Sandbox sandbox) throws Exception {
        String id = sandbox.newEventId();
        String event = incident(sandbox, id, "1e-999999999");

        sandbox.publish("incident-alert", event);
        Path file = sandbox.drop("incident-alert", id + ".jsonl", event + "\n");

        Path failed = file.resolveSibling("failed").resolve(file.getFileName());
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(sandbox.deadLetters()).anyMatch(letter -> letter.contains(id));
            assertThat(failed).exists();
        });
        assertThat(Files.readString(failed)).contains(REASON);
    }

    private static String incident(Sandbox sandbox, String id, String acknowledge) {
        return """
                {"eventId":"%s","phone":"%s","incident":"INC-%s","title":"Disk full",\
                "consentAt":"2026-06-02T09:00:00Z","acknowledge":%s}""".formatted(id, sandbox.newNumber(), id, acknowledge);
    }
}
