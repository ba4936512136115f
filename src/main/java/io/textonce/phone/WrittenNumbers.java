package io.textonce.phone;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parser of phone numbers as people and systems write them: national or international, with any marks, in any text. */
public final class WrittenNumbers {

    private static final int LAST_DIGITS = 4;

    /** No subscriber's number is shorter. */
    public static final int FEWEST_DIGITS = 7;

    /** A country code, a trunk prefix or an international one, and the number. */
    private static final int MOST_DIGITS = 20;

    private static final String MARK = "[\\s\\p{Cf}\\p{Z}\\p{Pd}\u2212()\\[\\]./]";
    private static final Pattern MARKS = Pattern.compile(MARK);
    private static final Pattern INTERNATIONAL_PREFIX = Pattern.compile("^(?:00|011)(?=[1-9])");
    private static final Pattern GROUPS = Pattern.compile("[+\uFF0B]?+[0-9]++(?:" + MARK + "{1,4}+[0-9]++)*+");
    private static final Pattern GROUP = Pattern.compile("[0-9]+");

    private final PhoneNumbers phones;
    private final Collection<String> regions;

    /** @param regions whose numbers may lack a country code */
    public WrittenNumbers(PhoneNumbers phones, Collection<String> regions) {
        this.phones = phones;
        this.regions = regions;
    }

    /** Returns the last digits of a number. */
    public static String lastDigits(String number) {
        return number.substring(Math.max(0, number.length() - LAST_DIGITS));
    }

    /** Returns a written number without its marks. */
    public static String bare(String written) {
        return MARKS.matcher(written).replaceAll("");
    }

    /** Returns the numbers that may be meant, in E.164: the same digits can be one number here and another abroad. */
    public Set<String> of(String written) {
        String bare = bare(written);
        List<@Nullable String> meant = new ArrayList<>();
        meant.add(bare);
        if (bare.matches("[0-9]+")) {
            meant.add("+" + INTERNATIONAL_PREFIX.matcher(bare).replaceFirst(""));
            regions.forEach(region -> meant.add(phones.toE164(bare, region)));
        } else {
            // "+44 (0) 20 …"
            regions.forEach(region -> meant.add(phones.toE164(written, region)));
        }
        var numbers = new LinkedHashSet<String>();
        meant.stream()
                .filter(Objects::nonNull)
                .map(phones::canonical)
                .filter(phones::isE164)
                .forEach(numbers::add);
        return numbers;
    }

    /**
     * Returns whether one of the numbers that may be meant in a text is wanted; neighboring digits don't hide it.
     *
     * @param lastDigits {@link #lastDigits(String)} of the wanted numbers, so that few others have to be parsed
     */
    public boolean isIn(String text, Set<String> lastDigits, Predicate<String> isWanted) {
        var seen = new HashSet<String>();
        return GROUPS.matcher(inAscii(text))
                .results()
                .flatMap(run -> candidates(run.group(), lastDigits).stream())
                .anyMatch(written -> seen.add(written) && of(written).stream().anyMatch(isWanted));
    }

    /** Returns the neighboring groups of digits that together may be a number with one of these last digits. */
    private static List<String> candidates(String run, Set<String> lastDigits) {
        var candidates = new ArrayList<String>();
        var groups = GROUP.matcher(run).results().toList();
        for (int last = 0; last < groups.size(); last++) {
            var digits = new StringBuilder();
            for (int first = last; first >= 0 && digits.length() <= MOST_DIGITS; first--) {
                digits.insert(0, groups.get(first).group());
                if (digits.length() >= LAST_DIGITS && !lastDigits.contains(lastDigits(digits.toString()))) {
                    break;
                }
                if (digits.length() >= FEWEST_DIGITS && digits.length() <= MOST_DIGITS) {
                    int start = first == 0 ? 0 : groups.get(first).start();
                    candidates.add(run.substring(start, groups.get(last).end()));
                }
            }
        }
        return candidates;
    }

    private static String inAscii(String text) {
        var ascii = new StringBuilder(text.length());
        text.codePoints()
                .map(each -> Character.isDigit(each) ? '0' + Character.digit(each, 10) : each)
                .forEach(ascii::appendCodePoint);
        return ascii.toString();
    }
}
