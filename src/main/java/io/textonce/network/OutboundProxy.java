package io.textonce.network;

import java.io.IOException;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Proxy of all HTTPS calls of this process, with its user and password. This machine is called directly, and so are the
 * exempt hosts and their subdomains.
 */
public final class OutboundProxy extends ProxySelector {

    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final InetSocketAddress address;
    private final String user;
    private final String password;
    private final List<String> exempt;

    /**
     * @param url {@code http://host:port} or {@code http://user:password@host:port}, percent-encoded
     * @param exemptHosts names such as {@code example.com} or {@code .example.com}; {@code *} for all
     */
    public OutboundProxy(URI url, List<String> exemptHosts) {
        this.address = InetSocketAddress.createUnresolved(url.getHost(), url.getPort());
        String[] credentials = url.getUserInfo() == null
                ? new String[] {"", ""}
                : url.getUserInfo().split(":", 2);
        this.user = credentials[0];
        this.password = credentials.length == 1 ? "" : credentials[1];
        this.exempt = exemptHosts.stream()
                .map(host -> host.strip().replaceFirst("^\\*?\\.", ""))
                .toList();
    }

    /** Returns the proxy of this process, unless there is none or it is set by properties of Java. */
    public static Optional<OutboundProxy> installed() {
        return ProxySelector.getDefault() instanceof OutboundProxy proxy ? Optional.of(proxy) : Optional.empty();
    }

    /** Makes it the proxy of every HTTP client of this process that follows Java's defaults. */
    public void install() {
        // Java sends no user and password in the clear to a proxy, unless this property is empty.
        System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        ProxySelector.setDefault(this);
        Authenticator.setDefault(new Credentials());
    }

    @Override
    public List<Proxy> select(URI uri) {
        return isUsedFor(uri)
                ? List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(address.getHostString(), address.getPort())))
                : List.of(Proxy.NO_PROXY);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress proxy, IOException failure) {
        // The caller gets the failure.
    }

    /** Returns the value of {@code Proxy-Authorization} for a call, if the proxy needs one and the call goes through it. */
    public Optional<String> authorization(URI uri) {
        if (user.isEmpty() || !isUsedFor(uri)) {
            return Optional.empty();
        }
        var credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return Optional.of("Basic " + Base64.getEncoder().encodeToString(credentials));
    }

    public String user() {
        return user;
    }

    public String password() {
        return password;
    }

    /** Returns the address without credentials. */
    @Override
    public String toString() {
        return address.getHostString() + ":" + address.getPort();
    }

    private boolean isUsedFor(URI uri) {
        String host = uri.getHost();
        return "https".equalsIgnoreCase(uri.getScheme())
                && host != null
                && !THIS_MACHINE.contains(host)
                && exempt.stream().noneMatch(name -> name.equals("*") || ("." + host).endsWith("." + name));
    }

    private final class Credentials extends Authenticator {

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            boolean isProxy = getRequestorType() == RequestorType.PROXY
                    && address.getHostString().equalsIgnoreCase(getRequestingHost())
                    && address.getPort() == getRequestingPort();
            return isProxy && !user.isEmpty() ? new PasswordAuthentication(user, password.toCharArray()) : null;
        }
    }
}
