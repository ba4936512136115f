package io.textonce.twilio;

import io.textonce.network.OutboundProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Check of the proxy of outbound calls: it has the proxy open a tunnel to Twilio, as each call needs one, and sends nothing
 * through it.
 */
final class ProxyCheck {

    private static final String CHECK = "proxy";
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int LONGEST_LINE = 1_000;
    private static final int HTTPS = 443;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})(?: .*)?");

    private final ProxySelector proxies;

    /** @param proxies those of the process: of {@code HTTPS_PROXY}, or of Java's properties */
    ProxyCheck(ProxySelector proxies) {
        this.proxies = proxies;
    }

    /** @param twilio address of Twilio's API */
    Diagnosis of(URI twilio) {
        var proxy = proxies.select(twilio).get(0);
        if (proxy.type() == Proxy.Type.DIRECT) {
            return Diagnosis.ok(CHECK, "Calls go to " + twilio.getHost() + " directly");
        }
        var address = (InetSocketAddress) proxy.address();
        String name = address.getHostString() + ":" + address.getPort();
        if (proxy.type() == Proxy.Type.SOCKS) {
            return Diagnosis.skipped(CHECK, "Calls go through the SOCKS proxy " + name);
        }
        var resolved = new InetSocketAddress(address.getHostString(), address.getPort());
        if (resolved.isUnresolved()) {
            return Diagnosis.fault(
                    CHECK,
                    "The name of the proxy " + name + " is unknown (DNS)",
                    "Correct the host in HTTPS_PROXY, or the DNS of this machine.");
        }
        var authorization = proxies instanceof OutboundProxy own ? own.authorization(twilio) : Optional.<String>empty();
        try {
            return answered(status(resolved, twilio, authorization), name, twilio.getHost(), authorization.isPresent());
        } catch (IOException e) {
            return Diagnosis.fault(
                    CHECK,
                    "The proxy " + name + " can't be reached: " + e.getMessage(),
                    "Start it, or correct host and port in HTTPS_PROXY; a firewall must let this machine connect to it.");
        }
    }

    /** Returns the status by which the proxy answers, 0 if that is no HTTP. */
    private static int status(InetSocketAddress proxy, URI twilio, Optional<String> authorization) throws IOException {
        String target = twilio.getHost() + ":" + (twilio.getPort() < 0 ? HTTPS : twilio.getPort());
        String request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n"
                + authorization
                        .map(value -> "Proxy-Authorization: " + value + "\r\n")
                        .orElse("") + "\r\n";
        try (var socket = new Socket()) {
            socket.connect(proxy, TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            var line = new StringBuilder();
            for (int next = answer.read(); next >= 0 && next != '\r' && next != '\n'; next = answer.read()) {
                if (line.append((char) next).length() > LONGEST_LINE) {
                    break;
                }
            }
            var status = STATUS.matcher(line);
            return status.matches() ? Integer.parseInt(status.group(1)) : 0;
        }
    }

    private static Diagnosis answered(int status, String name, String twilio, boolean hasUser) {
        if (status / 100 == 2) {
            return Diagnosis.ok(CHECK, "Calls go through the proxy " + name + ", which opens tunnels to " + twilio);
        }
        String answer = "The proxy " + name + " answers " + (status == 0 ? "with something else than HTTP" : status);
        return switch (status) {
            case 407 ->
                Diagnosis.fault(
                        CHECK,
                        answer + (hasUser ? ": it does not accept the user" : ": it requires a user"),
                        "Set user and password in HTTPS_PROXY=http://user:password@host:port, percent-encoded. The proxy must"
                                + " know HTTP Basic; Kerberos and NTLM are not possible.");
            case 403, 405 ->
                Diagnosis.fault(
                        CHECK,
                        answer + ": it does not allow a tunnel to " + twilio,
                        "Have it allow CONNECT to *.twilio.com, port 443, for this machine and user.");
            case 502, 503, 504 ->
                Diagnosis.fault(
                        CHECK,
                        answer + ": it does not reach " + twilio,
                        "Check the DNS and the firewall of the proxy itself, and https://status.twilio.com.");
            default ->
                Diagnosis.fault(
                        CHECK,
                        answer,
                        "Check that host and port in HTTPS_PROXY are those of an HTTP proxy that tunnels (CONNECT).");
        };
    }
}
