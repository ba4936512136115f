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

    /** Otherwise its client may find the connection reset instead of the response. */
    @ParameterizedTest
    @CsvSource({
        "/api/order-shipped-sms, 20000, false, 401",
        "/api/order-shipped-sms, 20000, true, 401",
        "/api/order-shipped-sms?wrong, 20000, false, 401",
        "/api/order-shipped-sms?wrong, 500000, true, 401",
        "/api/order-shipped-sms, 500000, true, 401",
    })
    void keepsTheConnectionOfAStrangerWhoSendsTheBody(
            String path, int length, boolean isChunked, int status, Sandbox sandbox) throws IOException {
        String request = request(path, length, isChunked);
        try (var socket = new Socket("127.0.0.1", sandbox.uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));

                String line = in.readLine();
                // The body of the response before ends without a line break.
                while (!line.contains("HTTP/1.1 ")) {
                    line = in.readLine();
                }
                assertThat(line).contains("HTTP/1.1 " + status);
            }
        }
    }

    /** The container keeps no connection of such a request; a reset one would lose the response. */
    @ParameterizedTest
    @CsvSource({
        "/api/order-shipped-sms, 500000, false, 401",
        "/twilio/status-callback, 500000, false, 413",
        "/twilio/status-callback, 500000, true, 413",
    })
    void respondsToALargeBodyBeforeItClosesTheConnection(
            String path, int length, boolean isChunked, int status, Sandbox sandbox) throws IOException {
        try (var socket = new Socket("127.0.0.1", sandbox.uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request(path, length, isChunked).getBytes(StandardCharsets.UTF_8));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 " + status)
                    .contains("\"error\"");
        }
    }

    /** Such a caller sends the body of a rejected request after a 100, and finds the connection reset instead of the response. */
    @ParameterizedTest
    @CsvSource({"/api/order-shipped-sms, 2000, 401", "/twilio/status-callback, 70000, 413"})
    void asksForNoBodyThatItDoesNotRead(String path, int length, int status, Sandbox sandbox) throws IOException {
        try (var socket = new Socket("127.0.0.1", sandbox.uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(HEAD.formatted(path, "application/json", length)
                            .replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));

            assertThat(all(socket)).startsWith("HTTP/1.1 " + status).contains("\"error\"");
        }
    }

    @Test
    void asksForABodyThatItReads(Sandbox sandbox) throws IOException {
        try (var socket = new Socket("127.0.0.1", sandbox.uri("/").getPort())) {
            socket.setSoTimeout(30_000);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            socket.getOutputStream()
                    .write(HEAD.formatted("/twilio/status-callback", "application/json", 2)
                            .replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));

            assertThat(in.readLine()).contains("HTTP/1.1 100");
            socket.getOutputStream().write("{}".getBytes(StandardCharsets.UTF_8));
            assertThat(in.readLine()).isEmpty();
            assertThat(in.readLine()).contains("HTTP/1.1 403");
        }
    }

    private static String request(String path, int length, boolean isChunked) {
        String body = "b".repeat(length);
        String head = HEAD.formatted(path, "application/json", length)
                .replace("Host:", path.endsWith("?wrong") ? "Authorization: Bearer wrong\r\nHost:" : "Host:");
        return isChunked
                ? head.replace("Content-Length: " + length, "Transfer-Encoding: chunked") + Integer.toHexString(length)
                        + "\r\n" + body + "\r\n0\r\n\r\n"
                : head + body;
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
