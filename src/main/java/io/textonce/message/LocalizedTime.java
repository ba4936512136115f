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
 * Time for templates, by language and then as {@code date} and {@code time}: {@code appointment.de.date}. A template
 * names its own language, so that a message never mixes two; the event's locale selects regional forms, such as
 * Austria's. The words are those of the Unicode CLDR (https://cldr.unicode.org), as in Java.
 */
final class LocalizedTime extends AbstractMap<String, Map<String, String>> {

    private final ZonedDateTime time;
    private final Locale requested;

    /** @param requested the event's language tag, or null */
    LocalizedTime(ZonedDateTime time, @Nullable Object requested) {
        this.time = time;
        this.requested = Locale.forLanguageTag(requested == null ? "" : requested.toString());
    }

    @Override
    public Map<String, String> get(Object language) {
        var own = Locale.forLanguageTag(language.toString());
        var locale = own.getLanguage().equals(requested.getLanguage()) ? requested : own;
        return Map.of(
                "date", written(DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL), locale),
                "time", written(DateTimeFormatter.ofLocalizedTime(FormatStyle.SHORT), locale));
    }

    /** Returns true: every language has an entry. */
    @Override
    public boolean containsKey(Object language) {
        return true;
    }

    @Override
    public Set<Entry<String, Map<String, String>>> entrySet() {
        return Set.of();
    }

    private String written(DateTimeFormatter format, Locale locale) {
        return Formats.plain(format.localizedBy(locale).format(time));
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
