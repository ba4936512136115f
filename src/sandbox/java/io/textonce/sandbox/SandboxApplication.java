package io.textonce.sandbox;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.TextOnce;
import io.textonce.privacy.CommandConsole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * TextOnce with everything it needs, on a machine that has only a JDK. In a checkout its data stays in {@code
 * target/sandbox}, and edits of the shipped files take effect at its next start; elsewhere it stays in {@code sandbox}.
 */
public final class SandboxApplication {

    private static final Logger LOG = LoggerFactory.getLogger(SandboxApplication.class);

    /** Folder of user files: loaded within a second or two, as in production. */
    private static final Path USER_ROUTES = Path.of("my-routes");

    private static final boolean IS_CHECKOUT = Files.exists(Path.of("pom.xml")) && Files.isDirectory(Path.of("routes"));

    private static final Path DATA = IS_CHECKOUT ? Path.of("target", "sandbox") : Path.of("sandbox");

    /** Example events of MMS, WhatsApp and RCS. */
    private static final List<String> CHANNEL_EVENTS = List.of("photo-ready", "table-reserved", "tour-today");

    private static final String SENDERS = """
            # Senders by event, client, country and language; the first row that fits decides. This one is an RCS agent of the
            # simulator, since no number can send RCS.
            - sender: rcs:sandbox_agent
              events: tour-today
            """;

    private static final int BROKER_PORT = 61616;
    private static final int TWILIO_PORT = 4010;
    private static final int STATUS_PORT = 4011;
    private static final int MANAGEMENT_PORT = 9090;

    /** Held here, because a lock ends with its last reference. */
    private static @Nullable FileLock lock;

    private SandboxApplication() {}

    public static void main(String[] args) {
        TextOnce.useEnglish();
        if (!lock(DATA)) {
            System.err.println("A sandbox runs in " + DATA.toAbsolutePath() + " already");
            System.exit(CommandConsole.FINDINGS);
        }
        SpringApplication.from(SandboxApplication::start)
                .with(SandboxConfiguration.class)
                .run(args);
    }

