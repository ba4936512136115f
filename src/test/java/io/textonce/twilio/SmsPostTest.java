package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.twilio.rest.api.v2010.account.Message;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DeliveryStatus;
import io.textonce.delivery.Lease;
import io.textonce.delivery.OptOuts;
import io.textonce.delivery.OutcomeRepository;
import io.textonce.message.SendPolicy;
import io.textonce.message.Sms;
import io.textonce.message.TestSms;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioPost;
import io.textonce.settings.TextOnceProperties;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
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

        var post = post(sandbox, number, SERVICE, Map.of());

        assertThat(post.parameter("MessagingServiceSid")).isEqualTo(SERVICE);
        assertThat(post.parameter("From")).isNull();
        assertThat(post.parameters()).extracting(Map.Entry::getKey).doesNotHaveDuplicates();
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a.example.com/gate,https://b.example.com",
                "https://a.example.com/gate/,https://b.example.com/"
            })
    void givesOutTheFirstOfSeveralPublicAddressesWithItsPrefix(String addresses, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var post = post(sandbox, number, Map.of("textonce.public-base-urls", addresses));

        assertThat(post.parameter("StatusCallback"))
                .startsWith("https://a.example.com/gate/twilio/status-callback?delivery=");
    }

    @Test
    void givesTwilioTheIntentOfThePurpose(Sandbox sandbox) {
        String number = sandbox.newNumber();
        var intents = Map.of("textonce.twilio.message-intents", "codes=otp,order-updates=delivery");
        var exchange = exchange(sandbox, number);
        var policy = new SendPolicy();
        policy.setPurpose("order-updates");
        exchange.setVariable("sms", sms(number, policy));

        smsPost(sandbox, intents).write(exchange);
        sandbox.context().getBean(CamelContext.class).createProducerTemplate().send("twilio:message/create", exchange);

        assertThat(sandbox.twilio().postsTo(number))
                .singleElement()
                .satisfies(post -> assertThat(post.parameter("MessageIntent")).isEqualTo("delivery"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"partially_delivered", "received", "receiving", "teleported"})
    void takesAnAnswerWithAStatusOfNoOutboundMessageForAccepted(String status, Sandbox sandbox) {
        var exchange = exchange(sandbox, sandbox.newNumber());
        String answer = "{\"sid\":\"SM00000000000000000000000000000001\",\"status\":\"" + status + "\"}";
        exchange.getMessage().setBody(Message.fromJson(answer, new ObjectMapper()));

        smsPost(sandbox, Map.of()).read(exchange);

        assertThat(exchange.getMessage()
                        .getBody(OutcomeRepository.Outcome.class)
                        .status())
                .isEqualTo(DeliveryStatus.ACCEPTED);
        assertThat(exchange.getVariable("delivery", Delivery.class).status()).isEqualTo(DeliveryStatus.ACCEPTED);
    }

    /** Camel adds the failure of the attempt before, to which no thread was free, to that of the last one. */
    @Test
    void leavesAnUnclearAnswerAfterAnAttemptWithoutAThreadToReconciliation(Sandbox sandbox) {
        var exchange = exchange(sandbox, sandbox.newNumber());
        exchange.setVariable("call", new CallRecord(Clock.systemUTC()));
        var caught = new RuntimeCamelException(TwilioFailures.unclear());
        caught.addSuppressed(new RejectedExecutionException("full"));
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, caught);

        smsPost(sandbox, Map.of()).read(exchange);

        assertThat(exchange.getMessage()
                        .getBody(OutcomeRepository.Outcome.class)
                        .status())
                .isEqualTo(DeliveryStatus.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource(Message.Status.class)
    void knowsTheStatusesThatTheTableRanks(Message.Status status, Sandbox sandbox) {
        boolean ranked = Boolean.TRUE.equals(sandbox.database()
                .queryForObject("SELECT coalesce(textonce.status_rank(?), -1) >= 0", Boolean.class, status.toString()));

        assertThat(DeliveryStatus.of(status.toString())
                        .filter(DeliveryStatus::isTwilios)
                        .isPresent())
                .isEqualTo(ranked);
    }

    /** Each makes the call impossible before anything leaves: a parameter that can't be written, one that fits nothing. */
    static Stream<UnaryOperator<Exchange>> faults() {
        return Stream.of(
                exchange -> {
                    exchange.setVariable(
                            "sms", sms(exchange.getVariable("sms", Sms.class).phone(), null));
                    return exchange;
                },
                exchange -> {
                    exchange.getMessage().setHeader("CamelTwilio.provideFeedback", "perhaps");
                    return exchange;
                });
    }

    @ParameterizedTest
    @MethodSource("faults")
    void holdsATextThatCouldNotBeHandedOver(UnaryOperator<Exchange> fault, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post(
                "order-shipped",
                sandbox.orderShipped(id, number)
                        .replace("}", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(2)) + "\"}"));
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET status = 'reserved', due_at = now() + interval '1 min'"
                                + " WHERE event_id = ?",
                        id);
        var failed = sandbox.context()
                .getBean(MeterRegistry.class)
                .get("textonce.calls.failed")
                .counter();
        double before = failed.count();
        var exchange = exchange(sandbox, number);
        var delivery = sandbox.delivery(id);
        exchange.setVariable(
                "delivery",
                new Delivery(
                        (UUID) delivery.get("id"),
                        (Integer) delivery.get("attempt"),
                        DeliveryStatus.RESERVED,
                        null,
                        null,
                        false));

        sandbox.context()
                .getBean(CamelContext.class)
                .createProducerTemplate()
                .send("direct:sms-post", fault.apply(exchange));

        assertThat(sandbox.delivery(id)).containsEntry("status", "held").containsEntry("message_sid", null);
        assertThat(((Timestamp) sandbox.delivery(id).get("due_at")).toInstant())
                .isAfter(Instant.now().plus(Duration.ofMinutes(50)));
        assertThat(sandbox.delivery(id).get("body")).isNotNull();
        assertThat(failed.count()).isEqualTo(before + 1);
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    private static TwilioPost post(Sandbox sandbox, String number, Map<String, String> settings) {
        return post(sandbox, number, Peers.FROM_NUMBER, settings);
    }

    private static TwilioPost post(Sandbox sandbox, String number, String sender, Map<String, String> settings) {
        var exchange = exchange(sandbox, number);
        exchange.setVariable("sms", sms(number, new SendPolicy(), sender));

        smsPost(sandbox, settings).write(exchange);
        sandbox.context().getBean(CamelContext.class).createProducerTemplate().send("twilio:message/create", exchange);

        assertThat(exchange.getException()).isNull();
        return sandbox.twilio().postsTo(number).stream().findFirst().orElseThrow();
    }

    private static Exchange exchange(Sandbox sandbox, String number) {
        var exchange = new DefaultExchange(sandbox.context().getBean(CamelContext.class));
        exchange.setVariable("sms", sms(number));
        exchange.setVariable(
                "delivery", new Delivery(UUID.randomUUID(), 1, DeliveryStatus.RESERVED, null, null, false));
        exchange.setVariable("lease", new Lease(Duration.ofMinutes(1)));
        return exchange;
    }

    private static SmsPost smsPost(Sandbox sandbox, Map<String, String> settings) {
        return new SmsPost(
                sandbox.context().getBean(TwilioHttp.class),
                sandbox.context().getBean(CircuitBreaker.class),
                new SlowCalls(),
                sandbox.context().getBean(OptOuts.class),
                settings(sandbox, settings),
                sandbox.context().getBean(SendMeters.class),
                Clock.systemUTC());
    }

    private static Sms sms(String number) {
        return sms(number, new SendPolicy());
    }

    private static Sms sms(String number, @Nullable SendPolicy policy) {
        return sms(number, policy, Peers.FROM_NUMBER);
    }

    private static Sms sms(String number, @Nullable SendPolicy policy, String sender) {
        return TestSms.of("order-shipped", policy, "id", sender, number, "Your order has shipped.");
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
