package io.textonce.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.textonce.settings.TextOnceProperties;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class ForwardedHeadersTest {

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, true",
        "10.2.2.3, false",
        "2001:db8::7, true",
        "2001:db8::8, false",
        "127.0.0.1, false",
    })
    void obeysTrustedProxiesAlone(String caller, boolean isTrusted) throws Exception {
        TextOnceProperties settings = mock(TextOnceProperties.class, RETURNS_DEEP_STUBS);
        when(settings.http().trustedProxies()).thenReturn(List.of("10.1.0.0/16", "2001:db8::7"));
        var request = new MockHttpServletRequest("GET", "/deliveries");
        request.setRemoteAddr(caller);
        request.addHeader("X-Forwarded-Proto", "https");
        request.addHeader("X-Forwarded-Prefix", "/sms");
        request.addHeader("X-Forwarded-For", "192.0.2.1");
        var chain = new MockFilterChain();

        new ForwardedHeaders(settings).getFilter().doFilter(request, new MockHttpServletResponse(), chain);

        var passed = (HttpServletRequest) chain.getRequest();
        assertThat(passed.isSecure()).isEqualTo(isTrusted);
        assertThat(passed.getRequestURI()).isEqualTo(isTrusted ? "/sms/deliveries" : "/deliveries");
        assertThat(passed.getRemoteAddr()).isEqualTo(isTrusted ? "192.0.2.1" : caller);
        assertThat(passed.getHeader("X-Forwarded-Proto")).isNull();
        assertThat(ApplicationPath.of(passed)).isEqualTo("/deliveries");
    }

    /** When a request goes on after its response was awaited, its address is already that of the caller. */
    @ParameterizedTest
    @CsvSource({"10.1.2.3, true", "10.2.2.3, false"})
    void obeysAProxyForTheWholeRequest(String proxy, boolean isTrusted) throws Exception {
        TextOnceProperties settings = mock(TextOnceProperties.class, RETURNS_DEEP_STUBS);
        when(settings.http().trustedProxies()).thenReturn(List.of("10.1.0.0/16"));
        var filter = new ForwardedHeaders(settings).getFilter();
        var request = new MockHttpServletRequest("GET", "/deliveries");
        request.setRemoteAddr(proxy);
        filter.doFilter(request, new MockHttpServletResponse(), new MockFilterChain());
        request.setDispatcherType(DispatcherType.ASYNC);
        request.setRemoteAddr(isTrusted ? "unknown" : "10.1.2.3");
        request.addHeader("X-Forwarded-Proto", "https");
        var chain = new MockFilterChain();

        filter.doFilter(request, new MockHttpServletResponse(), chain);

        assertThat(chain.getRequest().isSecure()).isEqualTo(isTrusted);
    }

    @Test
    void readsAPrefixAsLongAsAHeader() throws Exception {
        TextOnceProperties settings = mock(TextOnceProperties.class, RETURNS_DEEP_STUBS);
        when(settings.http().trustedProxies()).thenReturn(List.of("10.1.0.0/16"));
        var request = new MockHttpServletRequest("GET", "/deliveries");
        request.setRemoteAddr("10.1.2.3");
        request.addHeader("X-Forwarded-Prefix", "/a".repeat(30_000) + "?");
        var chain = new MockFilterChain();

        new ForwardedHeaders(settings).getFilter().doFilter(request, new MockHttpServletResponse(), chain);

        assertThat(((HttpServletRequest) chain.getRequest()).getRequestURI()).isEqualTo("/deliveries");
    }
}
