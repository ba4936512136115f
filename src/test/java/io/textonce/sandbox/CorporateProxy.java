package io.textonce.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Forward proxy that requires a user and a password, and opens tunnels to the hosts that it knows: each is a port of this
 * machine.
 */
public final class CorporateProxy implements AutoCloseable {

    public static final String USER = "textonce";
    public static final String PASSWORD = "pass@word:1";

    private static final String CREDENTIALS =
            "Basic " + Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));

    private final Map<String, Integer> hosts;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> tunnels = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> refused = new ConcurrentLinkedQueue<>();
    private volatile int refusal;

    public CorporateProxy(Map<String, Integer> hosts) {
        this.hosts = hosts;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        TlsFront.accept(server, threads, this::serve);
    }

    /** As a setting has it, with user and password. */
    public String url() {
        return "http://" + USER + ":pass%40word%3A1@127.0.0.1:" + server.getLocalPort();
    }

    /** Responds to each CONNECT with this status from now on, or opens tunnels again: 0. */
    public void refuses(int status) {
        refusal = status;
    }

    /** The hosts to which it opened tunnels. */
    public List<String> tunnels() {
        return List.copyOf(tunnels);
    }

    /** How many callers with the right password it refused by this status. */
    public long refused(int status) {
        return refused.stream().filter(one -> one == status).count();
    }

    private void serve(Socket caller) {
        try {
            while (true) {
                var head = head(caller.getInputStream());
                if (head.isEmpty()) {
                    caller.close();
                    return;
                }
                boolean known = head.toLowerCase().contains("proxy-authorization: " + CREDENTIALS.toLowerCase());
                String host = head.replaceFirst("(?s)^CONNECT ([^:]+):.*", "$1");
                Integer port = hosts.get(host);
                if (!known) {
                    respond(caller, "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy\"");
                } else if (refusal != 0) {
                    refused.add(refusal);
                    respond(caller, refusal + " Refused\r\nProxy-Authenticate: Basic realm=\"proxy\"");
                } else if (port == null) {
                    respond(caller, "502 Unknown host");
                } else {
                    tunnels.add(host);
                    respond(caller, "200 Connected");
                    TlsFront.join(caller, port, threads);
                    return;
                }
            }
        } catch (IOException e) {
            // The caller has gone.
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void respond(Socket caller, String answer) throws IOException {
        String length = answer.startsWith("200") ? "" : "Content-Length: 0\r\n";
        caller.getOutputStream()
                .write(("HTTP/1.1 " + answer + "\r\n" + length + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() {
        TlsFront.close(server, threads);
    }
}
