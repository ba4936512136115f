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

    @Test
    void leavesAPortThatAcceptsNoConnectionAndAnUnknownClientAlone() {
        assertThat(BrokerProtocol.mismatch("artemis", "tcp://127.0.0.1:1")).isNull();
        assertThat(BrokerProtocol.mismatch("com.example.Factory", classic.url()))
                .isNull();
    }

    private static void replyToAll(ServerSocket server, String answer) {
        try {
            while (true) {
                try (var socket = server.accept()) {
                    socket.getInputStream().read();
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }
}
