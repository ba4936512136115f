package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.network.OutboundProxy;
import io.textonce.sandbox.CorporateProxy;
import io.textonce.twilio.Diagnosis.Level;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor finds out of a proxy by the tunnel that each call needs. */
class ProxyCheckTest {

    private static final URI TWILIO = URI.create("https://api.twilio.com");

    @Test
    void seesThatTheProxyOpensATunnelAndSendsNothingThroughIt() throws IOException {
        try (var twilio = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var proxy = new CorporateProxy(Map.of("api.twilio.com", twilio.getLocalPort()))) {
            var found = check(proxy.url());

            assertThat(found.level()).isEqualTo(Level.OK);
            assertThat(found.finding()).contains("127.0.0.1:").doesNotContain(CorporateProxy.USER);
            assertThat(proxy.tunnels()).containsExactly("api.twilio.com");
            try (var call = twilio.accept()) {
                call.setSoTimeout(10_000);
                assertThat(call.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | does not allow a tunnel to api.twilio.com | allow CONNECT to *.twilio.com",
                "407 | does not accept the user | Set user and password in HTTPS_PROXY",
                "503 | does not reach api.twilio.com | DNS and the firewall of the proxy itself",
                "400 | answers 400 | an HTTP proxy that tunnels"
            })
    void namesTheFixOfEachAnswer(int status, String finding, String fix) {
        try (var proxy = new CorporateProxy(Map.of())) {
            proxy.refuses(status);

            assertFault(check(proxy.url()), finding, fix);
        }
    }

    @Test
    void namesAHostThatTheProxyDoesNotReach() {
        try (var proxy = new CorporateProxy(Map.of())) {
            assertFault(check(proxy.url()), "502: it does not reach api.twilio.com", "DNS");
        }
    }

    @Test
    void namesAProxyThatRequiresAUser() {
        try (var proxy = new CorporateProxy(Map.of())) {
            assertFault(check(proxy.url().replaceFirst("//.*@", "//")), "it requires a user", "HTTP Basic");
        }
    }

    @Test
    void namesAProxyThatIsAway() {
        var proxy = new CorporateProxy(Map.of());
        proxy.close();

        assertFault(check(proxy.url()), "can't be reached", "correct host and port");
    }

    @Test
    void namesAProxyThatDnsDoesNotKnow() {
        assertFault(
                check("http://proxy.invalid:3128"), "proxy.invalid:3128 is unknown (DNS)", "the DNS of this machine");
    }

    @Test
    void followsJavasOwnProxyAndExemptHosts() {
        try (var proxy = new CorporateProxy(Map.of())) {
            int port = URI.create(proxy.url()).getPort();
            var java = ProxySelector.of(new InetSocketAddress("127.0.0.1", port));

            assertFault(new ProxyCheck(java).of(TWILIO), "it requires a user", "HTTPS_PROXY");

            var own = new OutboundProxy(URI.create(proxy.url()), List.of("twilio.com"));
            assertThat(new ProxyCheck(own).of(TWILIO).finding()).contains("directly");
        }
    }

    private static Diagnosis check(String proxy) {
        return new ProxyCheck(new OutboundProxy(URI.create(proxy), List.of())).of(TWILIO);
    }

    private static void assertFault(Diagnosis found, String finding, String fix) {
        assertThat(found.level()).isEqualTo(Level.FAULT);
        assertThat(found.finding()).contains(finding).doesNotContain("pass");
        assertThat(found.fix()).contains(fix);
    }
}
