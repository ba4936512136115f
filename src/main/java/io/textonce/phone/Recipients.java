package io.textonce.phone;

import java.util.List;

/**
 * Recipient guard of an environment that must not message the public: which numbers may get a message at all. It has the forms
 * of the setting {@code textonce.recipients}: {@code all}, {@code none}, {@code only:} and whole numbers or, with {@value ANY},
 * their beginnings, {@code redirect:} and the number that gets every message instead.
 */
public final class Recipients {

    /** The setting's form. */
    public static final String FORM = "all|none|only:\\+\\d{1,15}\\*?(,\\+\\d{1,15}\\*?)*|redirect:\\+[1-9]\\d{1,14}";

    /** Condition of a number beside its form. */
    public static final String WHOLE = "must have whole numbers; +4915* stands for all that begin so";

    private static final String ALL = "all";
    private static final String REDIRECT = "redirect:";
    private static final String ANY = "*";

    private final String mode;
    private final List<String> numbers;

    /** @throws IllegalArgumentException when the setting has none of the forms */
    public Recipients(String setting) {
        if (!setting.matches(FORM)) {
            throw new IllegalArgumentException("must be all, none, only:NUMBERS or redirect:NUMBER");
        }
        int colon = setting.indexOf(':');
        mode = colon < 0 ? setting : setting.substring(0, colon + 1);
        numbers = colon < 0 ? List.of() : List.of(setting.substring(colon + 1).split(","));
    }

    /** Returns the number that a message goes to: that of the redirection if there is one. */
    public String addressee(String number) {
        return areRedirected() ? numbers.get(0) : number;
    }

    /** Returns whether a number may get a message. */
    public boolean allow(String number) {
        return switch (mode) {
            case ALL -> true;
            case REDIRECT -> numbers.contains(number);
            default -> numbers.stream().anyMatch(entry -> fits(number, entry));
        };
    }

    private static boolean fits(String number, String entry) {
        return entry.endsWith(ANY)
                ? number.startsWith(entry.substring(0, entry.length() - ANY.length()))
                : number.equals(entry);
    }

    /** Returns whether each number without {@value ANY} can be a whole one; a part of one would match none. */
    public boolean areWhole(PhoneNumbers phones) {
        return numbers.stream().allMatch(entry -> entry.endsWith(ANY) || phones.isE164(entry));
    }

    /** Returns whether every message goes to one number instead of its own. */
    public boolean areRedirected() {
        return mode.equals(REDIRECT);
    }

    /** Returns the mode in words, without a whole number; empty for all. */
    public String words(PhoneNumbers phones) {
        return switch (mode) {
            case ALL -> "";
            case "none" -> "No message is sent";
            case REDIRECT -> "Every message goes to " + phones.mask(numbers.get(0));
            default -> "Messages go only to listed numbers (" + numbers.size() + ")";
        };
    }
}
