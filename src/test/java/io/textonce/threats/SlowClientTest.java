package io.textonce.threats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Threat: clients that send a byte now and then keep the places of those who have something to say. */
@SandboxTest
class SlowClientTest {

    @Test
    void keepsNobodyElseWaitingAndEndsTheSlowOnes(Sandbox sandbox) throws IOException {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            slow.add(begin(sandbox, "/twilio/status-callback"));
            slow.add(begin(sandbox, "/api/order-shipped-sms"));
        }

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()));

        assertThat(answer.statusCode()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(25))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> slow.stream().allMatch(SlowClientTest::isEnded));
        for (Socket socket : slow) {
            socket.close();
        }
    }

    /** A body that is not here yet may be a stranger's: only what is here takes the places of Twilio's webhooks. */
    @Test
    void keepsNoWebhookOfTwilioWaiting(Sandbox sandbox) throws IOException {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            slow.add(begin(sandbox, "/twilio/status-callback"));
        }

        for (int i = 0; i < 10; i++) {
            var answer = sandbox.twilio().receives(sandbox.newNumber(), Peers.FROM_NUMBER, "Hello");
            assertThat(answer.status()).isEqualTo(200);
        }

        for (Socket socket : slow) {
            socket.close();
        }
    }

    private static Socket begin(Sandbox sandbox, String path) throws IOException {
        var uri = sandbox.uri("/");
        var socket = new Socket(uri.getHost(), uri.getPort());
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 1000\r\n\r\n{")
                        .getBytes(UTF_8));
        return socket;
    }

    /** Sends one byte more, and says whether an answer has come or the connection is gone. */
    private static boolean isEnded(Socket socket) {
        try {
            socket.getOutputStream().write(' ');
            return socket.getInputStream().available() > 0;
        } catch (IOException e) {
            return true;
        }
    }
}
