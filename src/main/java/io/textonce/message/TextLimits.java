package io.textonce.message;

import io.textonce.event.EventRejected;
import io.textonce.event.StorableText;
import org.jspecify.annotations.Nullable;

/** Limits of a text: Twilio's, and those of the policy of its event. */
public final class TextLimits {

    /** Twilio's limit, in characters. */
    private static final int LONGEST = 1600;

    private TextLimits() {}

    /** Returns why a text exceeds the limits, or null. */
    public static @Nullable EventRejected rejection(String text, SendPolicy policy) {
        if (text.isBlank()) {
            return EventRejected.ofField("text", "would be empty");
        }
        if (text.length() > LONGEST) {
            return EventRejected.ofField("text", "would be longer than " + LONGEST + " characters");
        }
        int segments = policy.isContent() ? 1 : Segments.of(text, policy.isSmartEncoded());
        if (segments > policy.maxSegments()) {
            return EventRejected.ofField(
                    "text",
                    "would take " + segments + " segments, and this event may take " + policy.maxSegments()
                            + ": shorten the values of the event");
        }
        return StorableText.rejection("text", text, "\n");
    }
}
