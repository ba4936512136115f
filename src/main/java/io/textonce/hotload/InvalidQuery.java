package io.textonce.hotload;

import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Error of a query in jq, JSONPath or XPath, in a route file or in a file of its own. */
final class InvalidQuery extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private static final Pattern RESOURCE = Pattern.compile("resource:(?:" + BundleFiles.SCHEME + ":)?(\\S+)");

    private final String language;
    private final String file;
    private final String query;
    private final int line;

    /** @param line within the query, counted from 1; 0 if unknown */
    InvalidQuery(String language, String query, int line, String reason) {
        this(language, "", query, line, reason);
    }

    private InvalidQuery(String language, String file, String query, int line, String reason) {
        super(reason);
        this.language = language;
        this.file = file;
        this.query = query;
        this.line = line;
    }

    /**
     * Creates an expression, and names the file of an invalid one.
     *
     * @param text the query itself, or its resource
     */
    static <T> T named(String text, Supplier<T> creation) {
        try {
            return creation.get();
        } catch (InvalidQuery e) {
            var resource = RESOURCE.matcher(text);
            throw resource.matches()
                    ? new InvalidQuery(e.language, resource.group(1), e.query, e.line, String.valueOf(e.getMessage()))
                    : e;
        }
    }

    String language() {
        return language;
    }

    /** Returns a name such as {@code mappings/order.jq}, or an empty text. */
    String file() {
        return file;
    }

    String query() {
        return query;
    }

    int line() {
        return line;
    }
}
