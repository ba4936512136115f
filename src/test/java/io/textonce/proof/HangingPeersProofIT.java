package io.textonce.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A peer that hangs keeps its connections open and responds to nothing: pages say so within seconds. */
@Tag("proof")
class HangingPeersProofIT extends Proof {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    @Test
    void answersPagesWhileTheDatabaseHangs() throws Exception {
        app = start();
        // A connection that was in use a moment ago is not tested before it is used again.
        var warm = IntStream.range(0, 8).mapToObj(n -> get("/audit")).toList();
        warm.forEach(CompletableFuture::join);
        signal("-STOP");
        try {
            var pages = Stream.of("/audit", "/subscribers", "/rejected", "/ledger", "/audit", "/rejected")
                    .map(this::get)
                    .toList();

            assertThat(pages)
                    .allSatisfy(page -> assertThat(page)
                            .succeedsWithin(PATIENCE)
                            .satisfies(answer -> assertThat(answer.body()).contains("Database unavailable")));
            assertThat(app.isLive()).isTrue();
        } finally {
            signal("-CONT");
        }
    }

    @Test
    void listsOtherDeadLettersWhileTheBrokerHangs() throws Exception {
        try (var relay = new Relay(peers.broker().address())) {
            app = instance().with("SPRING_ARTEMIS_BROKER_URL", relay.url()).start();
            assertThat(app.get("/dead-letters").body()).doesNotContain("could not be reached");
            relay.hangs();

            assertThat(get("/dead-letters"))
                    .succeedsWithin(PATIENCE)
                    .satisfies(answer -> assertThat(answer.body())
                            .contains("The queue could not be reached; its dead letters are not listed."));
        }
    }

    private CompletableFuture<HttpResponse<String>> get(String path) {
        return CompletableFuture.supplyAsync(() -> app.get(path), task -> new Thread(task).start());
    }

    private void signal(String signal) throws Exception {
        var server = peers.postgres().process();
        var pids = Stream.concat(server.descendants(), Stream.of(server)).map(one -> Long.toString(one.pid()));
        new ProcessBuilder(Stream.concat(Stream.of("kill", signal), pids).toList())
                .start()
                .waitFor();
    }

    /** Relay to the broker that can keep its connections and pass nothing on. */
    private static final class Relay implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();
        private volatile boolean hangs;

        Relay(String address) throws IOException {
            int sign = address.indexOf(':');
            run(() -> {
                while (true) {
                    var in = server.accept();
                    var out = new Socket(address.substring(0, sign), Integer.parseInt(address.substring(sign + 1)));
                    sockets.addAll(List.of(in, out));
                    run(() -> pass(in, out));
                    run(() -> pass(out, in));
                }
            });
        }

        String url() {
            return "tcp://127.0.0.1:" + server.getLocalPort();
        }

        void hangs() {
            hangs = true;
        }

        private void pass(Socket from, Socket to) throws IOException {
            byte[] chunk = new byte[8192];
            for (int read = from.getInputStream().read(chunk);
                    read >= 0;
                    read = from.getInputStream().read(chunk)) {
                if (!hangs) {
                    to.getOutputStream().write(chunk, 0, read);
                }
            }
        }

        private static void run(Pump pump) {
            var thread = new Thread(() -> {
                try {
                    pump.run();
                } catch (IOException e) {
                    // The socket was closed.
                    Thread.currentThread().interrupt();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            server.close();
            for (var socket : sockets) {
                socket.close();
            }
        }

        /** Work of a thread that ends when its socket is closed. */
        private interface Pump {
            void run() throws IOException;
        }
    }
}
