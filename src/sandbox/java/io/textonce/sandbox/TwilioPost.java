package io.textonce.sandbox;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One POST to Messages.json as it came in, whatever became of it.
 *
 * @param headers those of interest, by lower-case name; the Authorization header is reduced to its user name
 * @param parameters the decoded form in the order of the wire
 * @param outcome in words: {@code 201}, {@code 400 code 21211}, {@code closed without an answer} …
 * @param sid the message that was created, also when the caller never got to know it
 */
public record TwilioPost(
        Instant at,
        String path,
        Map<String, String> headers,
        String rawForm,
        List<Map.Entry<String, String>> parameters,
        String outcome,
        @Nullable String sid) {

    static TwilioPost of(Call call, Instant at, String outcome) {
        return new TwilioPost(
                at,
                call.path(),
                call.headersOfInterest(),
                call.body,
                call.form().parameters(),
                outcome,
                null);
    }

    public boolean recorded() {
        return sid != null;
    }

    /** The first value of a form parameter, or null. */
    public @Nullable String parameter(String name) {
        return new Form(parameters).first(name);
    }

    TwilioPost withSid(String newSid) {
        return new TwilioPost(at, path, headers, rawForm, parameters, outcome, newSid);
    }

    TwilioPost withOutcome(String newOutcome) {
        return new TwilioPost(at, path, headers, rawForm, parameters, newOutcome, sid);
    }
}
