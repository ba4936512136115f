package io.textonce.reconcile;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.delivery.DeliveryTables;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.TwilioClock.Skew;
import java.util.Set;
import java.util.function.Supplier;

/** Reconciliation without the application. */
final class TestReconciliation {

    private TestReconciliation() {}

    /**
     * @param list what Twilio lists
     * @param services Messaging Services that messages are sent through
     */
    static Reconciliation of(
            DeliveryTables tables,
            Reconciliation.MessageList list,
            Supplier<Skew> skew,
            TextOnceProperties settings,
            String... services) {
        var meters = new SimpleMeterRegistry();
        return new Reconciliation(
                tables.due(),
                tables.candidates(),
                new OwnMessages(tables.candidates(), () -> Set.of(services)),
                list,
                skew,
                tables.restore(),
                new Absence(tables.due(), tables.gate(), tables.restore(), tables.admission(), settings, meters),
                settings,
                meters,
                id -> {});
    }
}
