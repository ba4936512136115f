package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.delivery.Delivery;
import io.textonce.delivery.Lease;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.SendPolicy;
import io.textonce.delivery.Sms;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioPost;
import io.textonce.settings.TextOnceProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Settings that the sandbox does not use, all the way to the wire: camel-twilio ignores a misspelt parameter. */
@SandboxTest
class SmsPostTest {

    private static final String SERVICE = "MG00000000000000000000000000000001";

    @Test
    void namesTheMessagingServiceInPlaceOfASender(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var post = post(sandbox, number, Map.of("textonce.twilio.messaging-service-sid", SERVICE));

        assertThat(post.parameter("MessagingServiceSid")).isEqualTo(SERVICE);
        assertThat(post.parameter("From")).isNull();
        assertThat(post.parameters()).extracting(Map.Entry::getKey).doesNotHaveDuplicates();
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @Test
    void givesOutTheFirstOfSeveralPublicAddressesWithItsPrefix(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var post = post(
                sandbox,
                number,
                Map.of("textonce.public-base-urls", "https://a.example.com/gate,https://b.example.com"));

        assertThat(post.parameter("StatusCallback"))
                .startsWith("https://a.example.com/gate/twilio/status-callback?delivery=");
    }

    private static TwilioPost post(Sandbox sandbox, String number, Map<String, String> settings) {
        var camel = sandbox.context().getBean(CamelContext.class);
        var exchange = new DefaultExchange(camel);
        exchange.setVariable("sms", sms(number));
        exchange.setVariable("delivery", new Delivery(UUID.randomUUID(), 1, Delivery.RESERVED, null, null, false));
        exchange.setVariable("lease", new Lease(Duration.ofMinutes(1)));

        new SmsPost(
                        sandbox.context().getBean(TwilioHttp.class),
                        sandbox.context().getBean(Circuit.class),
                        sandbox.context().getBean(OptOuts.class),
                        settings(sandbox, settings),
                        sandbox.context().getBean(SendMeters.class))
                .write(exchange);
        camel.createProducerTemplate().send("twilio:message/create", exchange);

        assertThat(exchange.getException()).isNull();
        return sandbox.twilio().posts().stream()
                .filter(post -> number.equals(post.parameter("To")))
                .findFirst()
                .orElseThrow();
    }

    private static Sms sms(String number) {
        return new Sms(
                "order-shipped",
                "id",
                new byte[32],
                number,
                "Your order has shipped.",
                Instant.now(),
                null,
                new SendPolicy(),
                "test",
                null,
                null,
                null,
                null);
    }

    private static TextOnceProperties settings(Sandbox sandbox, Map<String, String> changed) {
        var environment = sandbox.context().getEnvironment();
        var sources = new ArrayList<ConfigurationPropertySource>();
        sources.add(new MapConfigurationPropertySource(changed));
        ConfigurationPropertySources.get(environment).forEach(sources::add);
        return new Binder(sources, new PropertySourcesPlaceholdersResolver(environment))
                .bind("textonce", TextOnceProperties.class)
                .get();
    }
}
