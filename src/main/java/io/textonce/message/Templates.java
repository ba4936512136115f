package io.textonce.message;

import com.github.mustachejava.Mustache;
import com.github.mustachejava.MustacheException;
import com.github.mustachejava.MustacheFactory;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The templates of all texts. Those of a name are its files {@code templates/<name>.<language>.mustache}, and
 * {@code templates/<name>.mustache} for every language that has no file of its own; a file in the integrator's folder
 * stands before the shipped one. All are compiled when a route that uses them is loaded or a file changes, never by an
 * event, so that no event is the first to meet a mistake in them.
 */
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
    Templates(String home, String own, Locale fallback, MustacheFactory mustache) {
        this.home = home;
        this.own = own;
        this.fallback = fallback;
        this.mustache = mustache;
    }

    /**
     * The text of a name, the same object each time. One of whose files is broken comes without a good version: the route
     * that needs it is there, and works as soon as the files do.
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

    /** The text that a template makes of an event, for a step that must know it before it is due. */
    public String write(String name, Map<?, ?> event) {
        return text(name).write(event, Map.of());
    }

    /**
     * Reads the files of a name anew. When one of them is wrong, the last good version stays in use.
     *
     * @param used whether a route still uses it; else it is no matter that it has no file any more
     * @throws IllegalArgumentException when one of the files is wrong, or none is left
     */
    public void reload(String name, boolean used) {
        var found = files(name);
        if (found.isEmpty() && !used) {
            texts.remove(name);
            return;
        }
        var text = texts.get(name);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no templates/" + name + ".mustache any more");
        }
        var compiled = compiled(found);
        if (text != null) {
            text.become(compiled);
        }
    }

    /** Whether a version of a text is in use. */
    public boolean has(String name) {
        var text = texts.get(name);
        return text != null && text.isGood();
    }

    /** The name to which a file of the folder {@code templates} belongs: {@code order-shipped.de.mustache}. */
    public static String nameOf(String fileName) {
        var file = FILE.matcher(fileName);
        return file.matches() ? file.group(1) : fileName;
    }

    /** The files of a name by their language; an own one stands before a shipped one. */
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
        String path = "templates/" + file.getFilename();
        try (var reader = new InputStreamReader(file.getInputStream(), StandardCharsets.UTF_8)) {
            return mustache.compile(reader, path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MustacheException e) {
            throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
        }
    }
}
