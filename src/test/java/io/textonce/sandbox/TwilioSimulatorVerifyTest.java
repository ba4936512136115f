package io.textonce.sandbox;

import static io.textonce.sandbox.SimulatorClient.ACCOUNT;
import static io.textonce.sandbox.SimulatorClient.TO;
import static io.textonce.sandbox.SimulatorClient.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.SimulatorClient.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Verifications: codes, their limits and their end. */
class TwilioSimulatorVerifyTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-05T10:15:30Z"));
    private final TwilioSimulator simulator = TwilioSimulator.builder()
            .clock(((InstantSource) now::get).withZone(ZoneOffset.UTC))
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

    private Answer begin() throws IOException {
        return client.verify("Verifications", "To", TO, "Channel", "sms");
    }

    private Answer check(String code) throws IOException {
        return client.verify("VerificationCheck", "To", TO, "Code", code);
    }

    private String wrongCode() {
        return simulator.codeFor(TO).equals("000000") ? "111111" : "000000";
    }

    @Test
    void approvesTheRightCodeOnce() throws IOException {
        var started = begin();
        String code = simulator.codeFor(TO);

        assertThat(started.status()).isEqualTo(201);
        assertThat(started.text("sid")).matches("VE[0-9a-f]{32}");
        assertThat(started.text("status")).isEqualTo("pending");
        assertThat(started.json().at("/send_code_attempts/0/channel").textValue())
                .isEqualTo("SMS");
        assertThat(code).matches("\\d{6}");
        var checked = check(code);
        assertThat(checked.text("status")).isEqualTo("approved");
        assertThat(checked.json().get("valid").booleanValue()).isTrue();
        assertThat(checked.text("sid")).isEqualTo(started.text("sid"));
        assertThat(check(code).code()).isEqualTo(20404);
    }

    @Test
    void leavesAWrongCodePending() throws IOException {
        begin();

        var checked = check(wrongCode());

        assertThat(checked.status()).isEqualTo(201);
        assertThat(checked.text("status")).isEqualTo("pending");
        assertThat(checked.json().get("valid").booleanValue()).isFalse();
        assertThat(check(simulator.codeFor(TO)).text("status")).isEqualTo("approved");
    }

    @Test
    void repeatsTheSameCodeAtMostFiveTimes() throws IOException {
        String sid = begin().text("sid");
        String code = simulator.codeFor(TO);
        for (int i = 2; i <= 5; i++) {
            assertThat(begin().text("sid")).isEqualTo(sid);
        }
        assertThat(simulator.codeFor(TO)).isEqualTo(code);

        var sixth = begin();

        assertThat(sixth.status()).isEqualTo(429);
        assertThat(sixth.code()).isEqualTo(60203);
    }

    @Test
    void checksAtMostFiveTimes() throws IOException {
        begin();
        for (int i = 1; i <= 5; i++) {
            assertThat(check(wrongCode()).status()).isEqualTo(201);
        }

        var sixth = check(simulator.codeFor(TO));

        assertThat(sixth.status()).isEqualTo(429);
        assertThat(sixth.code()).isEqualTo(60202);
    }

    @Test
    void forgetsACodeAfterTenMinutes() throws IOException {
        String sid = begin().text("sid");
        String code = simulator.codeFor(TO);

        now.updateAndGet(time -> time.plus(Duration.ofMinutes(10)));

        assertThat(check(code).status()).isEqualTo(404);
        assertThat(begin().text("sid")).isNotEqualTo(sid);
    }

    @Test
    void refusesWhatItDoesNotKnow() throws IOException {
        assertThat(client.verify("Verifications", "To", "12", "Channel", "sms").code())
                .isEqualTo(60200);
        assertThat(client.verify("Verifications", "To", TO, "Channel", "owl").code())
                .isEqualTo(60200);
        assertThat(client.verify("VerificationCheck", "To", TO).code()).isEqualTo(60200);
        assertThat(check("123456").code()).isEqualTo(20404);
        assertThat(client.post("/v2/Services/VA1/Verifications", Form.decode("To=%2B14155552671&Channel=sms"))
                        .code())
                .isEqualTo(20404);
        assertThat(new SimulatorClient(simulator, ACCOUNT, ACCOUNT, TOKEN + "x")
                        .verify("Verifications", "To", TO, "Channel", "sms")
                        .code())
                .isEqualTo(20003);
    }
}
