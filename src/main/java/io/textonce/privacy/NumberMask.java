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

    private static final String FIRST = "(?<![0-9A-Za-z])";
    private static final String END = "(?![0-9A-Za-z])";

    /** Matches what is no number: a UUID, a date with its time, and seconds or milliseconds since 1970; else a group. */
    private static final Pattern IN_FILE = Pattern.compile(String.join(
            "|",
            "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            FIRST + "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9]"
                    + "(?:[0-5][0-9][0-9]{0,3})?+" + END,
            FIRST + "1[5-9](?:[0-9]{8}|[0-9]{11})" + END,
            FIRST + "([0-9]{10,15})" + END));

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

    /**
     * Masks numbers in the name of a file, of whose person nothing is known: of ten digits on also without a plus. The
     * file is still found by the last four, its event and its time.
     */
    public static String ofFile(String name) {
        return IN_FILE.matcher(of(name, null))
                .replaceAll(found ->
                        Matcher.quoteReplacement(found.group(1) == null ? found.group() : masked(found.group())));
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
