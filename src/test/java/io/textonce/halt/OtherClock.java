package io.textonce.halt;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.HttpHeaders;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Dates Twilio's answers by a clock that is not ours: the environment variable {@code TWILIO_AHEAD} is how far it is
 * ahead, as a duration. The simulator's HTTP server dates them by the machine's.
 */
@AutoConfiguration
public class OtherClock {

    @Bean
    @ConditionalOnProperty("TWILIO_AHEAD")
    ExecChainHandler otherDate() {
        var ahead = Duration.parse(System.getenv("TWILIO_AHEAD"));
        return (request, scope, chain) -> {
            var response = chain.proceed(request, scope);
            response.setHeader(
                    HttpHeaders.DATE,
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            ZonedDateTime.now(ZoneOffset.UTC).plus(ahead)));
            return response;
        };
    }
}
