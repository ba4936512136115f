package io.textonce.http;

import io.textonce.settings.TextOnceProperties;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
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

    /** Request attribute: whether the headers are obeyed. */
    private static final String OBEYED = ForwardedHeaders.class.getName() + ".OBEYED";

    public ForwardedHeaders(TextOnceProperties settings) {
        var trusted = settings.http().trustedProxies().stream()
                .map(IpAddressMatcher::new)
                .toList();
        var apply = new ForwardedHeaderFilter();
        apply.setRelativeRedirects(true);
        var remove = new ForwardedHeaderFilter();
        remove.setRemoveOnly(true);
        setFilter((request, response, chain) -> {
            // Of a later dispatch, the address is that of the caller, and the headers are removed.
            if (request.getDispatcherType() == DispatcherType.REQUEST) {
                request.setAttribute(OBEYED, isSentBy(trusted, request) && hasValidPrefix(request));
            }
            boolean isObeyed = Boolean.TRUE.equals(request.getAttribute(OBEYED));
            (isObeyed ? apply : remove).doFilter(request, response, chain);
        });
        setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        setOrder(Ordered.HIGHEST_PRECEDENCE);
        setAsyncSupported(true);
    }

    private static boolean isSentBy(List<IpAddressMatcher> proxies, ServletRequest request) {
        try {
            return proxies.stream().anyMatch(proxy -> proxy.matches(request.getRemoteAddr()));
        } catch (IllegalArgumentException e) {
            return false; // no address
        }
    }

    /** Returns false for a prefix that is no path: with it a request would fail at its first use. */
    private static boolean hasValidPrefix(ServletRequest request) {
        String prefix = ((HttpServletRequest) request).getHeader("X-Forwarded-Prefix");
        return prefix == null || PREFIX.matcher(prefix).matches();
    }
}
