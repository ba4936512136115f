package io.textonce.broker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.Connection;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.messaginghub.pooled.jms.JmsPoolSession;
import org.springframework.stereotype.Component;

/**
 * Depths of the broker's queues, which only the client of Artemis can read: JMS itself would have to read all messages.
 * Every instance has the same depths: use their maximum, not their sum.
 */
@Component
final class QueueDepths implements MeterBinder {

    private final Map<String, String> queues;
    private volatile Map<String, Long> depths = Map.of();

    QueueDepths(TextOnceProperties settings) {
        this.queues = Map.of(
                "events", settings.jms().eventsQueue(),
                "dead-letters", settings.jms().deadLetterQueue());
    }

    void read(Connection connection) throws Exception {
        try (var session = connection.createSession()) {
            var found = new HashMap<String, Long>();
            if (session instanceof JmsPoolSession pooled
                    && pooled.getInternalSession() instanceof ActiveMQSession artemis) {
                for (var queue : queues.entrySet()) {
                    found.put(
                            queue.getKey(),
                            artemis.getCoreSession()
                                    .queueQuery(SimpleString.of(queue.getValue()))
                                    .getMessageCount());
                }
            }
            depths = found;
        }
    }

    void forget() {
        depths = Map.of();
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
}
