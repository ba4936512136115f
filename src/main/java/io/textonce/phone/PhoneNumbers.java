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

    /** Blanks, and marks that nobody sees, such as those that an address book puts around a number. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cf}\\p{Z}\\s]+");

    /** What Twilio puts before the number of somebody who is reached another way than by SMS. */
    private static final Pattern CHANNEL = Pattern.compile("[A-Za-z]+:(?=\\+)");

    /** Until 2019 a 1 marked a mobile of Mexico; some networks and WhatsApp still write it. */
    private static final Pattern MEXICAN_MOBILE = Pattern.compile("\\+521(?=[0-9]{10}$)");

    private static final int DIGITS_SHOWN = 4;

    private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();

    /**
     * Whether this is a number in E.164 that a subscriber may have: of a known country, of a length used there, and
     * without a trunk prefix behind the country code. Not whether it is assigned.
     */
    public boolean isE164(@Nullable String number) {
        return number != null && number.equals(accepted(number));
    }

    /**
     * The accepted spelling of a number that came in another one: behind a channel such as {@code whatsapp:}, with marks
     * that nobody sees, with a trunk prefix, with Mexico's former 1. Whoever is looked for by a number, or known by its
     * hash, is known by this. What is no number stays as it is.
     */
    public String canonical(String written) {
        if (isE164(written)) {
            return written;
        }
        String number = CHANNEL.matcher(UNSEEN.matcher(written).replaceAll("")).replaceFirst("");
        String accepted = accepted(MEXICAN_MOBILE.matcher(number).replaceFirst("+52"));
        return isE164(accepted) ? accepted : written;
    }

    /** The spelling in which a number in E.164 is accepted, or null where no subscriber can have it. */
    private @Nullable String accepted(String number) {
        if (!E164.matcher(number).matches()) {
            return null;
        }
        try {
            var parsed = numbers.parse(number, NO_REGION);
            return numbers.isPossibleNumberWithReason(parsed) == ValidationResult.IS_POSSIBLE
                    ? numbers.format(parsed, PhoneNumberFormat.E164)
                    : null;
        } catch (NumberParseException e) {
            return null;
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
            String number = canonical(numbers.format(parsed, PhoneNumberFormat.E164));
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
