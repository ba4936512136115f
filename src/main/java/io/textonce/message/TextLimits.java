package io.textonce.message;

import io.textonce.event.EventRejected;
import io.textonce.event.StorableText;
import org.jspecify.annotations.Nullable;

/** Limits of a text: Twilio's, and those of the policy of its event. */
public final class TextLimits {

    /** Twilio's limit, in characters. */
    public static final int LONGEST = 1600;

    private TextLimits() {}

    /** Returns why a text exceeds the limits, or null. */
    public static @Nullable EventRejected rejection(Sms sms) {
        return rejection(
                sms.text(),
                sms.segments(),
                sms.policy().maxSegments(),
                sms.mediaUrls().isEmpty());
    }

    /** Returns why a text of an SMS exceeds the limits of a policy, or null. */
    public static @Nullable EventRejected rejection(String text, SendPolicy policy) {
        return rejection(text, Segments.of(text, policy.isSmartEncoded()), policy.maxSegments(), true);
    }

    private static @Nullable EventRejected rejection(
            String text, @Nullable Integer segments, int maxSegments, boolean needsText) {
        if (needsText && text.isBlank()) {
            return EventRejected.ofField("text", "would be empty");
        }
        if (text.length() > LONGEST) {
            return EventRejected.ofField("text", "would be longer than " + LONGEST + " characters");
        }
        if (segments != null && segments > maxSegments) {
            return EventRejected.ofField(
                    "text",
                    "would take " + segments + " segments, and this event may take " + maxSegments
                            + ": shorten the values of the event");
        }
        return StorableText.rejection("text", text, "\n");
    }
}
