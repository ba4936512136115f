package io.textonce.peer;

import jakarta.jms.ConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Probe of the broker. The connection is the one that all share and its client keeps alive, so a probe costs nothing
 * while the broker is up, and connects again after an outage.
 */
@Component
final class BrokerProbe {

    BrokerProbe(PeerMonitor peers, ConnectionFactory connections) {
        var broker = peers.peer(
                "broker",
                "The broker",
                "Events wait on its queue; inbound messages, approvals and status events are published later.");
        peers.probe(broker, () -> {
            try (var connection = connections.createConnection()) {
                connection.start();
                broker.succeeded();
            }
        });
    }
}
