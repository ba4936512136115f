package io.textonce.message;

import com.github.mustachejava.Mustache;
import io.textonce.event.EventRejected;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Renderer of one text into the variable {@code text}, in the language of the event's field {@code locale} (BCP 47,
 * such as {@code de-CH}): the nearest template (RFC 4647, lookup), else the fallback language, else the template for
 * every language. A template sees the event as {@code body} and the exchange's {@code variables}; values of the event
 * are inserted verbatim and never evaluated as a template or an expression.
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
        exchange.setVariable("text", write(event == null ? Map.of() : event, exchange.getVariables()));
    }

    String write(Map<?, ?> event, Map<String, Object> variables) {
        var locale = event.get("locale");
        var words = new StringWriter();
        template(locale == null ? fallback.toLanguageTag() : locale.toString())
                .execute(words, Map.of("body", event, "variables", variables));
        return words.toString().strip();
    }

    private Mustache template(String locale) {
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
        return found;
    }

    private static Locale.LanguageRange range(String locale) {
        try {
            return new Locale.LanguageRange(locale);
        } catch (IllegalArgumentException e) {
            throw EventRejected.ofField("locale", "must be a language tag such as de or pt-BR");
        }
    }
}
