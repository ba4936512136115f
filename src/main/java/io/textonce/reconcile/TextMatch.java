package io.textonce.reconcile;

import io.textonce.message.SmartEncoding;
import java.text.Normalizer;
import java.util.BitSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Comparison of a sent text with one in Twilio's list. Twilio may have put a trial account's notice in front, shortened
 * its links, or replaced characters by their GSM-7 look-alikes
 * (https://www.twilio.com/docs/messaging/services#smart-encoding), even without being configured to.
 */
final class TextMatch {

    private static final String TRIAL = "Sent from your Twilio trial account - ";
    private static final Pattern LINK = Pattern.compile("https?://\\S+");
    private static final String ANY_LINK = "\\S*[./]\\S*";
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** Longest replacement considered: one more than Twilio's table has for a visible character. */
    private static final int LONGEST_REPLACEMENT = 4;

    private TextMatch() {}

    /** Returns whether the text is as it was sent, with or without a notice in front. */
    static boolean exactly(String sent, String listed) {
        return listed.equals(sent) || listed.equals(TRIAL + sent);
    }

    /**
     * Returns whether the text is as Twilio is known to encode it, with its own links. The table comes before the normal
     * form, which would decompose characters of the table; the reverse order covers a Twilio that composes accents first.
     */
    static boolean encoded(String sent, String listed) {
        return normal(SmartEncoding.plain(sent)).equals(normal(SmartEncoding.plain(listed)))
                || SmartEncoding.plain(normal(sent)).equals(SmartEncoding.plain(normal(listed)));
    }

    /**
     * Returns whether the text is as Twilio is known to change it where it shortens links, with a scheme or without
     * (DisableHttps of the domain's configuration).
     *
     * @see <a href="https://www.twilio.com/docs/messaging/features/link-shortening">link shortening</a>
     */
    static boolean loosely(String sent, String listed) {
        return withAnyLinks(normal(SmartEncoding.plain(sent)))
                        .matcher(normal(SmartEncoding.plain(listed)))
                        .matches()
                || withAnyLinks(SmartEncoding.plain(normal(sent)))
                        .matcher(SmartEncoding.plain(normal(listed)))
                        .matches();
    }

    private static Pattern withAnyLinks(String text) {
        return Pattern.compile(
                Stream.of(LINK.split(text, -1)).map(Pattern::quote).collect(Collectors.joining(ANY_LINK)));
    }

    /**
     * Returns whether the text may be the sent one with unpublished replacements: each character outside GSM-7 may
     * stand for itself or for a few of GSM-7. Such a message is neither certainly the one that was sent nor certainly
     * another.
     */
    static boolean possibly(String sent, String listed) {
        int[] text = loose(SmartEncoding.plain(sent))
                .codePoints()
                .filter(TextMatch::isNoBlank)
                .toArray();
        int[] found = loose(SmartEncoding.plain(listed))
                .codePoints()
                .filter(TextMatch::isNoBlank)
                .toArray();
        var reached = new BitSet(found.length + 1);
        reached.set(0);
        for (int character : text) {
            var next = new BitSet(found.length + 1);
            for (int at = reached.nextSetBit(0); at >= 0; at = reached.nextSetBit(at + 1)) {
                if (at < found.length && found[at] == character) {
                    next.set(at + 1);
                }
                if (!SmartEncoding.isGsm(character)) {
                    int end = at;
                    next.set(end);
                    while (end < found.length && end - at < LONGEST_REPLACEMENT && SmartEncoding.isGsm(found[end])) {
                        next.set(++end);
                    }
                }
            }
            reached = next;
        }
        return reached.get(found.length);
    }

    private static boolean isNoBlank(int character) {
        return !Character.isWhitespace(character);
    }

    private static String loose(String text) {
        return LINK.matcher(normal(text)).replaceAll("<link>");
    }

    private static String normal(String text) {
        String bare = text.startsWith(TRIAL) ? text.substring(TRIAL.length()) : text;
        return BLANKS.matcher(Normalizer.normalize(bare, Normalizer.Form.NFKC))
                .replaceAll(" ")
                .strip();
    }
}
