package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import java.time.Instant;
import java.util.List;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

class SendMetersTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "3, Hello, 3",
                // A Messaging Service has not chosen its sender: Twilio says 0, and we count.
                "0, Hello, 1",
                "0, ключ, 1",
                "-, Hello, 1",
                "many, Hello, 1"
            })
    void countsTheSegmentsThatTwilioSaysOrElseItsOwn(String said, String text, int counted) throws Exception {
        var registry = new SimpleMeterRegistry();
        var meters = new SendMeters(registry, new JdbcTemplate());

        try (var camel = new DefaultCamelContext()) {
            var exchange = new DefaultExchange(camel);
            exchange.setVariable("sms", sms(text));
            meters.handedOver(exchange, said);
        }

        assertThat(registry.get("textonce.segments.sent").counter().count()).isEqualTo(counted);
        assertThat(registry.get("textonce.messages.accepted.latency").timer().count())
                .isOne();
    }

    private static Sms sms(String text) {
        return new Sms(
                "order-shipped",
                "id",
                new byte[32],
                "+15550100000",
                text,
                List.of(),
                Instant.now(),
                null,
                new SendPolicy(),
                "+15551234567",
                null,
                "test",
                null,
                null,
                null,
                null,
                null);
    }
}
