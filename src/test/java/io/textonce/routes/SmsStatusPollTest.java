package io.textonce.routes;

import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.stopsAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SandboxTest
class SmsStatusPollTest {

    @Test
    void asksTwilioAboutATextWhoseCallbacksStayAway(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, losesCallbacks());
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        await().until(() -> sandbox.twilio().sentTo(number).get(0).status().equals("delivered"));
        assertThat(sandbox.delivery(id)).containsEntry("status", "queued");

        sandbox.database().update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ?", id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("due_at", null);
    }

    @ParameterizedTest
    @CsvSource({
        "a text that was held for a week,          8 d, 1 h, ,     true",
        "a text that Twilio kept for a week,       8 d, 8 d, 1 h,  true",
        "a text that was handed over long ago,     4 d, 4 d, ,     false",
        "a text that Twilio kept and sent long ago, 9 d, 9 d, 4 d, false",
    })
    void asksForThreeDaysFromWhenTheTextCouldLeave(
            String text,
            String created,
            String attempted,
            @Nullable String planned,
            boolean asksAgain,
            Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, stopsAt("queued"));
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "queued");

        // Twilio knows no such message, so nothing else moves the row.
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET message_sid = ?, created_at = now() - CAST(? AS interval),"
                                + " attempted_at = now() - CAST(? AS interval),"
                                + " twilio_options = 'sendAt='"
                                + "   || to_char(now() AT TIME ZONE 'UTC' - CAST(? AS interval), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
                                + " due_at = now() WHERE event_id = ?",
                        "SM" + UUID.randomUUID().toString().replace("-", ""),
                        created,
                        attempted,
                        planned,
                        id);

        await(text).until(() -> {
            var due = (Timestamp) sandbox.delivery(id).get("due_at");
            return asksAgain
                    ? due != null && due.toInstant().isAfter(Instant.now().plus(Duration.ofMinutes(55)))
                    : due == null;
        });
    }
}
