package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.StatusRepository;
import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusCallbackTest {

    /** A poll takes place because callbacks are missing, of which an alert is due. */
    @ParameterizedTest
    @CsvSource({"callback, 1", "poll, 0"})
    void countsWhatTwilioSentAsReceivedAndNotWhatWasPolled(String kind, int received) {
        var meters = new SimpleMeterRegistry();
        var callback = new StatusCallback(
                mock(TwilioCodes.class),
                mock(CircuitBreaker.class),
                mock(OptOuts.class),
                mock(TextOnceProperties.class, RETURNS_DEEP_STUBS),
                meters,
                mock(SendMeters.class));
        var exchange = new DefaultExchange(new DefaultCamelContext());
        callback.report(exchange, kind, null, "SM00000000000000000000000000000001", "sent", null);
        exchange.getMessage().setBody(new StatusRepository.Effect("unknown", null, null, null, Duration.ZERO));

        callback.recorded(exchange);

        assertThat(meters.find("textonce.callbacks.received").counters().stream()
                        .mapToDouble(Counter::count)
                        .sum())
                .isEqualTo(received);
    }
}
