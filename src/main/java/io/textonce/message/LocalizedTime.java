package io.textonce.message;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.AbstractMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A time for templates, by language and then as {@code date} and {@code time}: {@code appointment.de.date}. A template
 * asks for its own language, so that a text never mixes two; the event's locale says how that is written where, such as
 * in Austria. The words are those of the Unicode CLDR (https://cldr.unicode.org), as Java has them.
 */
final class LocalizedTime extends AbstractMap<String, Map<String, String>> {

    private final ZonedDateTime time;
    private final Locale asked;

    /** @param asked the event's language tag, or null */
    LocalizedTime(ZonedDateTime time, @Nullable Object asked) {
        this.time = time;
        this.asked = Locale.forLanguageTag(asked == null ? "" : asked.toString());
    }

    @Override
    public Map<String, String> get(Object language) {
        var own = Locale.forLanguageTag(language.toString());
        var locale = own.getLanguage().equals(asked.getLanguage()) ? asked : own;
        return Map.of(
                "date", written(DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL), locale),
                "time", written(DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT), locale));
    }

    /** Every language has an entry; a template that asks whether there is one is told so. */
    @Override
    public boolean containsKey(Object language) {
        return true;
    }

    @Override
    public Set<Entry<String, Map<String, String>>> entrySet() {
        return Set.of();
    }

    /** Newer versions of the CLDR part "2:30 PM" by a blank that no phone's plain alphabet has. */
    private String written(DateTimeFormatter format, Locale locale) {
        return format.localizedBy(locale).format(time).replace('\u202F', ' ').replace('\u00A0', ' ');
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return time.hashCode();
    }

    @Override
    public String toString() {
        return "InWords";
    }
}
