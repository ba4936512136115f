package io.textonce.sandbox;

import static java.util.Map.entry;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.test.context.ContextConfiguration;

/**
 * A test of the application as production runs it: shut to whoever has no token. Its clients are set by environment
 * variables; no Verify service is. Its peers are its own, and what it does is traced.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ApplicationTest
@ContextConfiguration(initializers = {Sandbox.Initializer.class, ProductionTest.Clients.class})
@ExtendWith(Sandbox.Parameter.class)
public @interface ProductionTest {

    /** Gives out tokens that are taken here too. */
    Issuer ISSUER = new Issuer();

    /** Is told what is done here. */
    TraceReceiver TRACES = new TraceReceiver();

    /** How long a wrong token waits for its answer. */
    Duration WRONG_TOKEN_DELAY = Duration.ofMillis(100);

    /** Four clients and an issuer; each hash is of the token {@code <name>-token}, the shop's second of {@code shop-new-token}. */
    final class Clients implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        private static final Map<String, Object> ENVIRONMENT = Map.ofEntries(
                entry("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs"),
                entry("OTEL_EXPORTER_OTLP_ENDPOINT", TRACES.url()),
                entry("TWILIO_VERIFY_SERVICE_SID", ""),
                entry("TEXTONCE_REGIONS", "US,GB"),
                entry(
                        "TEXTONCE_CLIENTS_SHOP_TOKEN_SHA256",
                        Sha256.hex("shop-token") + ", " + Sha256.hex("shop-new-token")),
                entry("TEXTONCE_CLIENTS_SHOP_EVENTS", "order-shipped,order-packed"),
                entry("TEXTONCE_CLIENTS_CLINIC_TOKEN_SHA256", Sha256.hex("clinic-token")),
                entry("TEXTONCE_CLIENTS_CLINIC_EVENTS", "appointment-reminder,verify"),
                entry("TEXTONCE_CLIENTS_SUPPORT_TOKEN_SHA256", Sha256.hex("support-token")),
                entry("TEXTONCE_CLIENTS_SUPPORT_ROLE", "operator"),
                entry("TEXTONCE_CLIENTS_PROMETHEUS_TOKEN_SHA256", Sha256.hex("metrics-token")),
                entry("TEXTONCE_CLIENTS_PROMETHEUS_ROLE", "monitor"),
                entry("TEXTONCE_CLIENTS_LOOP_TOKEN_SHA256", Sha256.hex("loop-token")),
                entry("TEXTONCE_CLIENTS_LOOP_REQUESTS_PER_SECOND", "2"),
                entry("TEXTONCE_EVENTS_SUPPORT_ACKNOWLEDGED_ENABLED", "false"),
                entry("TEXTONCE_CAPS_DELAYS_EVENTS", "order-delayed"),
                entry("TEXTONCE_CAPS_DELAYS_LIMIT", "1000"),
                entry("TEXTONCE_EVENTS_ORDER_DELAYED_PURPOSE", "delays"),
                entry("TEXTONCE_EVENTS_ORDER_DELAYED_TIMETOLIVE", "2h"),
                entry("TEXTONCE_HTTP_PUBLIC_PATHS", "/hooks/parcel,/hooks/bells/**"),
                entry("TEXTONCE_HTTP_SCOPE_CLAIMS", "scope,scp,roles"),
                entry("TEXTONCE_HTTP_WRONG_TOKEN_DELAY", WRONG_TOKEN_DELAY.toString()),
                entry("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI", ISSUER.url()),
                entry("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", Issuer.AUDIENCE));

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new SystemEnvironmentPropertySource("clients-systemEnvironment", ENVIRONMENT));
        }
    }
}
