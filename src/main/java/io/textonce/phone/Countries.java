package io.textonce.phone;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Country guard: which countries may get messages, by the region of a number (ISO 3166-1, two letters). Two kinds of numbers
 * stand beside the countries, since fraud lives on them: {@value PREMIUM} numbers of any country, and {@value SATELLITE}
 * and other networks that belong to none.
 */
public final class Countries {

    public static final String PREMIUM = "premium";
    public static final String SATELLITE = "satellite";

    /** The form of an entry. */
    public static final String FORM = "[A-Z]{2}|" + PREMIUM + "|" + SATELLITE;

    /** The form of an entry in a list of both kinds, in which a hyphen denies. */
    public static final String SIGNED = "-?(" + FORM + ")";

    /** Condition of an entry beside its form. */
    public static final String KNOWN =
            "must be countries of ISO 3166-1 whose numbers can be recognized: GB is the United Kingdom; MF and BL share the numbers of GP";

    private static final String DENIED = "-";

    private static final PhoneNumberUtil NUMBERS = PhoneNumberUtil.getInstance();

    private final Set<String> allowed;
    private final Set<String> denied;

    /** @param allowed all if it is empty; {@code premium} and {@code satellite} are allowed only by name then */
    public Countries(Set<String> allowed, Set<String> denied) {
        this.allowed = allowed;
        this.denied = denied;
    }

    /** @param entries allowed ones, and denied ones with a hyphen before them, such as {@code -FR} */
    public static Countries listed(Set<String> entries) {
        var allowed = new TreeSet<>(entries);
        allowed.removeIf(entry -> entry.startsWith(DENIED));
        var denied = new TreeSet<String>();
        entries.stream()
                .filter(entry -> entry.startsWith(DENIED))
                .forEach(entry -> denied.add(entry.substring(DENIED.length())));
        return new Countries(allowed, denied);
    }

    /** Returns whether all entries of this form name countries to which a number can belong; what else would have no effect. */
    public static boolean areKnown(Collection<String> entries) {
        return entries.stream()
                .filter(entry -> entry.matches(SIGNED))
                .map(entry -> entry.substring(entry.lastIndexOf(DENIED) + 1))
                .allMatch(entry -> entry.equals(PREMIUM) || entry.equals(SATELLITE) || isRecognized(entry));
    }

    /** Returns whether {@link #of} can return a country. */
    private static boolean isRecognized(String region) {
        return NUMBERS.getSupportedTypesForRegion(region).stream()
                .map(type -> NUMBERS.getExampleNumberForType(region, type))
                .anyMatch(
                        number -> number != null && region.equals(of(NUMBERS.format(number, PhoneNumberFormat.E164))));
    }

    /** Returns whether a number may get a message; one that has no E.164 form is left to the check of numbers. */
    public boolean allow(String e164) {
        if (allowed.isEmpty() && denied.isEmpty()) {
            return true;
        }
        var kinds = kinds(e164);
        return kinds.stream().noneMatch(denied::contains) && (allowed.isEmpty() || allowed.containsAll(kinds));
    }

    /** Returns the country of a number, or {@code satellite}; null for one that has no E.164 form. */
    public static @Nullable String of(String e164) {
        var number = ParsedNumber.of(e164);
        return number == null ? null : number.country();
    }

    private static Set<String> kinds(String e164) {
        var number = ParsedNumber.of(e164);
        if (number == null) {
            return Set.of();
        }
        return number.isCostly() ? Set.of(number.country(), PREMIUM) : Set.of(number.country());
    }
}
