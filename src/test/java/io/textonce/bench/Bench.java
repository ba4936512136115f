package io.textonce.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.SignedForm;
import jakarta.jms.JMSContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** The peers of a benchmark, and the numbers of its events: none is given out twice. */
final class Bench implements AutoCloseable {

    private static final String QUEUE = "textonce.events";

    /** The image's collector, and half of the heap for new objects; the heap is what compose's limit leaves it. */
    private static final List<String> AS_IN_THE_IMAGE =
            List.of("-Xms1g", "-Xmx1g", "-XX:+UseParallelGC", "-XX:NewRatio=1");

    /** Of 16 MB each, together 1 GB. */
    private static final int WAL_SEGMENTS = 64;

    static final Duration TIME = Duration.ofSeconds(Integer.getInteger("bench.seconds", 8));
    static final Duration WARM_UP = TIME.dividedBy(2);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path directory;
    private final Peers peers;
    private final ChildProcess twilio;
    private int events = 1_000_000;

    /** Texts that came to Twilio, those that came before, and the seconds from the first to the last. */
    record Texts(int different, int doubled, double seconds) {}

    Bench(Path folder) throws IOException {
        directory = Files.createTempDirectory(Files.createDirectories(folder), "peers-");
        peers = new Peers(directory, 0, 0);
        peers.postgres().durable();
        peers.start();
        recycleWalSegments();
        twilio = ChildProcess.start(folder, List.of(), FastTwilio.class);
    }

    /**
     * Has the database recycle the segments of its write-ahead log, as one does that has run for a while. A new one fills
     * each with zeros first, and all texts wait for that: up to 70 ms every few seconds.
     */
    private void recycleWalSegments() {
        execute("postgres", "ALTER SYSTEM SET min_wal_size = '1GB'");
        execute("postgres", "SELECT pg_reload_conf()");
        for (int i = 0; i < WAL_SEGMENTS; i++) {
            execute("postgres", "SELECT pg_logical_emit_message(false, 'bench', ''); SELECT pg_switch_wal()");
        }
        execute("postgres", "CHECKPOINT");
    }

    /** TextOnce as it is packaged and as the image runs it, against a database of its own name. */
    AppProcess textOnce(String database, String intakes) {
        return instance(database(database)).with("TEXTONCE_INTAKES", intakes).start();
    }

    AppProcess textOnce(String database, String intakes, String... jvm) {
        return instance(database(database), jvm)
                .with("TEXTONCE_INTAKES", intakes)
                .start();
    }

    /** TextOnce with two caps, which every event of the benchmark uses: all in segments by day, its event by month. */
    AppProcess capped(String database) {
        return instance(database(database))
                .with("TEXTONCE_CAPS_ALL_LIMIT", "1000000000")
                .with("TEXTONCE_CAPS_ORDERS_EVENTS", "order-shipped")
                .with("TEXTONCE_CAPS_ORDERS_PERIOD", "month")
                .with("TEXTONCE_CAPS_ORDERS_UNIT", "messages")
                .with("TEXTONCE_CAPS_ORDERS_LIMIT", "1000000000")
                .start();
    }

    /** An instance that has not been started, for HTTP alone, with the collector and heap of the image. */
    AppProcess instance(String databaseUrl) {
        return instance(databaseUrl, AS_IN_THE_IMAGE.toArray(String[]::new));
    }

    private AppProcess instance(String databaseUrl, String... jvm) {
        return AppProcess.of(peers)
                .jvm(jvm)
                .with("SPRING_DATASOURCE_URL", databaseUrl)
                .with("TWILIO_BASE_URL", twilioUrl())
                .with("TEXTONCE_INTAKES", "http")
                .with("TEXTONCE_WARM_UP", "2s")
                // A caller of the benchmark stands for many.
                .with("TEXTONCE_HTTP_REQUESTS_PER_SECOND", "1000000");
    }

    /** Has callers call Twilio itself for a while: both are warm then, and no TextOnce is. */
    void warmUpCallers(int callers) {
        byte[] call =
                "POST /Messages.json HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1);
        new Callers(twilio.port(), callers, () -> call).closedLoop(Duration.ZERO, WARM_UP, () -> {});
    }

    ChildProcess stock(Path folder) {
        return ChildProcess.start(folder, AS_IN_THE_IMAGE, StockRoute.class, database("stock"), twilioUrl());
    }

    Peers peers() {
        return peers;
    }

    String twilioUrl() {
        return "http://127.0.0.1:" + twilio.port();
    }

