package io.textonce.incident;

import io.textonce.event.EventRejected;
import io.textonce.event.StorableText;
import io.textonce.message.Segments;
import io.textonce.message.SendPolicy;
import io.textonce.message.SmartEncoding;
import io.textonce.message.Templates;
import io.textonce.message.TextLimits;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Fitting of an incident's title into an SMS, before anything is committed: an alert must not fail because of a
 * machine-generated title.
 */
@Component
final class AlertText {

    private static final int LONGEST_TITLE = 160;
    private static final String CUT = "...";

    private final Templates texts;

    AlertText(Templates texts) {
        this.texts = texts;
    }

    /** Cleans up a title: blanks for undisplayable characters, plain characters for their look-alikes. */
    static String tidy(String title) {
        return SmartEncoding.plain(StorableText.blanked(title))
                .replaceAll("\\s+", " ")
                .strip();
    }

    /**
     * Returns the incident with as much of its title as fits.
     *
     * @throws EventRejected when the text has no room without a title either
     */
    Incident fitted(Incident incident) {
        String title = incident.title();
        if (title.length() <= LONGEST_TITLE && rejection(incident) == null) {
            return incident;
        }
        // If a few characters outside GSM-7 cost more than half of the space, the title is longer without them.
        var fitted = List.of(longest(incident, title), longest(incident, Segments.gsm(title))).stream()
                .max(Comparator.comparing(cut -> cut.title().length()))
                .get();
        var rejection = rejection(fitted);
        if (rejection != null) {
            throw rejection;
        }
        return fitted;
    }

    /** Returns the incident with the longest prefix of a title that fits, or with none. */
    private Incident longest(Incident incident, String title) {
        int[] characters = title.codePoints().limit(LONGEST_TITLE).toArray();
        IntFunction<Incident> cut = length -> incident.titled(
                length == title.codePointCount(0, title.length())
                        ? title
                        : new String(characters, 0, length).strip() + CUT);
        int fits = 0;
        int tooLong = characters.length + 1;
        while (tooLong - fits > 1) {
            int middle = (fits + tooLong) / 2;
            if (rejection(cut.apply(middle)) == null) {
                fits = middle;
            } else {
                tooLong = middle;
            }
        }
        return cut.apply(fits);
    }

    private @Nullable EventRejected rejection(Incident incident) {
        return TextLimits.rejection(texts.write("incident-alert", incident.alert()), new SendPolicy());
    }
}
