package io.textonce.intake;

import io.textonce.privacy.NumberMask;
import io.textonce.privacy.PersonalDataMask;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Dead letter: an event of which no SMS could be made, as one of the {@link DeadLetterPlace}s keeps it.
 *
 * @param key within its place
 * @param event name of the event, if known
 * @param origin queue, route or file that it came from
 * @param head what must stand above the body for it to be read, such as a CSV header; mostly empty
 * @param body the event as it came, or empty for a whole file
 * @param wholeFile whether the file itself could not be read
 */
public record DeadLetter(
        String place,
        String key,
        Instant at,
        @Nullable String event,
        String origin,
        String reason,
        String head,
        String body,
        boolean wholeFile) {

    /** More than an event id is from the beginning of its event. */
    private static final int LONGEST_LISTED = 16 * 1024;

    private static final Pattern EVENT_ID = Pattern.compile("\"(?:eventId|id)\"\\s*:\\s*\"([^\"\\\\]{1,200})\"");

    /** Returns the letter as a list has it, with the beginning of its content: all of a thousand letters would be a gigabyte. */
    public DeadLetter listed() {
        return body.length() <= LONGEST_LISTED
                ? this
                : new DeadLetter(
                        place, key, at, event, origin, reason, head, body.substring(0, LONGEST_LISTED), wholeFile);
    }

    /** Returns the id for an address: the place and the key. */
    public String id() {
        return place + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the key of an id that {@link #id} made, or null. */
    public static @Nullable String key(String id) {
        try {
            return new String(Base64.getUrlDecoder().decode(id.substring(id.indexOf('.') + 1)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns the event id that the body shows, masked, or null. */
    public @Nullable String eventId() {
        var found = EVENT_ID.matcher(body);
        return found.find() ? PersonalDataMask.mask(found.group(1)) : null;
    }

    /** Returns the origin without the number that a file name may have. */
    public String shownOrigin() {
        return NumberMask.ofFile(origin);
    }

    /** Returns the reason without any number. */
    public String shownReason() {
        return PersonalDataMask.maskNumbers(reason);
    }

    /** Returns whether event, reason or content has a text, in any case. */
    public boolean has(String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return (event + "\n" + origin + "\n" + reason + "\n" + body)
                .toLowerCase(Locale.ROOT)
                .contains(wanted);
    }
}
