package io.textonce.threats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Threat: a stranger's URL or header makes us, or Twilio, call an address of his choice. */
@SandboxTest
class RequestForgeryTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void callsNoAddressThatAnEventNames(Sandbox sandbox) throws IOException {
        try (var trap = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String number = sandbox.newNumber();
            var event = (ObjectNode) JSON.readTree(sandbox.orderShipped(sandbox.newEventId(), number));
            event.put("trackingUrl", "https://127.0.0.1:" + trap.getLocalPort() + "/track");
            event.put("statusCallback", "http://127.0.0.1:" + trap.getLocalPort() + "/callback");
            event.put("mediaUrl", "http://127.0.0.1:" + trap.getLocalPort() + "/media");

            var answer = sandbox.post("order-shipped", event.toString());
            if (answer.statusCode() != 202) {
                event.remove("statusCallback");
                event.remove("mediaUrl");
                answer = sandbox.post("order-shipped", event.toString());
            }

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
            trap.setSoTimeout(1);
            assertThat(isCalled(trap)).isFalse();
        }
    }

    @Test
    void givesTwilioTheConfiguredAddressWhateverTheCallerSaysOfOurs(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String body = sandbox.orderShipped(sandbox.newEventId(), number);
        var uri = sandbox.uri("/");
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            String request =
                    "POST /api/order-shipped-sms HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n"
                            + "X-Forwarded-Proto: http\r\nX-Forwarded-Prefix: /evil\r\nForwarded: host=evil.example\r\n"
                            + "Content-Type: application/json\r\nConnection: close\r\nContent-Length: "
                            + body.length() + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 202")
                    .doesNotContain("evil.example");
        }

        assertThat(sandbox.twilio().postsTo(number))
                .singleElement()
                .satisfies(post -> assertThat(post.parameter("StatusCallback"))
                        .startsWith("https://sms.example.com/twilio/status-callback"));
    }

    private static boolean isCalled(ServerSocket trap) throws IOException {
        try (var caller = trap.accept()) {
            return caller.isConnected();
        } catch (SocketTimeoutException e) {
            return false;
        }
    }
}
