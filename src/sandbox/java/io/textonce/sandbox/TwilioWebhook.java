package io.textonce.sandbox;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to call the application back: a status callback or an inbound message.
 *
 * @param url as configured, which is also what was signed
 * @param attempt 1 for the first
 * @param status the application's answer; 0 when there was none, see {@code failure}
 */
public record TwilioWebhook(
        Instant at,
        String url,
        List<Map.Entry<String, String>> parameters,
        String signature,
        int attempt,
        int status,
        String answer,
        @Nullable String failure) {

    /** The first value of a form parameter, or null. */
    public @Nullable String parameter(String name) {
        return new Form(parameters).first(name);
    }
}
