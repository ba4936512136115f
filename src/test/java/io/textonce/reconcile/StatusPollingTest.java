package io.textonce.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.DueRepository;
import io.textonce.sandbox.LogRecorder;
import io.textonce.settings.TextOnceProperties;
import io.textonce.twilio.StatusCallback;
import io.textonce.twilio.TwilioFailure;
import io.textonce.twilio.TwilioMessages;
import java.time.Duration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class StatusPollingTest {

    /** Each is retried within 30 s, so ten thousand of them were 20,000 lines a minute while Twilio is unavailable. */
    @Test
    void logsCancellationsThatWaitForTwilioOnceAMinute() {
        var twilio = mock(TwilioMessages.class);
        var failure = mock(TwilioFailure.NotProcessed.class);
        when(failure.getMessage()).thenReturn("Twilio could not be reached");
        when(twilio.cancel(any())).thenThrow(failure);
        var deliveries = mock(DueRepository.class);
        var polling = new StatusPolling(
                twilio, deliveries, mock(StatusCallback.class), mock(TextOnceProperties.class, RETURNS_DEEP_STUBS));
        var due = mock(DueDelivery.class);
        when(due.isCancelled()).thenReturn(true);
        when(due.status()).thenReturn(DeliveryStatus.SCHEDULED);
        when(due.sid()).thenReturn("SM00000000000000000000000000000001");
        when(due.cancelledFor()).thenReturn(Duration.ofHours(1));
        try (var log = new LogRecorder(StatusPolling.class)) {
            for (int i = 0; i < 200; i++) {
                var exchange = new DefaultExchange(new DefaultCamelContext());
                exchange.getMessage().setBody(due);
                polling.poll(exchange);
            }

            assertThat(log.lines("could not be polled"))
                    .containsExactly(
                            "The status of SM00000000000000000000000000000001 could not be polled: Twilio could"
                                    + " not be reached (0 more since the last line)");
            verify(deliveries, times(200)).schedulePoll(eq(due), any());
        }
    }
}
