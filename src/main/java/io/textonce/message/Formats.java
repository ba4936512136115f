package io.textonce.message;

import com.ibm.icu.number.NumberFormatter;
import com.ibm.icu.text.PluralRules;
import com.ibm.icu.util.Currency;
import io.textonce.event.EventRejected;
import io.textonce.event.LineError;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Formats of a template's language, as sections: {@code {{#money}}{{body.total}} EUR{{/money}}}. Words, signs and
 * plural categories are those of the Unicode CLDR (https://cldr.unicode.org). No format writes a blank that is not in
 * GSM-7, since that would make every message longer.
 */
public final class Formats {

    /** Names of the sections. */
    public static final Set<String> NAMES = Set.of("number", "money", "date", "time", "plural");

    private static final Set<String> CATEGORIES = Set.of("zero", "one", "two", "few", "many", "other");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,30}(\\.\\d{1,12})?");
    private static final Pattern MONEY = Pattern.compile("(\\S+)\\s+([A-Z]{3})");
    private static final Pattern FORM = Pattern.compile("\\s*([a-z]+)\\s*:(.*)", Pattern.DOTALL);

    /** Stands for the bar before a form, so that a bar in a value is text; no value has a control character. */
    private static final char BAR = '\u001F';

    private static final Pattern PLURAL =
            Pattern.compile("\\{\\{#\\s*plural\\s*}}(.*?)\\{\\{/\\s*plural\\s*}}", Pattern.DOTALL);

    private Formats() {}

    /**
     * Returns the sections by their names, each a function of its rendered content.
     *
     * @throws EventRejected by a function, if the event's value is not of the kind that it formats
     */
    static Map<String, Function<String, String>> of(Locale locale) {
        return Map.of(
                "number", content -> number(content, locale),
                "money", content -> money(content, locale),
                "date", content -> time(content, DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG), locale),
                "time", content -> time(timed(content), DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT), locale),
                "plural", content -> plural(content, locale));
    }

    /**
     * Checks the plural forms of a template.
     *
     * @throws LineError naming the line of a form that is none, or of a section without {@code other}
     */
    static void check(String template) {
        PLURAL.matcher(template).results().forEach(section -> {
            int line = LineError.lineAt(template, section.start());
            boolean other = false;
            String[] parts = section.group(1).split("\\|");
            for (int i = 1; i < parts.length; i++) {
                var form = FORM.matcher(parts[i]);
                if (!form.matches() || !CATEGORIES.contains(form.group(1))) {
                    throw new LineError(
                            line, "a plural form must be \"| one: text\", with zero, one, two, few, many or other");
                }
                other |= form.group(1).equals("other");
            }
            if (!other) {
                throw new LineError(line, "{{#plural}} needs a form \"| other: text\"");
            }
        });
    }

    /** Returns a template that was checked, as it is compiled. */
    static String compilable(String template) {
        return PLURAL.matcher(template)
                .replaceAll(section -> Matcher.quoteReplacement(section.group().replace('|', BAR)));
    }

    private static String number(String content, Locale locale) {
        return plain(NumberFormatter.withLocale(locale).format(number(content)).toString());
    }

    private static String money(String content, Locale locale) {
        var money = MONEY.matcher(content.strip());
        if (!money.matches() || !isCurrency(money.group(2))) {
            throw unfit("money: an amount, a blank and a currency of ISO 4217");
        }
        return plain(NumberFormatter.withLocale(locale)
                .unit(Currency.getInstance(money.group(2)))
                .format(number(money.group(1)))
                .toString());
    }

    private static boolean isCurrency(String code) {
        return Currency.isAvailable(code, null, null);
    }

    private static String plural(String content, Locale locale) {
        String[] parts = content.split(String.valueOf(BAR));
        String category = PluralRules.forLocale(locale).select(number(parts[0]).doubleValue());
        var forms = new HashMap<String, String>();
        for (int i = 1; i < parts.length; i++) {
            var form = FORM.matcher(parts[i]);
            if (form.matches()) {
                forms.put(form.group(1), form.group(2).strip());
            }
        }
        return forms.getOrDefault(category, forms.getOrDefault("other", ""));
    }

    private static BigDecimal number(String content) {
        String number = content.strip();
        if (!NUMBER.matcher(number).matches()) {
            throw unfit("a number, with a point before decimals");
        }
        return new BigDecimal(number);
    }

    private static String time(String content, DateTimeFormatter format, Locale locale) {
        try {
            var time = DateTimeFormatter.ISO_DATE_TIME.parseBest(
                    withTime(content.strip()), OffsetDateTime::from, LocalDateTime::from);
            return plain(format.localizedBy(locale).format(time));
        } catch (DateTimeException e) {
            throw unfit("a date (2026-12-01) or a time of RFC 3339");
        }
    }

    /** Returns a time; a date alone would be written as midnight. */
    private static String timed(String content) {
        if (!content.contains("T")) {
            throw unfit("a time of RFC 3339");
        }
        return content;
    }

    private static String withTime(String date) {
        return date.contains("T") ? date : date + "T00:00";
    }

    /** The CLDR separates "49,90 €" and "2:30 PM" by blanks that are not in GSM-7. */
    static String plain(String written) {
        return written.replace('\u202F', ' ').replace('\u00A0', ' ');
    }

    private static EventRejected unfit(String kind) {
        return EventRejected.ofField("body", "has a value that the template formats, and that is not " + kind);
    }
}
