package io.textonce.hotload;

import io.textonce.message.Senders;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Names of user files. One that is nearly a name of a route file, schema or template would be ignored without a word. */
final class FileNames {

    static final String ROUTES = ".camel.yaml";
    static final String KAMELET = ".kamelet.yaml";
    private static final String SCHEMA = ".schema.json";
    private static final String TEMPLATE = ".mustache";

    private static final Pattern TEMPLATE_NAME =
            Pattern.compile("templates/[A-Za-z0-9_-]+(\\.[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)?\\.mustache");

    private FileNames() {}

    /**
     * Returns why a file is ignored, or null.
     *
     * @param isNamed whether another file names it
     */
    static @Nullable String problem(String file, Predicate<String> isNamed) {
        String lower = file.toLowerCase(Locale.ROOT);
        if (lower.matches(".*\\.ya?ml")) {
            return file.startsWith("cases/") ? caseProblem(file) : yamlProblem(file);
        }
        if (file.startsWith("schemas/")) {
            return file.endsWith(SCHEMA) || file.endsWith(".json") && isNamed.test(file)
                    ? null
                    : ignored("the name of a schema ends in " + SCHEMA);
        }
        if (file.startsWith("templates/")) {
            return TEMPLATE_NAME.matcher(file).matches()
                    ? null
                    : ignored("a template is named as order-late.de.mustache or order-late.mustache, its language as de"
                            + " or pt-BR");
        }
        if (lower.endsWith(SCHEMA)) {
            return ignored("move the schema into schemas/");
        }
        return lower.endsWith(TEMPLATE) ? ignored("move the template into templates/") : null;
    }

    /** Returns whether a path ends as that of a file of routes, a kamelet, a schema or a template. */
    static boolean isOfFile(String path) {
        return Stream.of(ROUTES, KAMELET, SCHEMA, TEMPLATE).anyMatch(path::endsWith);
    }

    private static @Nullable String caseProblem(String file) {
        return file.endsWith(".yaml") ? null : ignored("the name of a case ends in .yaml");
    }

    private static @Nullable String yamlProblem(String file) {
        if (file.endsWith(ROUTES) || file.endsWith(KAMELET) || file.equals(Senders.FILE)) {
            return null;
        }
        return ignored("the name of a route file ends in " + ROUTES + ", that of a kamelet in " + KAMELET
                + "; the table of senders is " + Senders.FILE);
    }

    private static String ignored(String advice) {
        return "the file is ignored because of its name; " + advice;
    }
}
