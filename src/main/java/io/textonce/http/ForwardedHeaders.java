package io.textonce.http;

import io.textonce.settings.TextOnceProperties;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.Ordered;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.ForwardedHeaderFilter;

/**
 * Filter of {@code Forwarded} and {@code X-Forwarded-*}: scheme, host and path prefix are those of the browser if a trusted
 * proxy sends the request; from others they are removed.
 */
@Component
public final class ForwardedHeaders extends FilterRegistrationBean<Filter> {

    private static final Pattern PREFIX = Pattern.compile("(?:/[\\w.~-]++)++/?|/");

    public ForwardedHeaders(TextOnceProperties settings) {
        var trusted = settings.http().trustedProxies().stream()
                .map(IpAddressMatcher::new)
                .toList();
        var apply = new ForwardedHeaderFilter();
        apply.setRelativeRedirects(true);
        var remove = new ForwardedHeaderFilter();
        remove.setRemoveOnly(true);
        setFilter((request, response, chain) -> {
            boolean isTrusted = trusted.stream().anyMatch(proxy -> proxy.matches(request.getRemoteAddr()));
            (isTrusted && hasValidPrefix(request) ? apply : remove).doFilter(request, response, chain);
        });
        setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        setOrder(Ordered.HIGHEST_PRECEDENCE);
        setAsyncSupported(true);
    }

    /** Returns false for a prefix that is no path: with it a request would fail at its first use. */
    private static boolean hasValidPrefix(ServletRequest request) {
        String prefix = ((HttpServletRequest) request).getHeader("X-Forwarded-Prefix");
        return prefix == null || PREFIX.matcher(prefix).matches();
    }
}
