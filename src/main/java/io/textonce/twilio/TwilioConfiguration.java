package io.textonce.twilio;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.twilio.http.HttpClient;
import com.twilio.http.TwilioRestClient;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.OutcomeRepository;
import io.textonce.delivery.StatusRepository;
import io.textonce.settings.TextOnceProperties;
import io.textonce.settings.TwilioSettings;
import io.textonce.tuning.CallersThread;
import io.textonce.tuning.KnownSetters;
import io.textonce.tuning.SharedBuffers;
import java.time.Duration;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.spi.BeanIntrospection;
import org.apache.camel.spi.ThreadPoolFactory;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.util.ObjectHelper;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** Beans of the Twilio integration: camel-twilio's client, request and response of a create, the delay of retries. */
@Configuration(proxyBeanMethods = false)
class TwilioConfiguration {

    /** Mapper configured as the SDK's own. */
    private static final ObjectMapper JSON =
            new ObjectMapper(SharedBuffers.factory().build()).registerModule(new JavaTimeModule());

    @Bean
    TwilioCodes twilioCodes() {
        return new TwilioCodes();
    }

    @Bean
    TwilioAnswers twilioAnswers(TwilioCodes codes, MeterRegistry meters) {
        return new TwilioAnswers(codes, meters);
    }

    @Bean
    TwilioHttp twilioHttp(
            TextOnceProperties settings,
            TwilioAnswers answers,
            TwilioClock clock,
            ObjectProvider<ExecChainHandler> around) {
        return new TwilioHttp(settings.twilio(), answers, clock, around.getIfAvailable());
    }

    /** Client that camel-twilio finds in the context. */
    @Bean
    TwilioRestClient twilioRestClient(TextOnceProperties settings, TwilioHttp http) {
        return restClient(settings.twilio(), http.client());
    }

    @Bean
    TwilioMessages twilioMessages(TwilioRestClient client) {
        return new TwilioMessages(client);
    }

    /** Circuit breaker, named for the health endpoint. */
    @Bean("twilio")
    CircuitBreaker circuit(DataSource dataSource, TwilioClock clock, TextOnceProperties settings) {
        return new CircuitBreaker(
                new JdbcTemplate(dataSource),
                clock,
                settings.twilio().accountSid(),
                settings.due().probeInterval(),
                settings.due().pollInterval());
    }

    @Bean
    TwilioSignature twilioSignature(TextOnceProperties settings) {
        return new TwilioSignature(settings.twilio().webhookTokens(), settings.publicBaseUrls());
    }

    @Bean
    CamelContextConfiguration knownSetters() {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                context.getCamelContextExtension().addContextPlugin(BeanIntrospection.class, new KnownSetters());
            }

            @Override
            public void afterApplicationStart(CamelContext context) {}
        };
    }

    @Bean
    ThreadPoolFactory callersThread() {
        return new CallersThread();
    }

    @Bean
    SendMeters sendMeters(MeterRegistry meters, DataSource dataSource) {
        return new SendMeters(meters, new JdbcTemplate(dataSource));
    }

    @Bean
    MeterBinder circuitMeter(CircuitBreaker circuit) {
        return meters -> Gauge.builder("textonce.circuit.breaker.open", () -> circuit.isOpen() ? 1 : 0)
                .description("1 while the circuit breaker is open because Twilio rejects the account")
                .register(meters);
    }

    @Bean
    SmsPost smsPost(
            TwilioHttp http, CircuitBreaker circuit, OptOuts optOuts, TextOnceProperties settings, SendMeters meters) {
        return new SmsPost(http, circuit, optOuts, settings, meters);
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
    OutcomeRepository outcomes(@Qualifier("outcomeDataSource") DataSource dataSource) {
        return new OutcomeRepository(new JdbcTemplate(dataSource));
    }

    @Bean
    Processor smsOutcomes(OutcomeRepository outcomes, SendMeters meters) {
        return exchange -> {
            var outcome = exchange.getMessage().getBody(OutcomeRepository.Outcome.class);
            boolean changed = outcomes.record(outcome);
            // The callback can be faster than the failure that lost Twilio's answer.
            if (!changed && outcome.status() == DeliveryStatus.UNKNOWN) {
                meters.resolvedBefore(outcome.id());
            }
        };
    }

    @Bean
    StatusCallback statusCallback(
            TwilioCodes codes,
            CircuitBreaker circuit,
            OptOuts optOuts,
            TextOnceProperties settings,
            MeterRegistry meters,
            SendMeters texts) {
        return new StatusCallback(codes, circuit, optOuts, settings, meters, texts);
    }

    @Bean
    Processor statusRead(StatusCallback callback) {
        return callback::read;
    }

    @Bean
    StatusRepository reports(@Qualifier("batchDataSource") DataSource dataSource) {
        return new StatusRepository(new JdbcTemplate(dataSource));
    }

    @Bean
    Processor statusReports(StatusRepository reports) {
        return reports::record;
    }

    @Bean
    Processor statusRecorded(StatusCallback callback) {
        return callback::recorded;
    }

    /** Refreshes the state of the circuit breaker from the database. */
    @Bean
    Processor circuitRefresh(CircuitBreaker circuit) {
        return exchange -> circuit.refresh();
    }

    /** Limits the held messages to send: all, or the one half-open probe. */
    @Bean
    Processor circuitProbe(CircuitBreaker circuit) {
        return exchange -> {
            if (circuit.isOpen()) {
                var probe = circuit.takeProbe();
                exchange.setVariable("most", probe == null ? 0 : 1);
                exchange.setVariable("probe", probe);
            }
        };
    }

    /** Releases the probe of a held message that ended without a call. */
    @Bean
    Processor circuitProbed(CircuitBreaker circuit) {
        return exchange -> {
            var probe = exchange.getVariable("probe", CircuitBreaker.Probe.class);
            if (probe != null) {
                circuit.giveBack(probe);
            }
        };
    }

    /**
     * Redelivery policy, in Java because Camel's YAML takes milliseconds only: it would fail on {@code 1s}, and only at
     * the first 429.
     */
    @Bean
    RedeliveryPolicy twilioRetries(TextOnceProperties settings) {
        var twilio = settings.twilio();
        var policy = new RedeliveryPolicy();
        policy.setMaximumRedeliveries(twilio.retries());
        policy.setRedeliveryDelay(twilio.retryDelay().toMillis());
        policy.setMaximumRedeliveryDelay(twilio.maxRetryDelay().toMillis());
        policy.setUseExponentialBackOff(true);
        policy.setBackOffMultiplier(2);
        policy.setUseCollisionAvoidance(true);
        policy.setCollisionAvoidanceFactor(0.2);
        policy.setAsyncDelayedRedelivery(true);
        policy.setAllowRedeliveryWhileStopping(false);
        policy.setLogContinued(false);
        policy.setLogExhausted(false);
        policy.setLogRetryAttempted(false);
        return policy;
    }

    /** Waits as long as Twilio's Retry-After, but never longer than the setting. */
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

    static TwilioRestClient restClient(TwilioSettings twilio, HttpClient http) {
        boolean key = !twilio.apiKey().isEmpty();
        return new TwilioRestClient.Builder(
                        key ? twilio.apiKey() : twilio.accountSid(), key ? twilio.apiSecret() : twilio.authToken())
                .accountSid(twilio.accountSid())
                .httpClient(http)
                .objectMapper(JSON)
                .build();
    }
}
