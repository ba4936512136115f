package io.textonce.sandbox;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import io.textonce.phone.PhoneHash;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jms.core.JmsTemplate;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.util.FileSystemUtils;

/** What a test does with TextOnce: call it, put messages on its queue, drop files, and look at what came of it. */
public final class Sandbox {

    /** Lines of all files that may be sent at once: enough to be many, and few enough for a machine of two cores. */
    public static final int FILE_PARALLEL = 48;

    /** Messaging Services whose pace is five segments a second, one for each test that wants such a one. */
    public static final List<String> PACED_SENDERS =
            List.of("MG000000000000000000000000000face0", "MG000000000000000000000000000face1");

    /** Property of a test whose application reaches its broker by another client than Artemis'. */
    public static final String JMS_CLIENT = "sandbox.jms-client";

    /** Setting of the address of a broker other than the sandbox's, over AMQP. */
    public static final String AMQP_URL = "sandbox.amqp-url";

    private static final AtomicInteger NUMBERS = new AtomicInteger(1_000_000);
    private static final AtomicInteger BLOCKS = new AtomicInteger(555_200);
    private static final ObjectMapper JSON = new ObjectMapper();

    static {
        // What a test waits for is there at once, but on a machine that has other things to do.
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private final ApplicationContext context;
    private final Peers peers;
    private final int port;

    Sandbox(ApplicationContext context) {
        this.context = context;
        this.peers = context.getBean(Peers.class);
        this.port =
                ((ServletWebServerApplicationContext) context).getWebServer().getPort();
        peers.twilio().callbackTarget("127.0.0.1:" + port).inboundUrl("https://sms.example.com/twilio/inbound");
    }

    private static Peers startPeers() {
        try {
            var peers = new Peers(Files.createTempDirectory(Path.of("target"), "peers-"), 0, 0).start();
            SpringApplication.getShutdownHandlers().add(peers::close);
            return peers;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A folder with what TEXTONCE_ROUTES holds where it is set: tests never write into the original. */
    private static Path copyOfOwnRoutes() {
        try {
            var copy = Files.createTempDirectory(Path.of("target"), "routes-");
            var original = System.getenv("TEXTONCE_ROUTES");
            if (original != null && !original.isEmpty()) {
                FileSystemUtils.copyRecursively(Path.of(original), copy);
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The integrator's folder; what a test adds to it, it takes away. */
    public Path routes() {
        return Path.of(context.getEnvironment().getRequiredProperty("TEXTONCE_ROUTES"));
    }

    public Peers peers() {
        return peers;
    }

    public TwilioSimulator twilio() {
        return peers.twilio();
    }

    public ApplicationContext context() {
        return context;
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public URI management(String path) {
        return URI.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.management.port") + path);
    }

    /** An event id that no test used before. */
    public String newEventId() {
        return "test-" + UUID.randomUUID();
    }

    /** A number that no test used before. */
    public String newNumber() {
        return "+1555" + NUMBERS.getAndIncrement();
    }

    /** Ten thousand numbers that no test used before: one of them is this and four digits. */
    public String newBlock() {
        return "+1" + BLOCKS.getAndIncrement();
    }

    /** An order-shipped event of its own, to be posted. */
    public Order order() {
        return new Order(this);
    }

    /** A valid order-shipped event. */
    public String orderShipped(String eventId, String number) {
        return "{\"eventId\":\"" + eventId + "\",\"phone\":\"" + number
                + "\",\"orderId\":\"1001\",\"trackingUrl\":\"https://example.com/track/1001\","
                + "\"consentAt\":\"2026-06-02T09:00:00.000Z\"}";
    }

    public HttpResponse<String> post(String event, String json) {
        return postJson("/api/" + event + "-sms", json);
    }

    public HttpResponse<String> postJson(String path, String json) {
        return request("POST", path, json);
    }

    /** Posts an event as a client. */
    public HttpResponse<String> postAs(String token, String event, String json) {
        return send(HttpRequest.newBuilder(uri("/api/" + event + "-sms"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    public HttpResponse<String> request(String method, String path, String json) {
        return send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(json)));
    }

    public HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    public HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.timeout(Duration.ofSeconds(90)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw new AssertionError("Not JSON: " + response.body(), e);
        }
    }

    public JmsTemplate jms() {
        var template = new JmsTemplate(context.getBean(ConnectionFactory.class));
        template.setReceiveTimeout(10_000);
        return template;
    }

    /** The texts of the dead letters of all tests. */
    public List<String> deadLetters() {
        return BrowsedQueue.read(
                jms(), "textonce.events.dead", letter -> letter instanceof TextMessage text ? text.getText() : null);
    }

    /** Puts an event on the event queue, its name in the property {@code event}. */
    public void publish(String event, String json) {
        jms().convertAndSend("textonce.events", json, message -> {
            message.setStringProperty("event", event);
            return message;
        });
    }

    /** Drops a complete file into an event's folder. */
    public Path drop(String event, String name, String content) {
        try {
            Path folder = Files.createDirectories(peers.inbox().resolve(event));
            Path part = Files.writeString(folder.resolve("." + name + ".tmp"), content);
            return Files.move(part, folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public JdbcTemplate database() {
        return new JdbcTemplate(context.getBean("dataSource", DataSource.class));
    }

    /** Waits until each pool has connected after an outage of the database: it pauses up to 5 s between its attempts. */
    public void awaitConnections() {
        await().ignoreExceptionsInstanceOf(SQLException.class).until(() -> {
            for (var pool : context.getBeansOfType(HikariDataSource.class).values()) {
                pool.getConnection().close();
            }
            return true;
        });
    }

    /** The delivery of an event as the table holds it. */
    public Map<String, Object> delivery(String eventId) {
        return database().queryForMap("SELECT * FROM textonce.deliveries WHERE event_id = ?", eventId);
    }

    /** Makes the delivery of an event due. */
    public void makeDue(String eventId) {
        database().update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ?", eventId);
    }

    /** The hash under which a number is found. */
    public byte[] phoneHash(String number) {
        return context.getBean(PhoneHash.class).of(number);
    }

    /** How many deliveries the table holds for an event. */
    public long deliveries(String eventId) {
        return database()
                .queryForObject("SELECT count(*) FROM textonce.deliveries WHERE event_id = ?", Long.class, eventId);
    }

    /** What was written down of it since it was claimed. */
    public List<Map<String, Object>> timeline(String eventId) {
        return database()
                .queryForList(
                        "SELECT e.* FROM textonce.delivery_events e JOIN textonce.deliveries d ON d.id = e.delivery_id"
                                + " WHERE d.event_id = ? AND NOT (e.kind = 'decision' AND e.status = 'reserved'"
                                + " AND e.happened_at = d.created_at) ORDER BY e.id",
                        eventId);
    }

    /** Waits until the delivery of an event has a status. */
    public void awaitStatus(String eventId, String status) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> delivery(eventId).get("status"), status::equals);
    }

    /** Gives an application peers of its own and points it at them before it starts. */
    static final class Initializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            var peers = startPeers();
            context.getBeanFactory().registerSingleton("peers", peers);
            Map<String, Object> settings = new HashMap<>(peers.environment());
            settings.putAll(peers.statusEnvironment());
            settings.putAll(jms(context.getEnvironment(), peers));
            settings.put("TEXTONCE_STATUS_TIMEOUT", "2s");
            settings.put("PUBLIC_BASE_URL", "https://sms.example.com");
            settings.put("MANAGEMENT_SERVER_PORT", "0");
            settings.put("TEXTONCE_ROUTES", copyOfOwnRoutes().toString());
            settings.put("TEXTONCE_FILE_QUIET_TIME", "150ms");
            settings.put("TEXTONCE_FILE_PARALLEL", String.valueOf(FILE_PARALLEL));
            settings.put("TEXTONCE_FILE_FINAL_RESULTS", "true");
            // Tests delete rows by hand, and a restart of the database would then show that it has lost commits.
            settings.put("TEXTONCE_WRITE_MEMORY", "0s");
            settings.put("TEXTONCE_DUE_IDLE_POLL_INTERVAL", "1s");
            settings.put("TEXTONCE_TWILIO_SEGMENTS_PER_SECOND", String.join("=5,", PACED_SENDERS) + "=5");
            settings.put("spring.lifecycle.timeout-per-shutdown-phase", "1s");
            Peers.configure(context.getEnvironment(), settings);
            context.addApplicationListener(new ImpatientEnd());
        }
    }

    /** What tests have left hanging would delay the end of each JVM of tests by half a minute. */
    private static final class ImpatientEnd implements ApplicationListener<ContextClosedEvent> {

        @Override
        public void onApplicationEvent(ContextClosedEvent event) {
            event.getApplicationContext()
                    .getBean(CamelContext.class)
                    .getShutdownStrategy()
                    .setTimeout(1);
        }
    }

    private static Map<String, String> jms(Environment environment, Peers peers) {
        String client = environment.getProperty(JMS_CLIENT, "artemis");
        String url = switch (client) {
            case "amqp" ->
                environment.getProperty(AMQP_URL, "amqp://" + peers.broker().address());
            case "activemq" -> ClassicBroker.start().url();
            default -> "";
        };
        return Map.of("TEXTONCE_JMS_CLIENT", client, "TEXTONCE_JMS_BROKER_URL", url);
    }

    /** Hands the sandbox to a test method. */
    static final class Parameter implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext extension) {
            return parameter.getParameter().getType() == Sandbox.class;
        }

        @Override
        public Sandbox resolveParameter(ParameterContext parameter, ExtensionContext extension) {
            return new Sandbox(SpringExtension.getApplicationContext(extension));
        }
    }
}
