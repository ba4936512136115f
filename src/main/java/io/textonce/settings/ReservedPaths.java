package io.textonce.settings;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** HTTP paths that belong to TextOnce, by their first segments. An own route may use any other. */
public final class ReservedPaths {

    /** The pages for people, beside {@code /}. */
    public static final List<String> PAGES = List.of(
            "/login",
            "/logout",
            "/search",
            "/overview",
            "/deliveries/**",
            "/bulk/**",
            "/rejected",
            "/dead-letters/**",
            "/files",
            "/people/**",
            "/audit/**",
            "/subscribers/**",
            "/ledger",
            "/preview",
            "/caps/**",
            "/doctor",
            "/camel/**",
            "/ui/**",
            "/webjars/**");

    private static final Set<String> FIRST = Stream.concat(
                    Stream.of("", "api", "twilio", "actuator", "error"),
                    PAGES.stream().map(ReservedPaths::first))
            .collect(Collectors.toUnmodifiableSet());

    private static final String SEGMENT = "[A-Za-z0-9._~-]+";
    private static final Pattern PATTERN =
            Pattern.compile("/" + SEGMENT + "(/(" + SEGMENT + "|\\*|\\{[A-Za-z][A-Za-z0-9]*}))*(/\\*\\*)?");

    private ReservedPaths() {}

    /** Returns whether a path is reserved for TextOnce. */
    public static boolean contain(String path) {
        return FIRST.contains(first(path));
    }

    /** Returns whether a text is a pattern of paths outside those of TextOnce. */
    static boolean areSparedBy(String pattern) {
        return PATTERN.matcher(pattern).matches() && !contain(pattern);
    }

    private static String first(String path) {
        return path.replaceFirst("^/+", "").replaceFirst("/.*", "");
    }
}
