package io.textonce.phone;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Validation and formatting of phone numbers. A second spelling of a number never bypasses an opt-out that is found by the
 * number's hash: a subscriber has one accepted spelling, or two that are looked up together.
 */
public final class PhoneNumbers {

    private static final Pattern E164 = Pattern.compile("\\+[1-9][0-9]{1,14}");
    private static final String NO_REGION = "ZZ";

    /** Written form of a number: digits of any script, and the usual punctuation. No letters. */
    private static final Pattern WRITTEN = Pattern.compile(
            "[+\\uFF0B(\\[\\p{Nd}\\p{Zs}][\\p{Nd}\\p{Zs}()\\[\\]./\\p{Pd}\\u2212\\t\\u200E\\u200F\\u202A\\u202C]{1,39}");

    /** Blanks and invisible marks, such as those that an address book puts around a number. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cf}\\p{Z}\\s]+");

    /** Prefix of Twilio for a channel other than SMS. */
    private static final Pattern CHANNEL = Pattern.compile("^[A-Za-z]++:(?=\\+)");

    /** Former mobile prefix of Mexico, a 1 until 2019; some networks and WhatsApp still write it. */
    private static final Pattern MEXICAN_MOBILE = Pattern.compile("\\+521(?=[0-9]{10}$)");

    /** Digit of mobiles that not every network and channel writes: WhatsApp has many numbers of Brazil without it. */
    private static final List<Replacement> OPTIONAL_NINE = List.of(
            new Replacement(Pattern.compile("\\+55([1-9]{2})9([6-9][0-9]{7})"), "+55$1$2"),
            new Replacement(Pattern.compile("\\+55([1-9]{2})([6-9][0-9]{7})"), "+55$19$2"),
            new Replacement(Pattern.compile("\\+549([1-9][0-9]{9})"), "+54$1"),
            new Replacement(Pattern.compile("\\+54([1-8][0-9]{9})"), "+549$1"));

    /** Beginning of the calling codes with such a digit. */
    private static final String OPTIONAL_NINES = "+5";

    private static final int DIGITS_SHOWN = 4;

    private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();

    /**
     * Returns whether this is an E.164 number that a subscriber may have: of a known country, of a length used there,
     * and without a trunk prefix after the country code. It need not be assigned.
     */
    public boolean isE164(@Nullable String number) {
        return number != null && number.equals(accepted(number));
    }

    /**
     * Returns the accepted spelling of a number: without a channel such as {@code whatsapp:}, invisible marks, a trunk
     * prefix or Mexico's former 1. Numbers are searched and hashed in this spelling. Anything else is returned
     * unchanged.
     */
    public String canonical(String written) {
        if (isE164(written)) {
            return written;
        }
        String number = CHANNEL.matcher(UNSEEN.matcher(written).replaceAll("")).replaceFirst("");
        String accepted = accepted(MEXICAN_MOBILE.matcher(number).replaceFirst("+52"));
        return isE164(accepted) ? accepted : written;
    }

    /** Returns the canonical number, and its other accepted spelling if the subscriber has two, as in Brazil and Argentina. */
    public List<String> spellings(String canonical) {
        if (!canonical.startsWith(OPTIONAL_NINES)) {
            return List.of(canonical);
        }
        return Stream.concat(
                        Stream.of(canonical),
                        OPTIONAL_NINE.stream()
                                .filter(nine -> nine.form.matcher(canonical).matches())
                                .map(nine -> nine.form.matcher(canonical).replaceFirst(nine.other)))
                .toList();
    }

    /** Returns the accepted spelling of an E.164 number, or null if no subscriber can have it. */
    private @Nullable String accepted(String number) {
        var parsed = E164.matcher(number).matches() ? ParsedNumber.of(number) : null;
        return parsed == null ? null : parsed.possibleE164();
    }

    /**
     * Returns the accepted spelling of a written number, or null if it can't be one.
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

    /** Returns whether numbers of this region are known; two letters of ISO 3166-1. */
    public boolean isRegion(String region) {
        return numbers.getSupportedRegions().contains(region);
    }

    /**
     * Masks all digits of a number but the last four; of four or fewer no digit is shown. It accepts other text too,
     * and hides control and invisible characters, so that it can't break a log line.
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

    private record Replacement(Pattern form, String other) {}
}
