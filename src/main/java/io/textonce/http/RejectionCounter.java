package io.textonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Counter of rejected events by source, event, client and reason. The event is one that has a route, so that no caller
 * can make a time series.
 */
@Component
public final class RejectionCounter {

    private static final String NONE = "none";

    private final ObjectProvider<CamelContext> camel;
    private final MeterRegistry meters;

    public RejectionCounter(ObjectProvider<CamelContext> camel, MeterRegistry meters) {
        this.camel = camel;
        this.meters = meters;
    }

    /** @param reason error code of the response */
    public void count(String source, @Nullable String event, @Nullable String client, String reason) {
        boolean known = event != null && camel.getObject().getRoute("event-" + event) != null;
        meters.counter(
                        "textonce.events.rejected",
                        "source",
                        source,
                        "event",
                        known ? event : "unknown",
                        "client",
                        client == null ? NONE : client,
                        "reason",
                        reason)
                .increment();
    }
}
