package io.textonce.retention;

import io.textonce.delivery.ErasureRepository;
import io.textonce.delivery.ErasureRepository.Ended;
import org.apache.camel.Exchange;

/**
 * The second half of a data erasure: deliveries that were under way when their person was erased. Number and text go as
 * soon as the outcome is known, and Twilio is told to forget the message, where that is set, when it has come to its end.
 */
final class Erasures {

    private static final int BATCH = 500;

    private final ErasureRepository deliveries;
    private final Retention retention;
    private final boolean redactAtTwilio;

    Erasures(ErasureRepository deliveries, Retention retention, boolean redactAtTwilio) {
        this.deliveries = deliveries;
        this.retention = retention;
        this.redactAtTwilio = redactAtTwilio;
    }

    void finish(Exchange exchange) {
        var known = deliveries.underWay(redactAtTwilio, BATCH);
        if (!known.isEmpty()) {
            deliveries.eraseKnown(known);
            deliveries.finish(known.stream().filter(this::isDone).toList());
        }
    }

    private boolean isDone(Ended known) {
        return known.sid() == null || !redactAtTwilio || known.isEnded() && retention.redacted(known.sid());
    }
}
