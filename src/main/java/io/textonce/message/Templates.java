package io.textonce.message;

import com.github.mustachejava.Mustache;
import com.github.mustachejava.MustacheException;
import com.github.mustachejava.MustacheFactory;
import io.textonce.event.LineError;
import io.textonce.event.Utf8Text;
import io.textonce.settings.TextOnceProperties;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/**
 * Registry of the templates in use. Those of a name are its files {@code templates/<name>.<language>.mustache}, and
 * {@code templates/<name>.mustache} for every language without a file of its own; a user file overrides a shipped one.
 * A template is compiled when a route that uses it is loaded or its file changes, never by an event, so that no event
 * is the first to meet an error in it.
 */
@Component
public final class Templates {

    private static final Logger LOG = LoggerFactory.getLogger(Templates.class);

    private static final Pattern FILE = Pattern.compile("(.+?)(?:\\.([A-Za-z0-9-]+))?\\.mustache");

    private final Map<String, Template> texts = new ConcurrentHashMap<>();
    private final PathMatchingResourcePatternResolver files = new PathMatchingResourcePatternResolver();
    private final String home;
    private final String own;
    private final Locale fallback;
    private final MustacheFactory mustache;

    /**
     * @param home where the shipped files are, such as {@code classpath:routes}
     * @param own the integrator's folder, or empty
     * @param fallback language of an event that names none, or one that has no template
     */
    @Autowired
    Templates(TextOnceProperties settings, MustacheFactory mustache) {
        this(settings.home(), settings.routes(), settings.locale(), mustache);
    }

    Templates(String home, String own, Locale fallback, MustacheFactory mustache) {
        this.home = home;
        this.own = own;
        this.fallback = fallback;
        this.mustache = mustache;
    }

    /**
     * Returns the template of a name, always the same object. One whose files have an error has no valid version yet:
     * the route that uses it is loaded, and works as soon as the files are fixed.
     *
     * @throws IllegalArgumentException when it has no template
     */
    Template text(String name) {
        return texts.computeIfAbsent(name, this::first);
    }

    private Template first(String name) {
        var found = files(name);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no templates/" + name
                    + ".mustache, nor one of a language such as templates/" + name + ".en.mustache");
        }
        try {
            return new Template(compiled(found), fallback);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            LOG.error("{}; its events are retried until it is fixed", e.getMessage());
            return new Template(null, fallback);
        }
    }

    /** Renders the text of an event, for a step that needs it before the message is due. */
    public String write(String name, Map<?, ?> event) {
        return text(name).write(event, Map.of());
    }

    /**
     * Reloads the files of a name, of which one has changed. If one has an error, the last valid version stays in use.
     *
     * @param changed path of the file; an error of another one is reported for that one
     * @param used whether a route still uses it; if not, its files may be deleted
     * @throws IllegalArgumentException if the file has an error, or none is left
     */
    public void reload(String name, String changed, boolean used) {
        var found = files(name);
        if (found.isEmpty() && !used) {
            texts.remove(name);
            return;
        }
        var text = texts.get(name);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no templates/" + name + ".mustache any more");
        }
        found.values().stream().filter(file -> pathOf(file).equals(changed)).forEach(this::compile);
        Map<String, Mustache> compiled;
        try {
            compiled = compiled(found);
        } catch (IllegalArgumentException e) {
            LOG.debug("{} waits for another file of its name", changed, e);
            return;
        }
        requireDefault(name, found.keySet());
        if (text != null) {
            text.become(compiled);
        }
    }

    /** Returns whether a version of a template is in use. */
    public boolean has(String name) {
        var text = texts.get(name);
        return text != null && text.isGood();
    }

    /** Returns the name to which a file of the folder {@code templates} belongs: {@code order-shipped.de.mustache}. */
    public static String nameOf(String fileName) {
        var file = FILE.matcher(fileName);
        return file.matches() ? file.group(1) : fileName;
    }

    /** Returns the files of a name by language; a user file overrides a shipped one. */
    private Map<String, Resource> files(String name) {
        var found = new TreeMap<String, Resource>();
        Stream.of(home, own.isEmpty() ? "" : "file:" + own)
                .filter(folder -> !folder.isEmpty())
                .flatMap(folder -> list(folder, name))
                .forEach(file -> {
                    var parts = FILE.matcher(String.valueOf(file.getFilename()));
                    if (parts.matches() && parts.group(1).equals(name)) {
                        String language = parts.group(2) == null ? "" : parts.group(2);
                        found.put(language.toLowerCase(Locale.ROOT), file);
                    }
                });
        return found;
    }

    /** Returns the texts of a name as its files have them now, by their paths; a file that can't be read is left out. */
    public Map<String, String> sources(String name) {
        var sources = new TreeMap<String, String>();
        files(name).values().forEach(file -> {
            try {
                sources.put(pathOf(file), textOf(file));
            } catch (LineError | UncheckedIOException e) {
                LOG.debug("{} can't be read", file, e);
            }
        });
        return sources;
    }

    /** Rejects a name without a text for an event that names no language. */
    private void requireDefault(String name, Set<String> languages) {
        var range = List.of(new Locale.LanguageRange(fallback.toLanguageTag()));
        if (!languages.contains("") && Locale.lookupTag(range, languages) == null) {
            throw new LineError(
                    0,
                    "the default language is missing: there is no templates/%s.%s.mustache, nor a templates/%s.mustache for all languages"
                            .formatted(name, fallback.toLanguageTag(), name));
        }
    }

    private Map<String, Mustache> compiled(Map<String, Resource> found) {
        var compiled = new TreeMap<String, Mustache>();
        found.forEach((language, file) -> compiled.put(language, compile(file)));
        return compiled;
    }

    private Stream<Resource> list(String folder, String name) {
        try {
            return Stream.of(files.getResources(folder + "/templates/" + name + "*.mustache"));
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private Mustache compile(Resource file) {
        String path = pathOf(file);
        try {
            String text = textOf(file);
            Formats.check(text);
            return mustache.compile(new StringReader(Formats.compilable(text)), path);
        } catch (MustacheException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }

    private static String textOf(Resource file) {
        try {
            return Utf8Text.of(file.getContentAsByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pathOf(Resource file) {
        return "templates/" + file.getFilename();
    }
}
