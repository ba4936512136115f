package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.delivery.DeliveryStatus.QUEUED;
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
        var order = sandbox.order().meeting(losesCallbacks()).post();
        await().until(() -> order.messages().get(0).status().equals("delivered"));
        assertThat(order.delivery()).containsEntry("status", "queued");

        order.makeDue().await(DELIVERED);

        assertThat(order.messages()).hasSize(1);
        assertThat(order.delivery()).containsEntry("due_at", null);
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
        var order = sandbox.order().meeting(stopsAt("queued")).post().await(QUEUED);

        // Twilio knows no such message, so nothing else moves the row.
        order.update(
                "message_sid = ?, created_at = now() - CAST(? AS interval), attempted_at = now() - CAST(? AS interval),"
                        + " twilio_options = 'sendAt='"
                        + "   || to_char(now() AT TIME ZONE 'UTC' - CAST(? AS interval), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
                        + " due_at = now()",
                "SM" + UUID.randomUUID().toString().replace("-", ""),
                created,
                attempted,
                planned);

        await(text).until(() -> {
            var due = (Timestamp) order.delivery().get("due_at");
            return asksAgain
                    ? due != null && due.toInstant().isAfter(Instant.now().plus(Duration.ofMinutes(55)))
                    : due == null;
        });
    }
}
