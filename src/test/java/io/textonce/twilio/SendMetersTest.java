package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.message.TestSms;
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
            exchange.setVariable("sms", TestSms.of(TestSms.policy(), "id", "+15551234567", "+15550100000", text));
            meters.handedOver(exchange, said);
        }

        assertThat(registry.get("textonce.segments.sent").counter().count()).isEqualTo(counted);
        assertThat(registry.get("textonce.messages.accepted.latency").timer().count())
                .isOne();
    }
}
