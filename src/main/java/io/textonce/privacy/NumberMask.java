package io.textonce.privacy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Mask of phone numbers in an identifier or a name, of which order numbers and dates stay readable: of what stands behind
 * a plus, and of digits that end as a known masked number does.
 */
public final class NumberMask {

    private static final int READABLE_DIGITS = 4;

    /** Between two digits of a number. */
    private static final String MARK = "[ ()./_-]{0,2}+";

    private static final Pattern INTERNATIONAL =
            Pattern.compile("(?<=[+\uFF0B]|%2[Bb])[ (]?+[0-9](?:" + MARK + "[0-9]){6,16}");

    private NumberMask() {}

    /**
     * Masks all digits of numbers but the last four.
     *
     * @param masked number of the person whom the text is about, as it is shown; or null
     */
    public static String of(String text, @Nullable String masked) {
        String international = masked(INTERNATIONAL, text);
        String last = masked == null ? "" : masked.replaceAll("[^0-9]", "");
        return last.length() != READABLE_DIGITS ? international : masked(endingIn(last), international);
    }

    private static Pattern endingIn(String last) {
        return Pattern.compile("[0-9](?:" + MARK + "[0-9]){2,14}?"
                + last.chars().mapToObj(digit -> MARK + (char) digit).collect(Collectors.joining()) + "(?![0-9])");
    }

    private static String masked(Pattern numbers, String text) {
        return numbers.matcher(text).replaceAll(number -> Matcher.quoteReplacement(masked(number.group())));
    }

    private static String masked(String number) {
        return number.replaceAll("[0-9](?=(?:[^0-9]*+[0-9]){" + READABLE_DIGITS + "})", "*");
    }
}
