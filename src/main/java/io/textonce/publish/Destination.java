package io.textonce.publish;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;

/**
 * Receiver that is a queue or topic of the broker: one message per event, in order, each on the broker's disk before
 * the next. Over AMQP a message has the content type of a structured CloudEvent
 * (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md#32-structured-content-mode),
 * which Artemis reads from the property.
 */
final class Destination implements Receiver {

    private final ProducerTemplate routes;
    private final URI source;

    Destination(ProducerTemplate routes, URI source) {
        this.routes = routes;
        this.source = source;
    }

    @Override
    public Outcome publish(List<StatusEvent> events) {
        long end = System.nanoTime() + LONGEST.toNanos();
        int published = 0;
        for (var event : events) {
            if (System.nanoTime() > end) {
                break;
            }
            try {
                routes.sendBodyAndHeaders(
                        "direct:status-publish-jms",
                        event.json(source),
                        Map.of(
                                "JMSType", event.type(),
                                "JMSCorrelationID", event.delivery().toString(),
                                "JMS_AMQP_ContentType", StatusEvent.MEDIA_TYPE));
            } catch (CamelExecutionException e) {
                var cause = e.getCause() == null ? e : e.getCause();
                return new Outcome(
                        published,
                        new Failure("The broker did not accept the message: "
                                + cause.getClass().getSimpleName()));
            }
            published++;
        }
        return new Outcome(published, null);
    }
}
