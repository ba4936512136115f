package io.textonce.twilio;

import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.ForgottenWrites;
import io.textonce.delivery.OutcomeRepository;
import org.apache.camel.Body;
import org.springframework.stereotype.Component;

/** Step of the route {@code sms-post-outcome} that records an outcome. */
@Component
final class OutcomeRecorder {

    private final ForgottenWrites writes;
    private final SendMeters meters;

    OutcomeRecorder(ForgottenWrites writes, SendMeters meters) {
        this.writes = writes;
        this.meters = meters;
    }

    public void record(@Body OutcomeRepository.Outcome outcome) {
        boolean changed = writes.record(outcome);
        // The callback can be faster than the failure that lost Twilio's answer.
        if (!changed && outcome.status() == DeliveryStatus.UNKNOWN) {
            meters.resolvedBefore(outcome.id());
        }
    }
}
