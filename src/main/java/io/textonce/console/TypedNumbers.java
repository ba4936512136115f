package io.textonce.console;

import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.WrittenNumbers;
import io.textonce.privacy.PersonalDataMask;
import java.util.Set;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/** Reader of phone numbers as people type or paste them into a search. */
@Component
final class TypedNumbers {

    private static final Pattern SCHEME = Pattern.compile("^(?:tel|sms|callto):(?://)?", Pattern.CASE_INSENSITIVE);

    private final PhoneNumbers phones;
    private final WrittenNumbers numbers;

    TypedNumbers(PhoneNumbers phones, WrittenNumbers numbers) {
        this.phones = phones;
        this.numbers = numbers;
    }

    /** Returns the numbers that may be meant, in E.164. */
    Set<String> of(String typed) {
        return numbers.of(SCHEME.matcher(typed.strip()).replaceFirst(""));
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
        String bare = WrittenNumbers.bare(SCHEME.matcher(text).replaceFirst(""));
        return bare.matches("[+\uFF0B]?\\p{Nd}{" + WrittenNumbers.FEWEST_DIGITS + ",}");
    }
}
