package io.textonce.text;

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
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The templates of all texts. Those of a name are its files {@code templates/<name>.<language>.mustache}, and
 * {@code templates/<name>.mustache} for every language that has no file of its own; a file in the integrator's folder
 * stands before the shipped one. All are compiled when a route that uses them is loaded, so that a wrong one is reported
 * then.
 */
public final class Texts {

    private static final Pattern FILE = Pattern.compile("(.+?)(?:\\.([A-Za-z0-9-]+))?\\.mustache");

    private final Map<String, Text> texts = new ConcurrentHashMap<>();
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
    Texts(String home, String own, Locale fallback, MustacheFactory mustache) {
        this.home = home;
        this.own = own;
        this.fallback = fallback;
        this.mustache = mustache;
    }

    /**
     * The text of a name, the same object each time.
     *
     * @throws IllegalArgumentException when it has no template, or one that can't be read
     */
    Text text(String name) {
        return texts.computeIfAbsent(name, key -> new Text(read(key), fallback));
    }

    /**
     * Reads the files of a name anew, when a route has used it. When one of them is wrong the text stays as it was.
     *
     * @param used whether a route still uses it; else it is no matter that it has no file any more
     * @throws IllegalArgumentException as {@link #text}
     */
    public void reload(String name, boolean used) {
        var text = texts.get(name);
        if (text == null) {
            return;
        }
        try {
            text.become(read(name));
        } catch (IllegalArgumentException e) {
            if (used) {
                throw e;
            }
            texts.remove(name);
        }
    }

    /** The name to which a file of the folder {@code templates} belongs: {@code order-shipped.de.mustache}. */
    public static String nameOf(String fileName) {
        var file = FILE.matcher(fileName);
        return file.matches() ? file.group(1) : fileName;
    }

    private Map<String, Mustache> read(String name) {
        var found = new TreeMap<String, Mustache>();
        Stream.of(home, own.isEmpty() ? "" : "file:" + own)
                .filter(folder -> !folder.isEmpty())
                .flatMap(folder -> list(folder, name))
                .forEach(file -> {
                    var parts = FILE.matcher(String.valueOf(file.getFilename()));
                    if (parts.matches() && parts.group(1).equals(name)) {
                        String language = parts.group(2) == null ? "" : parts.group(2);
                        found.put(language.toLowerCase(Locale.ROOT), compile(file));
                    }
                });
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no templates/" + name
                    + ".mustache, nor one of a language such as templates/" + name + ".en.mustache");
        }
        return found;
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
