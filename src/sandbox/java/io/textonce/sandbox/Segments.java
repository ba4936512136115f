package io.textonce.sandbox;

import java.util.ArrayList;
import java.util.List;

/** Counts the SMS segments of a text as carriers bill them: GSM-7 if every character allows it, else UCS-2. */
public final class Segments {

    private static final String GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
            + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private static final String GSM_EXTENSION = "\f^{}\\[~]|€";

    private Segments() {}

    public static int count(String text) {
        boolean gsm = text.chars().allMatch(unit -> GSM.indexOf(unit) >= 0 || GSM_EXTENSION.indexOf(unit) >= 0);
        return gsm ? segments(gsmWidths(text), 160, 153) : segments(unicodeWidths(text), 70, 67);
    }

    private static List<Integer> gsmWidths(String text) {
        return text.chars()
                .mapToObj(unit -> GSM_EXTENSION.indexOf(unit) >= 0 ? 2 : 1)
                .toList();
    }

    private static List<Integer> unicodeWidths(String text) {
        return text.codePoints().mapToObj(Character::charCount).toList();
    }

    /** A character of width two (an escape, a surrogate pair) is never split over a boundary. */
    private static int segments(List<Integer> widths, int single, int concatenated) {
        if (widths.stream().mapToInt(Integer::intValue).sum() <= single) {
            return 1;
        }
        var filled = new ArrayList<>(List.of(0));
        for (int width : widths) {
            int last = filled.size() - 1;
            if (filled.get(last) + width > concatenated) {
                filled.add(width);
            } else {
                filled.set(last, filled.get(last) + width);
            }
        }
        return filled.size();
    }
}
