package io.textonce.sandbox;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/** Makes the servers that stand for others. The JVM reads their settings once, with the first of them. */
public final class LoopbackServer {

    static {
        // Without the first, each answer waits 40 ms for an ACK; the others keep the server from closing idle
        // connections behind a client's back, since only programmed faults should look like faults.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", "2000");
        System.setProperty("sun.net.httpserver.idleInterval", "600");
    }

    private static final int BACKLOG = 1024;

    private LoopbackServer() {}

    /**
     * A server that is not started.
     *
     * @param port 0 for any
     */
    public static HttpServer on(int port) {
        try {
            return HttpServer.create(new InetSocketAddress("127.0.0.1", port), BACKLOG);
        } catch (IOException e) {
            throw new UncheckedIOException("Port " + port, e);
        }
    }
}