    Meter meter(long pid) {
        return new Meter(ProcessHandle.of(pid).orElseThrow(), peers.postgres().process());
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(peers.postgres().url(database), "postgres", "");
    }

    /** Twilio answers after so many milliseconds, and forgets what it counted. */
    void twilio(int latency) {
        twilio("latency/" + latency);
        twilio("reset");
    }

    /** Waits until Twilio has so many different texts, and none of them twice. */
    Texts awaitTexts(long expected) {
        var texts = awaitAtLeast(expected);
        assertThat(texts.different()).as("texts").isEqualTo((int) expected);
        assertThat(texts.doubled()).as("texts that came twice").isZero();
        return texts;
    }

    /** Waits until Twilio has so many different texts. */
    Texts awaitAtLeast(long expected) {
        return await("the texts of all events")
                .atMost(Duration.ofMinutes(30))
                .pollInterval(Duration.ofMillis(200))
                .until(this::texts, texts -> texts.different() >= expected);
    }

    Texts texts() {
        String[] numbers = twilio("count").split(" ");
        return new Texts(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]), Long.parseLong(numbers[2]) / 1e6);
    }

    /** An event that there was not before. */
    String event() {
        return event(++events);
    }

    private static String event(int number) {
        return "{\"eventId\":\"bench-event-" + number + "\",\"phone\":\"+1555" + (2_000_000 + number % 7_000_000)
                + "\",\"orderId\":\"" + number + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    /** Events that there were not before, one request each. */
    Supplier<byte @Nullable []> unique() {
        return () -> post(event());
    }

    /** So many events that there were not before. */
    Supplier<byte @Nullable []> unique(int number) {
        int last = events + number;
        return () -> events < last ? post(event()) : null;
    }

    /** The newest events again and again. */
    Supplier<byte @Nullable []> repeated(int number) {
        int last = events;
        var next = new int[1];
        return () -> post(event(last - next[0]++ % number));
    }

    /** Puts so many new events into the queue, of which none is read before the last is there. */
    void publish(int number) {
        peers.broker().paused(QUEUE, true);
        try (var factory = new ActiveMQConnectionFactory(peers.broker().url());
                var session = factory.createContext(JMSContext.SESSION_TRANSACTED)) {
            var producer = session.createProducer().setProperty("event", "order-shipped");
            var queue = session.createQueue(QUEUE);
            for (int i = 1; i <= number; i++) {
                producer.send(queue, event());
                if (i % 200 == 0 || i == number) {
                    session.commit();
                }
            }
        }
        peers.broker().paused(QUEUE, false);
    }

    /** Drops one file with so many new events. */
    void drop(int number) {
        var folder = peers.inbox().resolve("order-shipped");
        var part = folder.resolve("events.jsonl.part");
        try {
            try (var lines = Files.newBufferedWriter(part)) {
                for (int i = 0; i < number; i++) {
                    lines.append(event()).append('\n');
                }
            }
            Files.move(part, folder.resolve("events-" + events + ".jsonl"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] post(String json) {
        return ("POST /api/order-shipped-sms HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + AppProcess.TOKEN
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n" + json)
                .getBytes(ISO_8859_1);
    }

    static byte[] post(SignedForm form) {
        return ("POST " + form.target() + " HTTP/1.1\r\nHost: sms.example.com\r\nX-Twilio-Signature: "
                        + form.signature() + "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + form.body().length() + "\r\n\r\n" + form.body())
                .getBytes(ISO_8859_1);
    }

    /** Creates a database and returns its URL. */
    String database(String name) {
        execute("postgres", "CREATE DATABASE " + name);
        return peers.postgres().url(name);
    }

    /** The columns of each row as text. */
    List<List<String>> rows(String database, String sql) {
        try (var connection = connect(database);
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            var rows = new ArrayList<List<String>>();
            while (result.next()) {
                var row = new ArrayList<String>();
                for (int column = 1; column <= columns; column++) {
                    row.add(result.getString(column));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One value. */
    String value(String database, String sql) {
        return rows(database, sql).get(0).get(0);
    }

    void execute(String database, String sql) {
        try (var connection = connect(database);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String twilio(String what) {
        try {
            return http.send(
                            HttpRequest.newBuilder(URI.create(twilioUrl() + "/" + what))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        twilio.close();
        var postgres = peers.postgres().process();
        execute("postgres", "CHECKPOINT");
        peers.close();
        postgres.onExit().orTimeout(1, TimeUnit.MINUTES).join();
        FileSystemUtils.deleteRecursively(directory);
    }
}
