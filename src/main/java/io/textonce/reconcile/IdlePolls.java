package io.textonce.reconcile;

import io.textonce.peer.Activity;
import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultPollingConsumerPollStrategy;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Poll strategy of the background work that backs off while this instance is idle: what becomes due soon was written by an
 * active instance, which polls at the full rate. The schedule itself is kept, so activity ends the backoff at once.
 */
@Component
final class IdlePolls extends DefaultPollingConsumerPollStrategy {

    private final Activity activity;
    private final long intervalNanos;
    private final Map<Consumer, Long> polledAt = new ConcurrentHashMap<>();

    @Autowired
    IdlePolls(Activity activity, TextOnceProperties settings) {
        this(activity, settings.due().idlePollInterval());
    }

    IdlePolls(Activity activity, Duration interval) {
        this.activity = activity;
        this.intervalNanos = interval.toNanos();
    }

    @Override
    public boolean begin(Consumer consumer, Endpoint endpoint) {
        long now = System.nanoTime();
        Long before = polledAt.get(consumer);
        if (before != null && now - before < intervalNanos && !activity.isRecent()) {
            return false;
        }
        polledAt.put(consumer, now);
        return true;
    }
}
