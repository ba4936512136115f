package io.textonce.intake;

import io.textonce.settings.Tracing;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.JmsHeaderFilterStrategy;

/**
 * Lets only the properties that name an event into an exchange. Camel's own strategy passes headers such as
 * {@code cAMELSqlQuery}, which other components obey.
 */
final class EventProperties extends JmsHeaderFilterStrategy {

    private static final Set<String> KNOWN = Set.of("event", "JMSType", "ce_type");

    private final boolean isTraced;

    /** @param isTraced whether a sender may set the trace of its message */
    EventProperties(boolean isTraced) {
        this.isTraced = isTraced;
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !KNOWN.contains(name) && !(isTraced && name.equals(Tracing.HEADER));
    }
}
