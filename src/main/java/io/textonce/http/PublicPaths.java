package io.textonce.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.server.PathContainer;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Allow-list of the paths outside {@code /api/} that are open to everybody: those that an operator has named in {@code
 * textonce.http.public-paths}. Who calls there is for the route to find out.
 */
public final class PublicPaths implements RequestMatcher {

    private final List<PathPattern> open;

    PublicPaths(List<String> open) {
        this.open = open.stream().map(PathPatternParser.defaultInstance::parse).toList();
    }

    @Override
    public boolean matches(HttpServletRequest request) {
        return !open.isEmpty() && matches(ServletRequestPathUtils.parse(request).pathWithinApplication());
    }

    /**
     * Whether callers get through to a route.
     *
     * @param path of the route; it may hold variables
     */
    public boolean reach(String path) {
        String example = "/" + path.replaceAll("^/+", "").replaceAll("\\{[^}]*}|\\*+", "x");
        return example.startsWith("/api/")
                || example.startsWith("/twilio/")
                || matches(PathContainer.parsePath(example));
    }

    private boolean matches(PathContainer path) {
        return open.stream().anyMatch(pattern -> pattern.matches(path));
    }
}
