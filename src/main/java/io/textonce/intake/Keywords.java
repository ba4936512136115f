package io.textonce.intake;

import java.text.Normalizer;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Classification of an inbound message by its keyword, when it has nothing else
 * (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out). With custom keywords, Advanced Opt-Out sets their
 * meaning in OptOutType. A STOP is also one with punctuation, emoji or accents, in several words or in another
 * language: in doubt nothing more is sent. START and HELP must be as Twilio understands them.
 */
final class Keywords {

    private static final Set<String> STOP =
            Set.of("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT");

    private static final String TEXT = "text";

    private static final Set<String> START = Set.of("START", "YES", "UNSTOP");
    private static final Set<String> HELP = Set.of("HELP", "INFO");

    private final Set<String> stop;

    /** @param moreStopWords of other languages */
    Keywords(Collection<String> moreStopWords) {
        stop = Stream.concat(STOP.stream(), moreStopWords.stream())
                .map(Keywords::letters)
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toSet());
    }

    /** Returns stop, start, help or text. */
    String kind(@Nullable String optOutType, String text) {
        String byType = optOutType == null ? TEXT : kind(optOutType);
        return byType.equals(TEXT) ? kind(text) : byType;
    }

    private String kind(String text) {
        String word = text.strip().toUpperCase(Locale.ROOT);
        return stop.contains(letters(word))
                ? "stop"
                : START.contains(word) ? "start" : HELP.contains(word) ? "help" : TEXT;
    }

    /** Returns the letters and digits of a text; accents count in scripts in which they make other words. */
    private static String letters(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKD)
                .replaceAll("(?<=\\p{IsLatin})\\p{M}++|[^\\p{L}\\p{M}\\p{N}]++\\p{M}*+", "")
                .toUpperCase(Locale.ROOT);
    }
}
