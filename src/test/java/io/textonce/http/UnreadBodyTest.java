package io.textonce.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A caller without credentials keeps no thread by a body that it sends slowly. */
@ProductionTest
class UnreadBodyTest {

    private static final String HEAD =
            "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n";

    @ParameterizedTest
    @CsvSource({
        "/api/order-shipped-sms, application/json",
        "/nowhere, application/json",
        "/login, application/x-www-form-urlencoded",
        "/caps/delays/raise, text/plain"
    })
    void closesTheConnectionOfASlowStranger(String path, String type, Sandbox sandbox) throws IOException {
        var clock = Executors.newSingleThreadScheduledExecutor();
        try (var socket = new Socket("127.0.0.1", sandbox.uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            var out = socket.getOutputStream();
            out.write(HEAD.formatted(path, type, 1000).getBytes(StandardCharsets.UTF_8));
            out.flush();
            clock.scheduleAtFixedRate(
                    () -> {
                        try {
                            out.write('a');
                            out.flush();
                        } catch (IOException e) {
                            clock.shutdown();
                        }
                    },
                    0,
                    200,
                    TimeUnit.MILLISECONDS);

            assertThat(all(socket)).startsWith("HTTP/1.1 ").doesNotContain("HTTP/1.1 2");
        } finally {
            clock.shutdownNow();
        }
    }

    @Test
    void keepsTheConnectionOfAStrangerWhoSendsTheBody(Sandbox sandbox) throws IOException {
        String body = "b".repeat(20_000);
        try (var socket = new Socket("127.0.0.1", sandbox.uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream()
                        .write((HEAD.formatted("/api/order-shipped-sms", "application/json", body.length()) + body)
                                .getBytes(StandardCharsets.UTF_8));

                String line = in.readLine();
                // The body of the response before ends without a line break.
                while (!line.contains("HTTP/1.1 ")) {
                    line = in.readLine();
                }
                assertThat(line).contains("HTTP/1.1 401");
            }
        }
    }

    /** Returns what was received until the connection ended, in whichever way. */
    private static String all(Socket socket) {
        var received = new StringBuilder();
        try {
            for (int next = socket.getInputStream().read();
                    next >= 0;
                    next = socket.getInputStream().read()) {
                received.append((char) next);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("still open after: " + received, e);
        } catch (IOException e) {
            return received.toString();
        }
        return received.toString();
    }
}
