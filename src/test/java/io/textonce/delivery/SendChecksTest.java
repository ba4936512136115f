package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.event.EventRejected;
import io.textonce.message.SendPolicy;
import io.textonce.message.Senders;
import io.textonce.message.SmsDraft;
import io.textonce.phone.Countries;
import io.textonce.phone.PhoneHash;
import io.textonce.phone.PhoneNumbers;
import io.textonce.phone.PhoneTimeZones;
import io.textonce.phone.Recipients;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** The checks of {@code routes/sms/sms-send.camel.yaml} in every order: an edit of the file may swap them. */
class SendChecksTest {

    private static final Instant NOW = Instant.parse("2026-06-02T12:00:00Z");
    private static final Path FILE = Path.of("routes/sms/sms-send.camel.yaml");
    private static final ObjectMapper YAML = new YAMLMapper();

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final Claims claims = new Claims();
    private final List<String> orders = new ArrayList<>();

    @BeforeEach
    void loadEveryOrder() throws Exception {
        var clock = Clock.fixed(NOW, ZoneOffset.UTC);
        var rules = new SendRules(
                DeliveryTables.optOuts(new JdbcTemplate(), new PhoneHash(new byte[32])),
                new RecipientGuards(
                        new Recipients("only:+1415*,+33*"), new Countries(Set.of(), Set.of("FR")), Map.of()),
                new PhoneTimeZones(),
                ZoneOffset.UTC,
                Map.of("news", Duration.ofDays(30)),
                clock);
        camel.getRegistry()
                .bind(
                        "smsDraft",
                        new SmsDraft(
                                new PhoneNumbers(),
                                new Recipients("all"),
                                new Senders("file:routes", "", DeliveryTables.SENDER, Set.of()),
                                clock));
        camel.getRegistry().bind("sendChecks", new SendChecks(new PhoneNumbers(), rules, clock));
        var meters = new SimpleMeterRegistry();
        camel.getRegistry().bind("deliverySteps", new DeliverySteps(meters, new BarredMessages(meters)));
        camel.getRegistry().bind("deliveries", claims);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:sms-post").setBody(constant("posted"));
            }
        });
        camel.addRoutesConfigurations(new RouteConfigurationBuilder() {
            @Override
            public void configuration() {
                routeConfiguration("to-caller").errorHandler(noErrorHandler());
            }
        });
        for (var order : orders(checks(YAML.readTree(FILE.toFile())))) {
            String id = "sms-send-order" + "abcdefghijklmnopqrstuvwxyz".charAt(orders.size());
            String text = YAML.writeValueAsString(order).replace("sms-send", id);
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(id + ".camel.yaml", text));
            orders.add(id);
        }
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    @ParameterizedTest
    @CsvSource({
        "+14155552671, 2026-06-01T12:00:00Z, Hello, '',          RESERVED",
        "+14155552671, 2026-06-01T12:00:00Z, Hello, 11:00-13:00, HELD",
        "+14155552671, 2026-04-01T12:00:00Z, Hello, 11:00-13:00, REJECTED",
        "+14155552671, 2026-07-01T12:00:00Z, Hello, '',          REJECTED",
        "+15551234567, 2026-06-01T12:00:00Z, Hello, '',          SUPPRESSED",
        "+15551234567, 2026-06-01T12:00:00Z, Hello, 11:00-13:00, SUPPRESSED",
        "+15551234567, 2026-04-01T12:00:00Z, Hello, 11:00-13:00, REJECTED",
        "+33612345678, 2026-06-01T12:00:00Z, Hello, '',          REJECTED",
        "4155552671,   2026-06-01T12:00:00Z, Hello, 11:00-13:00, REJECTED",
        "nobody,       2026-04-01T12:00:00Z, '',    11:00-13:00, REJECTED",
        "+14155552671, 2026-06-01T12:00:00Z, '',    '',          REJECTED",
    })
    void decideTheSameInEveryOrder(
            String phone, String consentAt, String text, String quietHours, DeliveryStatus status) {
        assertThat(orders).hasSize(10);
        for (String order : orders) {
            for (boolean keeps : new boolean[] {true, false}) {
                claims.decision = null;

                var done = send(order, phone, consentAt, text, quietHours, keeps);

                if (done.getException() == null) {
                    assertThat(claims.decision).as(order).isEqualTo(status);
                } else {
                    assertThat(keeps).as(order).isFalse();
                    assertThat(done.getException()).as(order).isInstanceOf(EventRejected.class);
                    assertThat(status).as(order).isEqualTo(DeliveryStatus.REJECTED);
                }
            }
        }
    }

    private Exchange send(
            String route, String phone, String consentAt, String text, String quietHours, boolean keepsRejected) {
        var policy = new SendPolicy();
        policy.setEvent("news-flash");
        policy.setPurpose("news");
        policy.setTimeZone("UTC");
        policy.setQuietHours(quietHours);
        policy.setKeepRejected(keepsRejected);
        return camel.createProducerTemplate().send("direct:" + route, ExchangePattern.InOut, exchange -> {
            exchange.setVariable(SendPolicy.VARIABLE, policy);
            exchange.setVariable("text", text);
            exchange.getMessage().setBody(Map.of("eventId", "news_1001_v1", "phone", phone, "consentAt", consentAt));
        });
    }

    /** The steps of the file that are checks. */
    private static Checks checks(JsonNode file) {
        var steps = (ArrayNode) file.at("/0/route/from/steps");
        var places = new ArrayList<Integer>();
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i).at("/bean/ref").asText().equals("sendChecks")) {
                places.add(i);
            }
        }
        return new Checks(file, places);
    }

    /** The order of the file and its reverse, each begun with every check: any two checks stand in both orders. */
    private static List<JsonNode> orders(Checks checks) {
        var found = new ArrayList<JsonNode>();
        for (int first = 0; first < checks.places().size(); first++) {
            var order = new ArrayList<>(checks.places());
            Collections.rotate(order, first);
            found.add(inOrder(order, checks));
            Collections.reverse(order);
            found.add(inOrder(order, checks));
        }
        return found;
    }

    private static JsonNode inOrder(List<Integer> chosen, Checks checks) {
        var file = checks.file().deepCopy();
        var steps = (ArrayNode) file.at("/0/route/from/steps");
        var before = checks.file().at("/0/route/from/steps");
        for (int i = 0; i < chosen.size(); i++) {
            steps.set(checks.places().get(i), before.get(chosen.get(i)));
        }
        return file;
    }

    private record Checks(JsonNode file, List<Integer> places) {}

    /** Keeps the decision that reaches the claim. */
    private static final class Claims extends ServiceSupport implements IdempotentRepository {

        private DeliveryStatus decision;

        @Override
        public boolean add(Exchange exchange, String key) {
            decision = exchange.getVariable("decision", SendDecision.SEND, SendDecision.class)
                    .status();
            return decision == DeliveryStatus.RESERVED;
        }

        @Override
        public boolean add(String key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean contains(String key) {
            return false;
        }

        @Override
        public boolean remove(String key) {
            return false;
        }

        @Override
        public boolean confirm(String key) {
            return true;
        }

        @Override
        public void clear() {}
    }
}
