package io.textonce.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.settings.TextOnceProperties;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Counter of rejected events by source, event, client and reason. The event is one that has a route and the client one of
 * the settings, so that no caller can make a time series: the subject of an issued token may be a person.
 */
@Component
public final class RejectionCounter {

    private static final String NONE = "none";
    private static final String ISSUED = "issued";

    private final ObjectProvider<CamelContext> camel;
    private final Set<String> clients;
    private final MeterRegistry meters;

    @Autowired
    RejectionCounter(ObjectProvider<CamelContext> camel, TextOnceProperties settings, MeterRegistry meters) {
        this(camel, settings.clients().keySet(), meters);
    }

    public RejectionCounter(ObjectProvider<CamelContext> camel, Set<String> clients, MeterRegistry meters) {
        this.camel = camel;
        this.clients = clients;
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
                        client == null ? NONE : clients.contains(client) ? client : ISSUED,
                        "reason",
                        reason)
                .increment();
    }
}
