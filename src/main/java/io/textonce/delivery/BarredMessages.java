package io.textonce.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** Counter of messages that a send rule has ended: suppressed ones, and those that were rejected after their claim. */
@Component
final class BarredMessages {

    private final MeterRegistry meters;

    BarredMessages(MeterRegistry meters) {
        this.meters = meters;
    }

    void count(String event, DeliveryStatus status) {
        meters.counter("textonce.messages.barred", "event", event, "status", status.word())
                .increment();
    }
}
