package io.textonce.twilio;

import com.twilio.http.HttpClient;
import com.twilio.http.TwilioRestClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.util.ObjectHelper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Twilio as the routes see it: camel-twilio's client, the two sides of a create, the pace of retries. */
@Configuration(proxyBeanMethods = false)
class TwilioConfiguration {

    @Bean
    TwilioCodes twilioCodes() {
        return new TwilioCodes();
    }

    @Bean
    TwilioHttp twilioHttp(TextOnceProperties settings, TwilioCodes codes) {
        return new TwilioHttp(settings.twilio(), codes);
    }

    /** camel-twilio takes the one client of the context. */
    @Bean
    TwilioRestClient twilioRestClient(TextOnceProperties settings, TwilioHttp http) {
        return restClient(settings.twilio(), http.client());
    }

    @Bean
    TwilioSignature twilioSignature(TextOnceProperties settings) {
        return new TwilioSignature(settings.twilio().webhookTokens(), settings.publicBaseUrls());
    }

    @Bean
    SmsPost smsPost(TwilioHttp http, TextOnceProperties settings) {
        return new SmsPost(http, settings);
    }

    @Bean
    Processor twilioMessage(SmsPost post) {
        return post::write;
    }

    @Bean
    Processor twilioOutcome(SmsPost post) {
        return post::read;
    }

    @Bean
    StatusCallback statusCallback(
            TwilioSignature signature, TwilioCodes codes, TextOnceProperties settings, MeterRegistry meters) {
        return new StatusCallback(signature, codes, settings, meters);
    }

    @Bean
    Processor twilioSigned(StatusCallback callback) {
        return callback::verify;
    }

    @Bean
    Processor statusRead(StatusCallback callback) {
        return callback::read;
    }

    @Bean
    Processor statusRecorded(StatusCallback callback) {
        return callback::recorded;
    }

    /** Ends the send road of a text that Twilio refused: its sender is told, whichever intake it came by. */
    @Bean
    Processor twilioRefused(SmsPost post) {
        return post::refusal;
    }

    /** Waits as long as Twilio asked, but never longer than the setting. */
    @Bean
    Processor twilioRetryAfter(TextOnceProperties settings) {
        return exchange -> {
            var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            var failure = ObjectHelper.getException(TwilioFailure.NotProcessed.class, caught);
            var asked = failure == null ? null : failure.retryAfter();
            if (asked != null) {
                Duration cap = settings.twilio().maxRetryDelay();
                exchange.getIn()
                        .setHeader(Exchange.REDELIVERY_DELAY, (asked.compareTo(cap) < 0 ? asked : cap).toMillis());
            }
        };
    }

    static TwilioRestClient restClient(TextOnceProperties.Twilio twilio, HttpClient http) {
        boolean key = !twilio.apiKey().isEmpty();
        return new TwilioRestClient.Builder(
                        key ? twilio.apiKey() : twilio.accountSid(), key ? twilio.apiSecret() : twilio.authToken())
                .accountSid(twilio.accountSid())
                .httpClient(http)
                .build();
    }
}
