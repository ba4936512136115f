package io.textonce.retention;

import io.textonce.delivery.ErasureRepository;
import io.textonce.delivery.ErasureRepository.Ended;
import io.textonce.peer.DueWork;
import io.textonce.settings.TextOnceProperties;
import org.springframework.stereotype.Component;

/**
 * Second step of a data erasure, for deliveries in progress at the time of the request: number and text are erased once
 * the outcome is known, and the message is redacted at Twilio, if configured, once it is final.
 */
@Component
final class Erasures implements DueWork {

    private static final int BATCH = 500;

    private final ErasureRepository deliveries;
    private final Retention retention;
    private final boolean redactAtTwilio;

    Erasures(ErasureRepository deliveries, Retention retention, TextOnceProperties settings) {
        this.deliveries = deliveries;
        this.retention = retention;
        this.redactAtTwilio = settings.retention().redactAtTwilio();
    }

    @Override
    public String condition() {
        return ErasureRepository.IS_KNOWN;
    }

    @Override
    public Object[] parameters() {
        return new Object[] {redactAtTwilio};
    }

    void finish() {
        var known = deliveries.underWay(redactAtTwilio, BATCH);
        if (!known.isEmpty()) {
            deliveries.eraseKnown(known);
            deliveries.finish(known.stream().filter(this::isDone).toList());
        }
    }

    private boolean isDone(Ended known) {
        return !redactAtTwilio || known.isEnded() && (known.sid() == null || retention.redacted(known.sid()));
    }
}
