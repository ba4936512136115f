package io.textonce.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.textonce.peer.PeerMonitor;
import io.textonce.settings.JmsSettings;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An instance waits for the second failure of a probe before it calls a peer unavailable. */
@Tag("slow")
class BrokerProbeTest {

    /** RabbitMQ 4.0 leaves the request for a transaction over AMQP unanswered. */
    @Test
    void namesTheSettingForABrokerWithoutTransactions() throws JMSException {
        var silence = new CountDownLatch(1);
        var connection = mock(Connection.class);
        when(connection.createSession(anyBoolean(), anyInt())).thenAnswer(call -> {
            silence.await();
            throw new JMSException("amqp:not-implemented");
        });
        var connections = mock(ConnectionFactory.class);
        when(connections.createConnection()).thenReturn(connection);
        var settings = mock(TextOnceProperties.class);
        when(settings.usesBroker()).thenReturn(true);
        when(settings.hasDeadLetterQueue()).thenReturn(true);
        when(settings.jms())
                .thenReturn(new JmsSettings(
                        "amqp", "amqp://localhost:0", "", "", Map.of(), true, "in", "dead", "inbound", 1, 1));
        var peers = new PeerMonitor(Clock.systemUTC());

        try {
            new BrokerProbe(peers, connections, new QueueDepths(settings), settings, "");

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(peers.health().getDetails().get("broker"))
                            .asString()
                            .contains("It begins no transaction within 3 s", "set TEXTONCE_JMS_TRANSACTED=false"));
        } finally {
            silence.countDown();
            peers.destroy();
        }
    }
}
