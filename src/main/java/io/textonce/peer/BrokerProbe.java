package io.textonce.peer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.springframework.jms.connection.SessionProxy;
import org.springframework.stereotype.Component;

/**
 * Probe of the broker and of the depth of its queues. The connection is the one that all share and its client keeps alive,
 * so a probe costs nothing while the broker is up, and connects again after an outage. Every instance has the same depths:
 * use their maximum, not their sum.
 */
@Component
final class BrokerProbe implements MeterBinder {

    private final Map<String, String> queues;
    private volatile Map<String, Long> depths = Map.of();

    BrokerProbe(PeerMonitor peers, ConnectionFactory connections, TextOnceProperties settings) {
        this.queues = Map.of(
                "events", settings.jms().eventsQueue(),
                "dead-letters", settings.jms().deadLetterQueue());
        var broker = peers.peer(
                "broker",
                "The broker",
                "Events wait on its queue; inbound messages, approvals and status events are published later.");
        peers.probe(broker, () -> {
            try (var connection = connections.createConnection()) {
                connection.start();
                broker.succeeded();
                depths = depths(connection);
            } catch (Exception e) {
                depths = Map.of();
                throw e;
            }
        });
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        queues.keySet()
                .forEach(name -> Gauge.builder("textonce.queue.messages", () -> depth(name))
                        .description("Messages on the queue of the broker")
                        .tag("queue", name)
                        .strongReference(true)
                        .register(meters));
    }

    private double depth(String name) {
        var depth = depths.get(name);
        return depth == null ? Double.NaN : depth;
    }

    /** Returns the depths by Artemis' own protocol: JMS can only read all messages. */
    private Map<String, Long> depths(Connection connection) throws Exception {
        try (var session = connection.createSession()) {
            var found = new HashMap<String, Long>();
            if ((session instanceof SessionProxy proxy ? proxy.getTargetSession() : session)
                    instanceof ActiveMQSession artemis) {
                for (var queue : queues.entrySet()) {
                    found.put(
                            queue.getKey(),
                            artemis.getCoreSession()
                                    .queueQuery(SimpleString.of(queue.getValue()))
                                    .getMessageCount());
                }
            }
            return found;
        }
    }
}
