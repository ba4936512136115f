package io.textonce.message;

import java.text.Normalizer;
import java.util.List;

/**
 * Segment counter, as Twilio counts and carriers bill: in GSM-7 160 characters or 153 each, and in UCS-2, when one
 * character needs it, 70 or 67 (https://www.twilio.com/docs/glossary/what-sms-character-limit). A character of two
 * units, such as the euro sign in GSM-7 or an emoji in UCS-2, is never split between two segments.
 */
public final class Segments {

    private static final String ONE_UNIT = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
            + "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private static final String TWO_UNITS = "\f^{}\\[~]|€";

    private Segments() {}

    /** @param smartEncoded whether Twilio replaces look-alikes of GSM-7 characters */
    static int of(String text, boolean smartEncoded) {
        String sent = smartEncoded ? SmartEncoding.plain(text) : text;
        boolean gsm = isGsm(sent);
        return gsm ? count(sent, 160, 153, true) : count(sent, 70, 67, false);
    }

    /** Returns the characters for which a text needs UCS-2, each once, in order. */
    public static List<Integer> notInGsm(String text, boolean smartEncoded) {
        return (smartEncoded ? SmartEncoding.plain(text) : text)
                .codePoints()
                .filter(character -> gsmUnits(character) == 0)
                .distinct()
                .boxed()
                .toList();
    }

    private static int count(String text, int alone, int concatenated, boolean gsm) {
        int units = 0;
        int segments = 1;
        int filled = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            int width = gsm ? gsmUnits(character) : Character.charCount(character);
            units += width;
            if (filled + width > concatenated) {
                segments++;
                filled = 0;
            }
            filled += width;
            i += Character.charCount(character);
        }
        return units <= alone ? 1 : segments;
    }

    /** Replaces accented and other characters that GSM-7 lacks. */
    public static String gsm(String text) {
        var gsm = new StringBuilder();
        SmartEncoding.plain(text).codePoints().mapToObj(Character::toString).forEach(character -> {
            String base = isGsm(character) ? character : Normalizer.normalize(character, Normalizer.Form.NFKD);
            base.codePoints()
                    .mapToObj(Character::toString)
                    .filter(Segments::isGsm)
                    .forEach(gsm::append);
        });
        return gsm.toString();
    }

    private static boolean isGsm(String text) {
        return text.chars().allMatch(unit -> gsmUnits(unit) > 0);
    }

    /** Returns the GSM-7 units of a character; 0 if it is not in GSM-7. */
    static int gsmUnits(int character) {
        if (ONE_UNIT.indexOf(character) >= 0) {
            return 1;
        }
        return TWO_UNITS.indexOf(character) >= 0 ? 2 : 0;
    }
}
