package io.textonce.message;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Message of an event for tests. */
public final class TestSms {

    private TestSms() {}

    public static SendPolicy policy() {
        var policy = new SendPolicy();
        policy.setEvent("order-shipped");
        policy.setPurpose("order-updates");
        return policy;
    }

    public static Sms of(SendPolicy policy, String eventId, String sender, String phone, String text) {
        return of(policy.event(), policy, eventId, sender, phone, text);
    }

    /** @param policy null for a message that can't be sent */
    public static Sms of(
            String event, @Nullable SendPolicy policy, String eventId, String sender, String phone, String text) {
        return new Sms(
                event,
                eventId,
                eventId.getBytes(StandardCharsets.UTF_8),
                phone,
                text,
                List.of(),
                Instant.EPOCH,
                null,
                policy,
                sender,
                null,
                "test",
                null,
                null,
                null,
                null,
                null);
    }
}
