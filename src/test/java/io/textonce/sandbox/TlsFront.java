package io.textonce.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** TLS before a port of this machine that has none. */
public final class TlsFront implements AutoCloseable {

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    public TlsFront(int plainPort) {
        try {
            server = TestCertificates.context()
                    .getServerSocketFactory()
                    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(() -> {
            try {
                while (true) {
                    var caller = server.accept();
                    threads.execute(() -> join(caller, plainPort, threads));
                }
            } catch (IOException e) {
                // The front was closed.
            }
        });
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Passes on what a caller and a port of this machine send each other, until one of them ends. */
    static void join(Socket caller, int port, ExecutorService threads) {
        try (caller;
                var target = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var back = threads.submit(() -> {
                try (target) {
                    target.getInputStream().transferTo(caller.getOutputStream());
                    caller.close();
                }
                return null;
            });
            caller.getInputStream().transferTo(target.getOutputStream());
            back.cancel(true);
        } catch (IOException e) {
            // One of them ended.
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
