package io.textonce.phone;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.ValidationResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says which phone numbers may be texted and how they may be shown. A subscriber has exactly one accepted spelling,
 * so that a second one can never slip past an opt-out that is found by the number's hash.
 */
public final class PhoneNumbers {

    private static final Pattern E164 = Pattern.compile("\\+[1-9][0-9]{1,14}");
    private static final String NO_REGION = "ZZ";

    /** A number as people write it: digits of any script, and what they put around and between them. No letters. */
    private static final Pattern WRITTEN = Pattern.compile(
            "[+\\uFF0B(\\[\\p{Nd}\\p{Zs}][\\p{Nd}\\p{Zs}()\\[\\]./\\p{Pd}\\u2212\\t\\u200E\\u200F\\u202A\\u202C]{1,39}");

    private static final int DIGITS_SHOWN = 4;

    private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();

    /**
     * Whether this is a number in E.164 that a subscriber may have: of a known country, of a length used there, and
     * without a trunk prefix behind the country code. Not whether it is assigned.
     */
    public boolean isE164(@Nullable String number) {
        if (number == null || !E164.matcher(number).matches()) {
            return false;
        }
        try {
            var parsed = numbers.parse(number, NO_REGION);
            return numbers.isPossibleNumberWithReason(parsed) == ValidationResult.IS_POSSIBLE
                    && numbers.format(parsed, PhoneNumberFormat.E164).equals(number);
        } catch (NumberParseException e) {
            return false;
        }
    }

    /**
     * A number as people write it in its accepted spelling, or null where it can't be one.
     *
     * @param region whose numbers may lack a country code, in two letters of ISO 3166-1; empty for none
     */
    public @Nullable String toE164(String written, String region) {
        if (!WRITTEN.matcher(written).matches()) {
            return null;
        }
        try {
            var parsed = numbers.parse(written, region.isEmpty() ? NO_REGION : region);
            String number = numbers.format(parsed, PhoneNumberFormat.E164);
            return isE164(number) ? number : null;
        } catch (NumberParseException e) {
            return null;
        }
    }

    /** Whether numbers of this region are known; two letters of ISO 3166-1. */
    public boolean isRegion(String region) {
        return numbers.getSupportedRegions().contains(region);
    }

    /**
     * The number with every digit but the last four as {@code *}; of four or fewer no digit is shown. Takes what is
     * not a number too, and hides its control and invisible characters, so that it cannot break a log line.
     */
    public String mask(String number) {
        var digits = number.codePoints().filter(Character::isDigit).count();
        var toHide = digits <= DIGITS_SHOWN ? digits : digits - DIGITS_SHOWN;
        var masked = new StringBuilder(number.length());
        for (var character : number.codePoints().toArray()) {
            var digit = Character.isDigit(character);
            masked.appendCodePoint(digit && toHide > 0 || isInvisible(character) ? '*' : character);
            if (digit) {
                toHide--;
            }
        }
        return masked.toString();
    }

    private static boolean isInvisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
