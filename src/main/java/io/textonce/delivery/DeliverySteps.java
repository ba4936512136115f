package io.textonce.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Last step of the route {@code sms-send}. */
@Component
final class DeliverySteps {

    private final MeterRegistry meters;
    private final BarredMessages barred;

    DeliverySteps(MeterRegistry meters, BarredMessages barred) {
        this.meters = meters;
        this.barred = barred;
    }

    /** Counts a duplicate or a suppressed message, and throws the rejection of a message that was not sent: its sender learns why. */
    public void throwIfRejected(
            @Variable("sms") Sms sms,
            @Variable("delivery") @Nullable Delivery delivery,
            @Variable("rejection") @Nullable EventRejected rejection) {
        if (delivery != null && delivery.duplicate()) {
            meters.counter("textonce.events.duplicated", "event", sms.event(), "source", sms.source())
                    .increment();
        }
        if (delivery != null && !delivery.duplicate() && delivery.status() == DeliveryStatus.SUPPRESSED) {
            barred.count(sms.event(), delivery.status());
        }
        if (rejection != null) {
            throw rejection;
        }
    }
}
