package io.textonce.intake;

import io.textonce.settings.Tracing;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.JmsHeaderFilterStrategy;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Lets only the properties that name an event into an exchange. Camel's own strategy passes headers such as
 * {@code cAMELSqlQuery}, which other components obey.
 */
@Component
final class EventProperties extends JmsHeaderFilterStrategy {

    private static final Set<String> KNOWN = Set.of("event", "JMSType", "ce_type");

    private final boolean isTraced;

    /** @param tracing where it is on, a sender may say which trace its message belongs to */
    EventProperties(ObjectProvider<Tracing> tracing) {
        this.isTraced = tracing.getIfAvailable() != null;
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !KNOWN.contains(name) && !(isTraced && name.equals(Tracing.HEADER));
    }
}
