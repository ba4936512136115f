package io.textonce.phone;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.PhoneNumberUtil.ValidationResult;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Memo of a parsed number. Several checks of one event need the same number, and parsing it and finding its region takes
 * most of their time, so the last numbers are kept: each result is computed once, or twice if two threads need it at once.
 */
final class ParsedNumber {

    private static final PhoneNumberUtil NUMBERS = PhoneNumberUtil.getInstance();
    private static final int KEPT = 1 << 10;
    private static final AtomicReferenceArray<ParsedNumber> LAST = new AtomicReferenceArray<>(KEPT);

    private static final String NO_REGION = "ZZ";
    private static final String NON_GEOGRAPHICAL = "001";
    private static final Set<PhoneNumberType> COSTLY =
            Set.of(PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST);
    private static final int UNITED_KINGDOM = 44;

    private final String written;
    private final PhoneNumber number;
    private final boolean possible;
    private final String e164;
    private volatile @Nullable Region region;

    private ParsedNumber(String written, PhoneNumber number) {
        this.written = written;
        this.number = number;
        this.possible = NUMBERS.isPossibleNumberWithReason(number) == ValidationResult.IS_POSSIBLE;
        this.e164 = NUMBERS.format(number, PhoneNumberFormat.E164);
    }

    /** Returns the number that is written with its country code, or null if it can't be parsed. */
    static @Nullable ParsedNumber of(String written) {
        int slot = written.hashCode() & KEPT - 1;
        var last = LAST.get(slot);
        if (last != null && last.written.equals(written)) {
            return last;
        }
        try {
            var parsed = new ParsedNumber(written, NUMBERS.parse(written, NO_REGION));
            LAST.set(slot, parsed);
            return parsed;
        } catch (NumberParseException e) {
            return null;
        }
    }

    /** Returns the E.164 form, or null if no subscriber can have this number. */
    @Nullable
    String possibleE164() {
        return possible ? e164 : null;
    }

    /**
     * Returns the country by ISO 3166-1, or {@value Countries#SATELLITE}. An unassigned number counts as one of the main
     * country of its calling code: libphonenumber may lag behind.
     */
    String country() {
        return region().country;
    }

    /** Personal numbers of the United Kingdom, +4470, look like mobiles, and their holders earn from each call and SMS. */
    boolean isCostly() {
        return region().costly;
    }

    private Region region() {
        var known = region;
        if (known == null) {
            String assigned = NUMBERS.getRegionCodeForNumber(number);
            String country = assigned == null ? NUMBERS.getRegionCodeForCountryCode(number.getCountryCode()) : assigned;
            // An unassigned number has no type. To find that would be a second search of its region.
            var type = assigned == null ? PhoneNumberType.UNKNOWN : NUMBERS.getNumberType(number);
            known = new Region(
                    country.equals(NON_GEOGRAPHICAL) ? Countries.SATELLITE : country,
                    COSTLY.contains(type)
                            || type == PhoneNumberType.PERSONAL_NUMBER && number.getCountryCode() == UNITED_KINGDOM);
            region = known;
        }
        return known;
    }

    private record Region(String country, boolean costly) {}
}