    private static void start(String[] args) {
        try {
            Files.createDirectories(USER_ROUTES);
            Path senders = USER_ROUTES.resolve("senders.yaml");
            if (!Files.exists(senders)) {
                Files.writeString(senders, SENDERS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var peers = new Peers(DATA, orAny(BROKER_PORT), orAny(TWILIO_PORT), orAny(STATUS_PORT));
        var application = new SpringApplication(TextOnce.class);
        application.addInitializers(context -> {
            peers.start();
            SpringApplication.getShutdownHandlers().add(peers::close);
            Map<String, Object> settings = new HashMap<>(peers.environment());
            settings.putAll(peers.statusEnvironment());
            peers.statuses().onEvent(SandboxApplication::log);
            String address = "http://localhost:" + context.getEnvironment().getProperty("server.port");
            settings.put("PUBLIC_BASE_URL", address);
            settings.put("MANAGEMENT_ENDPOINT_HEALTH_SHOW_DETAILS", "always");
            settings.put("TEXTONCE_CAPS_DAILY_LIMIT", "5000");
            settings.put("TEXTONCE_FILE_FINAL_RESULTS", "true");
            peers.twilio().inboundUrl(address + "/twilio/inbound");
            if (IS_CHECKOUT) {
                settings.put("TEXTONCE_HOME", "file:routes");
            }
            if (!context.getEnvironment().containsProperty("TEXTONCE_ROUTES")) {
                settings.put("TEXTONCE_ROUTES", USER_ROUTES.toString());
            }
            if (!context.getEnvironment().containsProperty("MANAGEMENT_SERVER_PORT")) {
                settings.put("MANAGEMENT_SERVER_PORT", String.valueOf(orAny(MANAGEMENT_PORT)));
            }
            Peers.configure(context.getEnvironment(), settings);
        });
        application.addListeners(
                (ApplicationListener<ApplicationReadyEvent>) ready -> welcome(ready.getApplicationContext(), peers));
        try {
            application.run(args);
            if (IS_CHECKOUT) {
                var files = new ShippedFiles(Path.of("routes"));
                var watch = Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("shipped-files-"));
                watch.scheduleWithFixedDelay(files::report, 1, 1, TimeUnit.SECONDS);
                SpringApplication.getShutdownHandlers().add(watch::shutdownNow);
            }
        } catch (RuntimeException e) {
            // Their threads would keep an idle process alive.
            peers.close();
            throw e;
        }
    }

    /**
     * Starts TextOnce for a command: without its log, at any ports, with the files of a folder.
     *
     * @param peers settings of its peers, which this may start
     */
    public static ConfigurableApplicationContext startForCommand(Path folder, Supplier<Map<String, String>> peers) {
        var application = new SpringApplication(TextOnce.class, SandboxConfiguration.class);
        application.addInitializers(context -> {
            silence();
            Map<String, Object> settings = new HashMap<>(peers.get());
            settings.put("PORT", "0");
            settings.put("MANAGEMENT_SERVER_PORT", "0");
            settings.put("PUBLIC_BASE_URL", "https://sms.example.com");
            settings.put("TEXTONCE_ROUTES", folder.toString());
            settings.put("TEXTONCE_ROUTES_RELOAD", "false");
            Peers.configure(context.getEnvironment(), settings);
        });
        application.setLogStartupInfo(false);
        return application.run();
    }

    /** Silences an application whose findings are printed: every logger that has a level, and the root of the others. */
    public static void silence() {
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLoggerList()
                .forEach(logger -> logger.setLevel(Level.OFF));
    }

    /** Locks the folder, unless another sandbox runs in it: they would share a database. The lock ends with the process. */
    private static boolean lock(Path directory) {
        try {
            Files.createDirectories(directory);
            var channel = FileChannel.open(directory.resolve("lock"), CREATE, WRITE);
            lock = channel.tryLock();
            return lock != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the port, or any free one if it is in use. */
    private static int orAny(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Loads the example events of the channels other than SMS, which production does not have. */
    private static void loadExamples(ApplicationContext context) {
        var camel = context.getBean(CamelContext.class);
        for (String event : CHANNEL_EVENTS) {
            String file = context.getEnvironment().getProperty("textonce.home") + "/examples/event-" + event;
            try {
                PluginHelper.getRoutesLoader(camel)
                        .loadRoutes(ResourceHelper.resolveMandatoryResource(camel, file + ".camel.yaml"));
            } catch (Exception e) {
                throw new IllegalStateException("The example " + event + " can't be loaded", e);
            }
        }
    }

    private static void welcome(ApplicationContext context, Peers peers) {
        Environment environment = context.getEnvironment();
        loadExamples(context);
        var routes = context.getBean(ProducerTemplate.class);
        var app = URI.create("http://localhost:" + environment.getProperty("local.server.port"));
        peers.twilio()
                .onExampleDay(() ->
                        new ExampleDay(app, peers, day -> routes.sendBody("direct:ledger-compare-day", day)).fill());
        System.out.printf(
                """

                TextOnce runs in its sandbox. Nothing here reaches a phone.
                  post    curl -i http://localhost:%s/api/order-shipped-sms -H 'Content-Type: application/json' -d '...'
                  other   photo-ready is an MMS, table-reserved goes by WhatsApp, tour-today by RCS; see routes/examples
                  verify  curl -i http://localhost:%s/api/verify/start -H 'Content-Type: application/json' -d '{"phone":"..."}'
                  queue   %s at %s (AMQP and STOMP at the same port), JMS property event=order-shipped
                  drop    %s (.json, .jsonl, .csv)
                  add     %s: events, schemas, templates of your own; each is loaded within two seconds
                  twilio  %s shows what Twilio received, and the codes
                  support http://localhost:%s/ shows what became of each message
                  day     curl -X POST %s/_simulator/day fills the pages with an example day
                  status  %s shows what a client receives of it, by a signed webhook; so does %s at the broker
                  routes  http://localhost:%s/camel shows what runs, and stops and starts the intakes
                  stop    Ctrl-C; the data stays in %s
                """,
                environment.getProperty("local.server.port"),
                environment.getProperty("local.server.port"),
                environment.getProperty("textonce.jms.events-queue"),
                peers.broker().url(),
                peers.inbox().resolve("order-shipped"),
                environment.getProperty("textonce.routes"),
                peers.twilio().baseUrl(),
                environment.getProperty("local.server.port"),
                peers.twilio().baseUrl(),
                peers.statuses().url(),
                environment.getProperty("textonce.status.destination"),
                environment.getProperty("local.management.port"),
                DATA);
    }

    private static void log(JsonNode event) {
        LOG.info(
                "The client received: {} is {}",
                event.at("/data/eventId").asText(),
                event.at("/data/status").asText());
    }
}
