package io.textonce.http;

import io.textonce.settings.ReservedPaths;
import jakarta.servlet.http.HttpServletRequest;
import java.util.stream.Stream;
import org.springframework.http.HttpMethod;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Paths of the HTML pages: support, and {@code /camel} on the management port. They accept an operator's cookie, and
 * Spring reads their forms; every other path is a route's, and passes admission control.
 */
public final class PagePaths implements RequestMatcher {

    private static final PathPatternRequestMatcher.Builder PATHS = PathPatternRequestMatcher.withDefaults();

    /** Matcher that decodes a path as Spring does for its pages. */
    private static final RequestMatcher PAGES = new OrRequestMatcher(Stream.concat(
                    Stream.of(PATHS.matcher(HttpMethod.GET, "/"), PATHS.matcher(HttpMethod.HEAD, "/")),
                    ReservedPaths.PAGES.stream().map(PATHS::matcher))
            .toArray(RequestMatcher[]::new));

    @Override
    public boolean matches(HttpServletRequest request) {
        return PAGES.matches(request);
    }
}
