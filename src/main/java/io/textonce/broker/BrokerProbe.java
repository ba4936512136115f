package io.textonce.broker;

import io.textonce.peer.Peer;
import io.textonce.peer.PeerMonitor;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.ConnectionFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Probe of the broker. The connection is the one that all share and its client keeps alive, so a probe costs nothing
 * while the broker is up, and connects again after an outage. Before it connects it checks the protocol of the broker's
 * port, since most clients only wait for an answer that never comes.
 */
@Component
final class BrokerProbe {

    private final ConnectionFactory connections;
    private final QueueDepths depths;
    private final String client;
    private final String url;
    private boolean connected;

    BrokerProbe(
            PeerMonitor peers,
            ConnectionFactory connections,
            QueueDepths depths,
            TextOnceProperties settings,
            @Value("${spring.artemis.broker-url:}") String artemis) {
        this.connections = connections;
        this.depths = depths;
        this.client = settings.jms().client();
        this.url = settings.jms().isArtemis() ? artemis : settings.jms().brokerUrl();
        if (settings.usesBroker()) {
            var broker = peers.peer(
                    "broker",
                    "The broker",
                    "Events wait on its queue; inbound messages, approvals and status events are published later.");
            peers.probe(broker, () -> connect(broker));
        }
    }

    private void connect(Peer broker) throws Exception {
        String mismatch = connected ? null : BrokerProtocol.mismatch(client, url);
        connected = false;
        if (mismatch != null) {
            broker.failed(mismatch);
            return;
        }
        try (var connection = connections.createConnection()) {
            connection.start();
            broker.succeeded();
            depths.read(connection);
            connected = true;
        } finally {
            if (!connected) {
                depths.forget();
            }
        }
    }
}
