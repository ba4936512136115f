package io.textonce.sandbox;

import static org.awaitility.Awaitility.await;

import jakarta.jms.JMSContext;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/**
 * Training run of TextOnce: it starts, works under load from all intakes until the compiler rests, and stops; the JVM notes
 * what it loads, what it runs often and how (JEP 514, 515). With that cache the next start takes a fraction of the time, and
 * its hot methods are compiled by these profiles; those that were not optimized yet are optimized late. The small form
 * has an archive of its loaded classes alone. The jar is extracted as in the Dockerfile, where the system property
 * {@code sandbox.jar} names it; the JVM is the one that runs this, from 25 on.
 */
public final class Training {

    /** The longest load, for a slow machine. */
    public static final Duration LONGEST = Duration.ofMinutes(3);

    private static final Duration ROUND = Duration.ofSeconds(10);

    /** Share of a round that the compiler may work for while it rests. */
    private static final double REST = 0.1;

    private static final int CALLERS = 16;
    private static final int EVENTS = 2_000;
    private static final Duration MOST = Duration.ofMinutes(5);

    private final AppProcess app;
    private final Peers peers;
    private final AtomicInteger events = new AtomicInteger();

    private Training(AppProcess app, Peers peers) {
        this.app = app;
        this.peers = peers;
    }

    /** @param arguments where the cache is written, and the options of the JVM that writes it */
    public static void main(String[] arguments) throws Exception {
        SandboxApplication.silence();
        run(
                Path.of(System.getProperty("sandbox.jar")),
                Path.of(arguments[0]),
                LONGEST,
                Arrays.copyOfRange(arguments, 1, arguments.length));
        System.exit(0);
    }

    /** @param longest time after which the load ends although the compiler still works */
    public static void run(Path jar, Path cache, Duration longest) throws Exception {
        run(jar, cache, longest, "-XX:AOTCacheOutput=" + cache.toAbsolutePath(), "-Xlog:aot=error");
    }

    /** Writes the archive of the image's small form. */
    public static void small(Path jar, Path archive) throws Exception {
        run(
                jar,
                archive,
                Duration.ZERO,
                "@docker/small.options",
                "-Xmx160m",
                "-XX:ArchiveClassesAtExit=" + archive.toAbsolutePath());
    }

    private static void run(Path jar, Path cache, Duration longest, String... jvm) throws Exception {
        try (var peers = new Peers(Files.createTempDirectory("training-"), 0, 0).start();
                var app = AppProcess.of(peers)
                        .jar(jar)
                        .with("TEXTONCE_FILE_QUIET_TIME", "100ms")
                        .with("TEXTONCE_WARM_UP", "2s")
                        .jvm(jvm)) {
            peers.twilio().callbackTarget(app.hostAndPort());
            app.start();
            new Training(app, peers).work(longest);
            // The JVM writes the cache before it ends.
            var process = ProcessHandle.of(app.pid()).orElseThrow();
            process.destroy();
            process.onExit().get(MOST.toMinutes(), TimeUnit.MINUTES);
        }
        if (!Files.exists(cache)) {
            throw new IllegalStateException("The JVM wrote no cache; it must be of version 25 or newer");
        }
    }

    private void work(Duration longest) throws Exception {
        long end = System.nanoTime() + longest.toNanos();
        double compiled = compiled();
        double before;
        do {
            before = compiled;
            drop();
            publish();
            post(ROUND);
            await().atMost(MOST).until(() -> peers.twilio().postCount() >= events.get());
            compiled = compiled();
        } while (compiled - before > REST * ROUND.toSeconds() && System.nanoTime() < end);
        app.get("/api/deliveries?status=delivered");
        app.get("/");
    }

    /** The time that the compiler has worked for, in seconds. */
    private double compiled() {
        return app.send(HttpRequest.newBuilder(app.managementUri("/actuator/prometheus")))
                        .body()
                        .lines()
                        .filter(line -> line.startsWith("jvm_compilation_time_ms_total"))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum()
                / 1e3;
    }

    /** Posts new events for a time, and now and then something else. */
    private void post(Duration time) throws Exception {
        var callers = Executors.newFixedThreadPool(CALLERS);
        long end = System.nanoTime() + time.toNanos();
        var done = IntStream.range(0, CALLERS)
                .mapToObj(caller -> callers.submit(() -> {
                    for (int i = 0; System.nanoTime() < end; i++) {
                        app.post("order-shipped", event());
                        if (i % 50 == 0) {
                            others();
                        }
                    }
                }))
                .toList();
        for (var caller : done) {
            caller.get();
        }
        callers.shutdown();
    }

    private void others() {
        String event = event();
        app.post("order-shipped", event);
        app.post("order-shipped", event);
        app.post("order-shipped", "{}");
        app.send(HttpRequest.newBuilder(app.uri("/api/order-shipped-sms/batch"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("[" + event() + "," + event() + "]")));
        app.send(HttpRequest.newBuilder(app.uri("/api/events"))
                .header("Content-Type", "application/cloudevents+json")
                .POST(BodyPublishers.ofString(cloudEvent(events.incrementAndGet()))));
        app.get("/api/deliveries?eventId=training-1");
    }

    private void drop() throws IOException {
        Path folder = peers.inbox().resolve("order-shipped");
        Path part = Files.writeString(
                folder.resolve(".training.tmp"),
                Stream.generate(this::event).limit(EVENTS).collect(Collectors.joining("\n")));
        Files.move(part, folder.resolve("training-" + events + ".jsonl"));
    }

    private void publish() throws Exception {
        try (var factory = new ActiveMQConnectionFactory(peers.broker().url());
                var context = factory.createContext(JMSContext.SESSION_TRANSACTED)) {
            var producer = context.createProducer().setProperty("event", "order-shipped");
            var queue = context.createQueue("textonce.events");
            for (int i = 0; i < EVENTS; i++) {
                producer.send(queue, event());
            }
            context.commit();
        }
    }

    private String event() {
        return event(events.incrementAndGet());
    }

    private static String event(int number) {
        return "{\"eventId\":\"training-%d\",%s".formatted(number, fields(number));
    }

    private static String cloudEvent(int number) {
        return "{\"specversion\":\"1.0\",\"type\":\"order-shipped\",\"source\":\"/training\",\"id\":\"training-%d\",\"data\":{%s}"
                .formatted(number, fields(number));
    }

    private static String fields(int number) {
        return "\"phone\":\"+1555%d\",\"orderId\":\"%d\",\"consentAt\":\"2026-06-02T09:00:00Z\"}"
                .formatted(2_000_000 + number, number);
    }
}
