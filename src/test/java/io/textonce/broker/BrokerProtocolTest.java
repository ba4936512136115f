package io.textonce.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.ClassicBroker;
import io.textonce.sandbox.SandboxBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerProtocolTest {

    @TempDir
    static Path directory;

    private static SandboxBroker artemis;
    private static ClassicBroker classic;

    @BeforeAll
    static void start() {
        artemis = new SandboxBroker(directory, 0).start();
        classic = ClassicBroker.start();
    }

    @AfterAll
    static void stop() throws Exception {
        artemis.close();
        classic.stop();
    }

    @ParameterizedTest
    @CsvSource({"artemis,tcp", "amqp,amqp"})
    void agreesWithAnArtemisThatSpeaksBoth(String client, String scheme) {
        assertThat(BrokerProtocol.mismatch(client, scheme + "://" + artemis.address()))
                .isNull();
    }

    @Test
    void agreesWithActiveMqByItsOwnClient() {
        assertThat(BrokerProtocol.mismatch("activemq", "failover:(" + classic.url() + ")?maxReconnectDelay=5"))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"artemis", "amqp"})
    void namesActiveMqToAClientOfAnother(String client) {
        assertThat(BrokerProtocol.mismatch(client, classic.url()))
                .isEqualTo("127.0.0.1:" + classic.port() + " speaks OpenWire, and the client " + client
                        + " does not; set TEXTONCE_JMS_CLIENT=activemq");
    }

    @Test
    void namesArtemisWithoutOpenWireToActiveMqsClient() {
        assertThat(BrokerProtocol.mismatch("activemq", artemis.url()))
                .endsWith(" speaks Artemis' own protocol, and the client activemq does not;"
                        + " set TEXTONCE_JMS_CLIENT=artemis");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "artemis | tcp   | AMQP\\3\\1\\0\\0  | AMQP 1.0, and the client artemis does not; set TEXTONCE_JMS_CLIENT=amqp",
                "amqp    | amqp  | AMQP\\0\\0\\11\\1 | AMQP 0-9-1, and the client amqp does not",
                "amqp    | amqp  | \\25\\3\\3\\0     | TLS, and the client amqp does not",
                "amqp    | amqps | \\25\\3\\3\\0     | ",
                "amqp    | amqps | AMQP\\0\\0\\11\\1 | AMQP 0-9-1, and the client amqp does not",
                "artemis | tcp   | HTTP/1.1 400      | HTTP, and the client artemis does not",
                "artemis | tcp   | what?             | ",
            })
    void namesWhatAPortAnswers(String client, String scheme, String answer, String words) throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var replies = new Thread(() -> replyToAll(server, answer.translateEscapes()));
            replies.setDaemon(true);
            replies.start();

            String mismatch =
                    BrokerProtocol.mismatch(client, scheme + "://127.0.0.1:" + server.getLocalPort() + "?a=b");

            if (words == null) {
                assertThat(mismatch).isNull();
            } else {
                assertThat(mismatch).endsWith(" speaks " + words);
            }
        }
    }

    /** A broker under load may answer to one protocol before it answers to the other. */
    @Test
    void waitsForABrokerThatIsSlow() throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var replies = new Thread(() -> {
                replyOnce(server, "");
                replyOnce(server, "\0\0\0\21\n");
                replyToAll(server, "AMQP\3\1\0\0");
            });
            replies.setDaemon(true);
            replies.start();

            assertThat(BrokerProtocol.mismatch("amqp", "amqp://127.0.0.1:" + server.getLocalPort()))
                    .isNull();
        }
    }

    @Test
    void leavesAPortThatAcceptsNoConnectionAndAnUnknownClientAlone() {
        assertThat(BrokerProtocol.mismatch("artemis", "tcp://127.0.0.1:1")).isNull();
        assertThat(BrokerProtocol.mismatch("com.example.Factory", classic.url()))
                .isNull();
    }

    private static void replyToAll(ServerSocket server, String answer) {
        while (replyOnce(server, answer)) {
            // The next connection is waited for.
        }
    }

    /** With an empty answer it is silent until the other side hangs up. */
    private static boolean replyOnce(ServerSocket server, String answer) {
        try (var socket = server.accept()) {
            socket.getInputStream().read();
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            if (answer.isEmpty()) {
                socket.getInputStream().readAllBytes();
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
