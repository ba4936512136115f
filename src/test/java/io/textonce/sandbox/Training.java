package io.textonce.sandbox;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Lets TextOnce start, do some of all its work and stop, so that the JVM can note what it loads and what it runs often:
 * the cache of JEP 514, by which the next start takes a fraction of the time. The jar is taken apart as in the Dockerfile,
 * where the system property {@code sandbox.jar} names it; the JVM is the one that runs this, from 25 on.
 */
public final class Training {

    private static final int EVENTS = 300;

    private static final Duration MOST = Duration.ofMinutes(5);

    private Training() {}

    /** @param arguments where the cache is written */
    public static void main(String[] arguments) throws Exception {
        run(Path.of(System.getProperty("sandbox.jar")), Path.of(arguments[0]));
        System.exit(0);
    }

    public static void run(Path jar, Path cache) throws Exception {
        try (var peers = new Peers(Files.createTempDirectory("training-"), 0, 0).start();
                var app = AppProcess.of(peers)
                        .jar(jar)
                        .with("TEXTONCE_FILE_QUIET_TIME", "100ms")
                        .jvm("-XX:AOTCacheOutput=" + cache.toAbsolutePath(), "-Xlog:aot=error")) {
            peers.twilio().callbackTarget(app.hostAndPort());
            app.start();
            work(app, peers);
            // The JVM writes the cache before it ends.
            var process = ProcessHandle.of(app.pid()).orElseThrow();
            process.destroy();
            process.onExit().get(MOST.toMinutes(), TimeUnit.MINUTES);
        }
        if (!Files.exists(cache)) {
            throw new IllegalStateException("The JVM wrote no cache; it must be of version 25 or newer");
        }
    }

    private static void work(AppProcess app, Peers peers) throws Exception {
        drop(peers);
        publish(peers);
        for (int i = 0; i < EVENTS; i++) {
            app.post("order-shipped", event("http", i));
        }
        app.post("order-shipped", event("http", 0));
        app.post("order-shipped", "{}");
        app.get("/api/deliveries?eventId=training-http-0");
        app.get("/api/deliveries?status=delivered");
        app.get("/");
        app.send(HttpRequest.newBuilder(app.managementUri("/actuator/prometheus")));
        await().atMost(MOST).until(() -> peers.twilio().messages().size() >= 3 * EVENTS);
    }

    private static void drop(Peers peers) throws IOException {
        Path folder = peers.inbox().resolve("order-shipped");
        Path part = Files.writeString(
                folder.resolve(".training.tmp"),
                IntStream.range(0, EVENTS).mapToObj(i -> event("file", i)).collect(Collectors.joining("\n")));
        Files.move(part, folder.resolve("training.jsonl"));
    }

    private static void publish(Peers peers) throws Exception {
        try (var factory = new ActiveMQConnectionFactory(peers.broker().url());
                var context = factory.createContext()) {
            var queue = context.createQueue("textonce.events");
            for (int i = 0; i < EVENTS; i++) {
                var message = context.createTextMessage(event("queue", i));
                message.setStringProperty("event", "order-shipped");
                context.createProducer().send(queue, message);
            }
        }
    }

    private static String event(String source, int number) {
        return "{\"eventId\":\"training-" + source + "-" + number + "\",\"phone\":\"+1555" + (2_000_000 + number)
                + "\",\"orderId\":\"" + source + "-" + number + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }
}
