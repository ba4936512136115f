package io.textonce.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Peers of TextOnce, on this machine alone: PostgreSQL, a broker, Twilio, an inbox. Each is a process or port of its
 * own that can be stopped and started while TextOnce runs.
 */
public final class Peers implements AutoCloseable {

    public static final String ACCOUNT_SID = "AC00000000000000000000000000000001";
    public static final String AUTH_TOKEN = "sandbox-auth-token-0123456789abcd";
    public static final String VERIFY_SERVICE_SID = "VA00000000000000000000000000000001";
    public static final String FROM_NUMBER = "+15551234567";

    private final SandboxPostgres postgres;
    private final SandboxBroker broker;
    private final TwilioSimulator twilio;
    private final int statusPort;
    private @Nullable StatusReceiver statuses;
    private final Path inbox;

    /**
     * @param directory where their data stays
     * @param brokerPort of the broker, 0 for any
     * @param twilioPort of the simulator, 0 for any
     */
    public Peers(Path directory, int brokerPort, int twilioPort) {
        this(directory, brokerPort, twilioPort, 0);
    }

    /** @param twilio clock of Twilio */
    public Peers(Path directory, Clock twilio) {
        this(directory, 0, 0, 0, twilio);
    }

    /** @param statusPort of the status webhook's client, 0 for any */
    public Peers(Path directory, int brokerPort, int twilioPort, int statusPort) {
        this(directory, brokerPort, twilioPort, statusPort, Clock.systemUTC());
    }

    private Peers(Path directory, int brokerPort, int twilioPort, int statusPort, Clock clock) {
        this.statusPort = statusPort;
        this.postgres = new SandboxPostgres(directory.resolve("postgres"));
        this.broker = new SandboxBroker(directory.resolve("artemis"), brokerPort);
        this.twilio = TwilioSimulator.builder()
                .port(twilioPort)
                .account(ACCOUNT_SID, AUTH_TOKEN)
                .verifyServiceSid(VERIFY_SERVICE_SID)
                .clock(clock)
                .build();
        this.inbox = directory.resolve("inbox").toAbsolutePath();
    }

    public Peers start() {
        try {
            Files.createDirectories(inbox.resolve("order-shipped"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        postgres.start();
        broker.start();
        twilio.start();
        statuses = new StatusReceiver(statusPort);
        return this;
    }

    public SandboxPostgres postgres() {
        return postgres;
    }

    public SandboxBroker broker() {
        return broker;
    }

    public TwilioSimulator twilio() {
        return twilio;
    }

    /** Returns the client with the status webhook, which {@link #statusEnvironment} configures. */
    public StatusReceiver statuses() {
        if (statuses == null) {
            throw new IllegalStateException("The sandbox's peers are not started");
        }
        return statuses;
    }

    public Path inbox() {
        return inbox;
    }

    /** The settings that point TextOnce at them, by environment variable. */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("SPRING_DATASOURCE_URL", postgres.url());
        environment.put("SPRING_DATASOURCE_USERNAME", "postgres");
        environment.put("SPRING_DATASOURCE_PASSWORD", "sandbox-database-password");
        environment.put("SPRING_ARTEMIS_BROKER_URL", broker.url());
        environment.put("TWILIO_BASE_URL", twilio.baseUrl());
        environment.put("TWILIO_ACCOUNT_SID", ACCOUNT_SID);
        environment.put("TWILIO_AUTH_TOKEN", AUTH_TOKEN);
        environment.put("TWILIO_FROM_NUMBER", FROM_NUMBER);
        environment.put("TWILIO_VERIFY_SERVICE_SID", VERIFY_SERVICE_SID);
        environment.put("TEXTONCE_HASH_KEY", "sandbox-hash-key-0123456789abcdef");
        environment.put("TEXTONCE_INBOX", inbox.toString());
        return environment;
    }

    /** Returns the settings that publish status changes to a client and a topic. */
    public Map<String, String> statusEnvironment() {
        return Map.of(
                "TEXTONCE_STATUS_DESTINATION",
                "topic:textonce.status",
                "TEXTONCE_CLIENTS_SANDBOX_WEBHOOK_URL",
                statuses().url() + "/status",
                "TEXTONCE_CLIENTS_SANDBOX_WEBHOOK_SECRET",
                StatusReceiver.SECRET,
                "TEXTONCE_CLIENTS_SANDBOX_WEBHOOK_EVENTS",
                "*");
    }

    /** Gives settings to an application as if its environment held them. */
    public static void configure(ConfigurableEnvironment environment, Map<String, Object> settings) {
        // Spring reads SPRING_DATASOURCE_URL as spring.datasource.url only in a source of this name.
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("sandbox-systemEnvironment", settings));
    }

    @Override
    public void close() {
        if (statuses != null) {
            statuses.close();
        }
        twilio.close();
        broker.close();
        postgres.close();
    }
}
