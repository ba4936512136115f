package io.textonce.console;

import io.textonce.phone.PhoneNumbers;
import io.textonce.privacy.PersonalDataMask;
import io.textonce.settings.TextOnceProperties;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Reader of phone numbers as people type them: national or international, with any marks. */
@Component
final class TypedNumbers {

    private static final Pattern SCHEME = Pattern.compile("^(?:tel|sms|callto):(?://)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern MARKS = Pattern.compile("[\\s\\p{Cf}\\p{Z}\\p{Pd}\u2212()\\[\\]./]");
    private static final Pattern INTERNATIONAL_PREFIX = Pattern.compile("^(?:00|011)(?=[1-9])");

    /** No subscriber's number is shorter. */
    private static final int FEWEST_DIGITS = 7;

    private final PhoneNumbers phones;
    private final Collection<String> regions;

    @Autowired
    TypedNumbers(PhoneNumbers phones, TextOnceProperties settings) {
        this(phones, settings.regions());
    }

    /** @param regions whose numbers may lack a country code */
    TypedNumbers(PhoneNumbers phones, Collection<String> regions) {
        this.phones = phones;
        this.regions = regions;
    }

    /** Returns the numbers that may be meant, in E.164: the same digits can be one number here and another abroad. */
    Set<String> of(String typed) {
        String written = SCHEME.matcher(typed.strip()).replaceFirst("");
        String bare = MARKS.matcher(written).replaceAll("");
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

    /** Returns whether a text has a phone number, or what may be one with a digit too few: such a text is private. */
    boolean isIn(String text) {
        return isNumber(text) || !PersonalDataMask.mask(text).equals(text);
    }

    /** Returns the text as it may be shown. */
    String masked(String text) {
        return isNumber(text) ? phones.mask(text) : PersonalDataMask.mask(text);
    }

    private static boolean isNumber(String text) {
        String bare = MARKS.matcher(SCHEME.matcher(text).replaceFirst("")).replaceAll("");
        return bare.matches("[+\uFF0B]?\\p{Nd}{" + FEWEST_DIGITS + ",}");
    }
}
