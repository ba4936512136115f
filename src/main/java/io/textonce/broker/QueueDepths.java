package io.textonce.broker;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.settings.JmsSettings;
import io.textonce.settings.TextOnceProperties;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.messaginghub.pooled.jms.JmsPoolSession;
import org.springframework.stereotype.Component;

/**
 * Depths of the broker's queues. The client of Artemis reads them; with that of ActiveMQ Classic, messages are counted by
 * browsing, up to a bound. No other client's queue is browsed: a broker that does not support that over AMQP, such as
 * RabbitMQ, deletes the messages. Every instance has the same depths: use their maximum, not their sum.
 */
@Component
final class QueueDepths implements MeterBinder {

    private static final Set<String> CLIENTS = Set.of(JmsSettings.ARTEMIS, JmsSettings.ACTIVEMQ);

    /** Most messages that are browsed: twice as many as those of which the alert warns. */
    private static final int MOST_BROWSED = 2_000;

    /** Well below the interval of probes, so that large messages do not make the broker look unavailable. */
    private static final Duration LONGEST = Duration.ofSeconds(2);

    private final Map<String, String> queues;
    private volatile Map<String, Long> depths = Map.of();

    QueueDepths(TextOnceProperties settings) {
        boolean readable = CLIENTS.contains(settings.jms().client());
        this.queues = readable
                ? Map.of(
                        "events", settings.jms().eventsQueue(),
                        "dead-letters", settings.jms().deadLetterQueue())
                : Map.of();
    }

    void read(Connection connection) throws Exception {
        if (queues.isEmpty()) {
            return;
        }
        try (var session = connection.createSession()) {
            var found = new HashMap<String, Long>();
            for (var queue : queues.entrySet()) {
                found.put(queue.getKey(), depth(session, queue.getValue()));
            }
            depths = found;
        }
    }

    private static long depth(Session session, String queue) throws Exception {
        if (session instanceof JmsPoolSession pooled
                && pooled.getInternalSession() instanceof ActiveMQSession artemis) {
            return artemis.getCoreSession().queueQuery(SimpleString.of(queue)).getMessageCount();
        }
        return browsed(session, queue);
    }

    private static long browsed(Session session, String queue) throws JMSException {
        long end = System.nanoTime() + LONGEST.toNanos();
        try (var browser = session.createBrowser(session.createQueue(queue))) {
            var messages = browser.getEnumeration();
            long count = 0;
            while (count < MOST_BROWSED && System.nanoTime() < end && messages.hasMoreElements()) {
                messages.nextElement();
                count++;
            }
            return count;
        }
    }

    void forget() {
        depths = Map.of();
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        queues.keySet()
                .forEach(name -> Gauge.builder("textonce.queue.messages", () -> depth(name))
                        .description(
                                "Messages on the queue of the broker; with the client activemq, up to " + MOST_BROWSED)
                        .tag("queue", name)
                        .strongReference(true)
                        .register(meters));
    }

    private double depth(String name) {
        var depth = depths.get(name);
        return depth == null ? Double.NaN : depth;
    }
}
