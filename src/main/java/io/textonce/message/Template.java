package io.textonce.message;

import com.github.mustachejava.Mustache;
import io.textonce.event.EventRejected;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Renderer of one text into the variable {@code text}, in the language of the event's field {@code locale} (BCP 47,
 * such as {@code de-CH}): the nearest template (RFC 4647, lookup), else the fallback language, else the template for
 * every language. A template sees the event as {@code body}, the exchange's {@code variables} and the {@link Formats};
 * values of the event are inserted verbatim and never evaluated as a template or an expression.
 */
final class Template {

    /** Key of the template for every language. */
    private static final String ANY = "";

    private volatile @Nullable Map<String, Mustache> byLanguage;
    private final Locale fallback;

    /** @param byLanguage the first version, or null when it is broken: then its events are a transient failure */
    Template(@Nullable Map<String, Mustache> byLanguage, Locale fallback) {
        this.byLanguage = byLanguage;
        this.fallback = fallback;
    }

    void become(Map<String, Mustache> newByLanguage) {
        byLanguage = newByLanguage;
    }

    boolean isGood() {
        return byLanguage != null;
    }

    void process(Exchange exchange) {
        Map<?, ?> event = exchange.getMessage().getBody(Map.class);
        Map<?, ?> known = event == null ? Map.of() : event;
        String requested = requested(known);
        var found = template(requested);
        exchange.setVariable("text", write(found, requested, known, exchange.getVariables()));
        exchange.setVariable("language", found.getKey().equals(ANY) ? "all" : found.getKey());
    }

    String write(Map<?, ?> event, Map<String, Object> variables) {
        String requested = requested(event);
        return write(template(requested), requested, event, variables);
    }

    private String requested(Map<?, ?> event) {
        var locale = event.get("locale");
        return locale == null ? fallback.toLanguageTag() : locale.toString();
    }

    private static String write(
            Map.Entry<String, Mustache> found, String requested, Map<?, ?> event, Map<String, Object> variables) {
        var scope = new HashMap<String, Object>(Formats.of(region(found.getKey(), requested)));
        scope.put("body", event);
        scope.put("variables", variables);
        var words = new StringWriter();
        found.getValue().execute(words, scope);
        return words.toString().replace("\r\n", "\n").replace('\r', '\n').strip();
    }

    /** Returns the locale of a template's formats: the event's where it is the template's language, such as de-CH. */
    private static Locale region(String language, String requested) {
        var wanted = Locale.forLanguageTag(requested);
        var own = Locale.forLanguageTag(language);
        return language.equals(ANY) || own.getLanguage().equals(wanted.getLanguage()) ? wanted : own;
    }

    /** Returns the template for a locale, by its language. */
    private Map.Entry<String, Mustache> template(String locale) {
        var templates = byLanguage;
        if (templates == null) {
            throw new EventRejected(
                    503,
                    "try_again",
                    "The template of this event has an error. Nothing was sent; retry once an operator has fixed it.");
        }
        var language = Locale.lookupTag(List.of(range(locale), range(fallback.toLanguageTag())), templates.keySet());
        var found = templates.get(language == null ? ANY : language);
        if (found == null) {
            throw EventRejected.ofField(
                    "locale",
                    "has no text, nor has the fallback language " + fallback.toLanguageTag() + "; use another locale");
        }
        return Map.entry(language == null ? ANY : language, found);
    }

    private static Locale.LanguageRange range(String locale) {
        try {
            return new Locale.LanguageRange(locale);
        } catch (IllegalArgumentException e) {
            throw EventRejected.ofField("locale", "must be a language tag such as de or pt-BR");
        }
    }
}
