package io.textonce.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

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
        accept(server, threads, caller -> join(caller, plainPort, threads));
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Serves each caller on a thread of its own, until {@link #close(ServerSocket, ExecutorService)}. */
    static void accept(ServerSocket server, ExecutorService threads, Consumer<Socket> serve) {
        threads.execute(() -> {
            try {
                while (true) {
                    var caller = server.accept();
                    threads.execute(() -> serve.accept(caller));
                }
            } catch (IOException e) {
                // It was closed.
            }
        });
    }

    static void close(ServerSocket server, ExecutorService threads) {
        threads.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        close(server, threads);
    }
}
