package io.textonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.twilio.TwilioMessages;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@SandboxTest
class ListLagTest {

    @Test
    void warnsWhenTheListLacksAMessageForHalfOfWhatTheWindowsCover(Sandbox sandbox) {
        var messages = sandbox.context().getBean(TwilioMessages.class);
        String number = sandbox.newNumber();
        sandbox.twilio().listLag(Duration.ofMillis(1200));
        try (var log = new LogRecorder();
                var lag = new ListLag(messages, sandbox.database(), Duration.ofSeconds(2), Duration.ofMinutes(2))) {
            String sid = sandbox.twilio()
                    .sendsElsewhere(Peers.FROM_NUMBER, number, "Your table is ready.")
                    .sid();

            lag.measure(number, sid);

            await().untilAsserted(() -> assertThat(log.complaints())
                    .anySatisfy(line -> assertThat(line).contains("had no " + sid, "cover 2 s")));
            // It is stored after the line, unless it is closed in between.
            await().untilAsserted(() -> assertThat(sandbox.database()
                            .queryForObject(
                                    "SELECT max(longest) >= interval '1 s' FROM textonce.list_lags", Boolean.class))
                    .isTrue());
        } finally {
            sandbox.twilio().listLag(Duration.ZERO);
        }
    }
}
