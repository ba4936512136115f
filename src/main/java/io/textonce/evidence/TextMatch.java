package io.textonce.evidence;

import java.text.Normalizer;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether a text in Twilio's list can be the one that was sent. Twilio may have put a trial account's notice in front,
 * shortened its links, or replaced characters by their GSM-7 look-alikes
 * (https://www.twilio.com/docs/messaging/services#smart-encoding).
 */
final class TextMatch {

    private static final String TRIAL = "Sent from your Twilio trial account - ";
    private static final Pattern LINK = Pattern.compile("https?://\\S+");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private static final Map<Character, String> LOOK_ALIKES = Map.ofEntries(
            Map.entry('\u2018', "'"),
            Map.entry('\u2019', "'"),
            Map.entry('\u201A', "'"),
            Map.entry('\u201B', "'"),
            Map.entry('\u2032', "'"),
            Map.entry('\u0060', "'"),
            Map.entry('\u00B4', "'"),
            Map.entry('\u201C', "\""),
            Map.entry('\u201D', "\""),
            Map.entry('\u201E', "\""),
            Map.entry('\u201F', "\""),
            Map.entry('\u2033', "\""),
            Map.entry('\u2010', "-"),
            Map.entry('\u2011', "-"),
            Map.entry('\u2012', "-"),
            Map.entry('\u2013', "-"),
            Map.entry('\u2014', "-"),
            Map.entry('\u2015', "-"),
            Map.entry('\u2212', "-"),
            Map.entry('\u2026', "..."),
            Map.entry('\u200B', ""),
            Map.entry('\u200C', ""),
            Map.entry('\u200D', ""),
            Map.entry('\uFEFF', ""));

    private TextMatch() {}

    /** The text as it was sent, whatever Twilio may have put in front of it. */
    static boolean exactly(String sent, String listed) {
        return listed.equals(sent) || listed.equals(TRIAL + sent);
    }

    /** The text as Twilio may have changed it. */
    static boolean loosely(String sent, String listed) {
        return loose(sent).equals(loose(listed));
    }

    private static String loose(String text) {
        String bare = text.startsWith(TRIAL) ? text.substring(TRIAL.length()) : text;
        String plain = Normalizer.normalize(bare, Normalizer.Form.NFKC)
                .chars()
                .mapToObj(c -> LOOK_ALIKES.getOrDefault((char) c, String.valueOf((char) c)))
                .collect(Collectors.joining());
        return BLANKS.matcher(LINK.matcher(plain).replaceAll("<link>"))
                .replaceAll(" ")
                .strip();
    }
}
