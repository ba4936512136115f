package io.textonce.publish;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.peer.DueWork;
import io.textonce.privacy.RepeatedLines;
import io.textonce.settings.LiveSettings;
import io.textonce.settings.TextOnceProperties;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/**
 * Outbox publisher that serves each subscriber on a thread of its own: a slow or unavailable one delays neither another
 * one nor a message. A failed event is retried with exponential backoff, for days, and then not until an operator
 * resumes the subscriber.
 */
@Component
final class OutboxPublisher implements DueWork, SmartInitializingSingleton {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxPublisher.class);

    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final int MOST_DOUBLINGS = 20;

    private final Map<String, Subscriber> subscribers = new LinkedHashMap<>();
    private final Set<String> working = ConcurrentHashMap.newKeySet();
    private final RepeatedLines repeated = new RepeatedLines();
    private final OutboxCursors subscriptions;
    private final TextOnceProperties.Status settings;
    private final MeterRegistry meters;

    OutboxPublisher(
            OutboxCursors subscriptions,
            ProducerTemplate routes,
            TextOnceProperties settings,
            LiveSettings live,
            MeterRegistry meters,
            Clock clock) {
        Subscriber.all(settings, live, routes, clock)
                .forEach(subscriber -> this.subscribers.put(subscriber.name(), subscriber));
        this.subscriptions = subscriptions;
        this.settings = settings.status();
        this.meters = meters;
        names().forEach(name -> {
            published(name);
            failed(name);
        });
    }

    /** Before the first event can be accepted. */
    @Override
    public void afterSingletonsInstantiated() {
        subscriptions.begin(names());
    }

    @Override
    public String condition() {
        return OutboxCursors.IS_WAITING;
    }

    @Override
    public Object[] parameters() {
        return new Object[] {names().toArray(String[]::new)};
    }

    Collection<String> names() {
        return subscribers.keySet();
    }

    /**
     * Publishes a test event, outside of the outbox.
     *
     * @return the subscriber's answer
     */
    String test(String name, Instant now) {
        long begun = System.nanoTime();
        var outcome = subscribers.get(name).receiver().publish(List.of(StatusEvent.test(now)));
        long millis = Duration.ofNanos(System.nanoTime() - begun).toMillis();
        var failure = outcome.failure();
        return failure == null ? "Received in " + millis + " ms" : "Failed after " + millis + " ms: " + failure.words();
    }

    /**
     * Sets the names of the subscribers that have unpublished events and are not served by this instance, as the body.
     */
    void waiting(Exchange exchange) {
        var idle = names().stream().filter(name -> !working.contains(name)).toList();
        exchange.getMessage().setBody(idle.isEmpty() ? idle : subscriptions.waiting(idle));
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
    }

    /** Publishes to the subscriber in the body until it has everything, fails, or this instance stops. */
    void publish(Exchange exchange) {
        var subscriber = subscribers.get(exchange.getMessage().getBody(String.class));
        // A subscriber that blocks for longer than its lease, as a broker's client may, must not occupy another one's
        // thread.
        if (!working.add(subscriber.name())) {
            return;
        }
        try {
            while (!exchange.getContext().isStopping() && publishBatch(subscriber)) {
                LOG.debug("Published to {}; more may follow", subscriber.name());
            }
        } finally {
            working.remove(subscriber.name());
        }
    }

    /** Publishes the next batch; false if there is nothing more to do for now. */
    boolean publishBatch(Subscriber subscriber) {
        var batch = subscriptions.take(subscriber);
        if (batch == null) {
            return false;
        }
        if (batch.events().isEmpty()) {
            subscriptions.advance(batch, batch.end());
            return true;
        }
        long begun = System.nanoTime();
        var outcome = subscriber.receiver().publish(batch.events());
        var took = Duration.ofNanos(System.nanoTime() - begun);
        published(subscriber.name()).increment(outcome.published());
        var failure = outcome.failure();
        if (failure == null) {
            boolean all = outcome.published() == batch.events().size();
            subscriptions.published(
                    batch,
                    all
                            ? batch.end()
                            : batch.events().get(outcome.published() - 1).entry(),
                    outcome.published(),
                    took);
            return true;
        }
        failed(subscriber.name()).increment();
        int failures = outcome.published() == 0 ? batch.failures() : 0;
        var wait = wait(failures, failure);
        if (subscriptions.failed(batch, outcome.published(), failure, took, wait, settings.suspendAfter())) {
            LOG.error(
                    "Publishing to subscriber {} is suspended until an operator resumes it: {}",
                    subscriber.name(),
                    failure.words());
        } else if (failures == 0) {
            // The monitor of peers warns if it lasts.
            repeated.log(
                    subscriber.name(),
                    omitted -> LOG.info(
                            "Publishing to subscriber {} failed; it is retried ({} more since the last line): {}",
                            subscriber.name(),
                            omitted,
                            failure.words()));
        }
        return false;
    }

    /**
     * Returns the backoff: doubled each time, with a jitter of a fifth, so that subscribers that failed together are
     * not retried together.
     */
    private Duration wait(int failures, Receiver.Failure failure) {
        var wait = FIRST_DELAY.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS));
        var retryAfter = failure.retryAfter();
        if (retryAfter != null && retryAfter.compareTo(wait) > 0) {
            wait = retryAfter;
        }
        long most = Math.min(wait.toMillis(), settings.maxRetryDelay().toMillis());
        return Duration.ofMillis(Math.round(most * ThreadLocalRandom.current().nextDouble(0.8, 1.2)));
    }

    private Counter published(String subscriber) {
        return Counter.builder("textonce.status.published")
                .description("Status changes published to the subscriber")
                .tag("subscriber", subscriber)
                .register(meters);
    }

    private Counter failed(String subscriber) {
        return Counter.builder("textonce.status.failed")
                .description("Failed attempts to publish to the subscriber")
                .tag("subscriber", subscriber)
                .register(meters);
    }
}
