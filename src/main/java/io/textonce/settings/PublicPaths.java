package io.textonce.settings;

import java.util.List;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Allow-list of the paths outside {@code /api/} that are open to everybody: those that an operator has named in {@code
 * textonce.http.public-paths}. Who calls there is for the route to find out.
 */
public final class PublicPaths {

    private final List<PathPattern> open;

    public PublicPaths(TextOnceProperties settings) {
        this.open = settings.http().publicPaths().stream()
                .map(PathPatternParser.defaultInstance::parse)
                .toList();
    }

    public boolean contain(PathContainer path) {
        return open.stream().anyMatch(pattern -> pattern.matches(path));
    }

    /**
     * Returns whether callers can reach a route.
     *
     * @param path of the route; it may hold variables
     */
    public boolean reach(String path) {
        String example = "/" + path.replaceAll("^/+", "").replaceAll("\\{[^}]*}|\\*+", "x");
        return example.startsWith("/api/")
                || example.startsWith("/twilio/")
                || contain(PathContainer.parsePath(example));
    }
}
