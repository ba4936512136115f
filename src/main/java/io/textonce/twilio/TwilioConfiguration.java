package io.textonce.twilio;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.twilio.http.HttpClient;
import com.twilio.http.TwilioRestClient;
import io.textonce.delivery.OutcomeRepository;
import io.textonce.delivery.StatusRepository;
import io.textonce.peer.Causes;
import io.textonce.peer.PeerMonitor;
import io.textonce.privacy.QuietRedelivery;
import io.textonce.settings.LiveSettings;
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
    TwilioHttp twilioHttp(
            LiveSettings live,
            TextOnceProperties settings,
            TwilioAnswers answers,
            TwilioClock clock,
            PeerMonitor peers,
            ObjectProvider<ExecChainHandler> around) {
        return new TwilioHttp(
                live.derive(TextOnceProperties::twilio),
                answers,
                clock,
                new TwilioPeers(peers, settings.twilio()),
                around.getIfAvailable());
    }

    /** Client that camel-twilio finds in the context. */
    @Bean
    TwilioRestClient twilioRestClient(TextOnceProperties settings, TwilioHttp http) {
        return restClient(settings.twilio(), http.client());
    }

    @Bean
    UrgentClient urgentClient(TextOnceProperties settings, TwilioHttp http) {
        return UrgentClient.of(settings.twilio(), http);
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
    OutcomeRepository outcomes(@Qualifier("outcomeDataSource") DataSource dataSource) {
        return new OutcomeRepository(new JdbcTemplate(dataSource));
    }

    @Bean
    StatusRepository statusRepository(@Qualifier("batchDataSource") DataSource dataSource) {
        return new StatusRepository(new JdbcTemplate(dataSource));
    }

    /**
     * Redelivery policy, in Java because Camel's YAML takes milliseconds only: it would fail on {@code 1s}, and only at
     * the first 429.
     */
    @Bean
    RedeliveryPolicy twilioRetries(TextOnceProperties settings) {
        var twilio = settings.twilio();
        var policy = new QuietRedelivery();
        policy.setMaximumRedeliveries(twilio.retries());
        policy.setRedeliveryDelay(twilio.retryDelay().toMillis());
        policy.setMaximumRedeliveryDelay(twilio.maxRetryDelay().toMillis());
        policy.setUseCollisionAvoidance(true);
        policy.setCollisionAvoidanceFactor(0.2);
        policy.setAsyncDelayedRedelivery(true);
        policy.setAllowRedeliveryWhileStopping(false);
        return policy;
    }

    /** Waits as long as Twilio's Retry-After, but never longer than the setting. */
    @Bean
    Processor twilioRetryAfter(TextOnceProperties settings) {
        return exchange -> {
            var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
            var failure = Causes.find(TwilioFailure.NotProcessed.class, caught);
            var wanted = failure == null ? null : failure.retryAfter();
            if (wanted != null) {
                Duration cap = settings.twilio().maxRetryDelay();
                exchange.getIn()
                        .setHeader(Exchange.REDELIVERY_DELAY, (wanted.compareTo(cap) < 0 ? wanted : cap).toMillis());
            }
        };
    }

    static TwilioRestClient restClient(TwilioSettings twilio, HttpClient http) {
        return new TwilioRestClient.Builder(twilio.restUser(), twilio.restPassword())
                .accountSid(twilio.accountSid())
                .httpClient(http)
                .objectMapper(JSON)
                .build();
    }
}
