package io.textonce.proof;

import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.KafkaForTests;
import io.textonce.sandbox.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/** The examples of routes with a source of their own, killed under load and in two instances. */
@Tag("proof")
class ExampleCrashIT {

    private static final int MANY = 600;

    private static Peers peers;

    @TempDir
    private Path routes;

    @BeforeAll
    static void startPeers() throws IOException {
        peers = new Peers(Files.createTempDirectory(Path.of("target"), "example-peers-"), 0, 0).start();
    }

    @AfterAll
    static void stopPeers() {
        peers.close();
    }

    /** Without the deliveries of the test before: the simulator forgets their messages, so some would be sent again. */
    @BeforeEach
    void reset() {
        database("postgres").execute("DROP SCHEMA IF EXISTS textonce CASCADE");
        peers.twilio().reset();
        peers.twilio().always(answersLate(Duration.ofMillis(20)).and(losesCallbacks()));
    }

    @Test
    void sendsEachRecordOfATopicOnceThoughItIsKilledTwice(@TempDir Path broker) throws Exception {
        var kafka = KafkaForTests.start(broker);
        try (var app = app()) {
            copy("parcel-arrived", example -> example.replace("localhost:9092", kafka.address()));
            kafka.send(
                    "parcels",
                    IntStream.range(0, MANY)
                            .mapToObj(n -> "{\"eventId\":\"parcel-" + n + "\",\"phone\":\"" + number(n)
                                    + "\",\"parcelId\":\"P" + n + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}")
                            .toArray(String[]::new));
            for (int kill = 1; kill <= 2; kill++) {
                app.start();
                int sent = kill * MANY / 3;
                await().atMost(Duration.ofMinutes(1)).until(() -> texted().size() > sent);
                app.kill();
                assertThat(kafka.committed("parcels", "textonce")).isLessThan(MANY);
            }
            app.start();
            await().atMost(Duration.ofMinutes(2)).until(() -> kafka.committed("parcels", "textonce") == MANY);
            assertOnce();
        } finally {
            kafka.stop();
        }
    }

    @Test
    void sendsEachRowOnceThoughTwoInstancesReadIt() throws IOException {
        database("postgres").execute("CREATE DATABASE shop");
        var shop = database("shop");
        shop.execute("CREATE SCHEMA shop");
        shop.execute("CREATE TABLE shop.invoices (id integer, phone text, texted boolean)");
        shop.execute("""
                CREATE VIEW shop.invoice_texts AS
                SELECT id AS "invoiceId", 'invoice-' || id AS "eventId", phone, 'A-' || id AS number, 7 AS items,
                    1234.50 AS total, 'EUR' AS currency, date '2026-03-01' AS due, 'de-AT' AS locale,
                    '2026-02-01T08:00:00Z' AS "consentAt"
                FROM shop.invoices WHERE NOT texted
                """);
        FileSystemUtils.copyRecursively(Path.of("routes/examples/templates"), routes.resolve("templates"));
        copy("invoice-due", example -> example);
        try (var first = app();
                var second = app()) {
            first.start();
            second.start();
            shop.update(
                    "INSERT INTO shop.invoices SELECT n, '+1555' || (3000000 + n), false FROM generate_series(0, ?) AS n",
                    MANY - 1);

            await().atMost(Duration.ofMinutes(1)).until(() -> texted().size() > MANY / 3);
            first.kill();
            await().atMost(Duration.ofMinutes(2))
                    .until(() ->
                            shop.queryForObject("SELECT count(*) FROM shop.invoices WHERE NOT texted", Integer.class)
                                    == 0);
            assertOnce();
        }
    }

    private AppProcess app() {
        return AppProcess.of(peers)
                .with("TEXTONCE_INTAKES", "http")
                .with("TEXTONCE_ROUTES", routes.toString())
                .with("SHOP_DATABASE_URL", peers.postgres().url("shop"))
                .with("SHOP_DATABASE_USERNAME", "postgres")
                .with("SHOP_DATABASE_PASSWORD", "postgres")
                // Kafka is not in the jar.
                .classPath(System.getProperty("java.class.path"))
                .with("TEXTONCE_WARM_UP", "0s")
                .jvm("-Xmx256m")
                .shortLived();
    }

    private void copy(String name, UnaryOperator<String> edit) throws IOException {
        Path example = Path.of("routes/examples", name + ".camel.yaml");
        Files.writeString(routes.resolve(example.getFileName()), edit.apply(Files.readString(example)));
    }

    private static String number(int n) {
        return "+1555" + (3_000_000 + n);
    }

    private static List<String> texted() {
        return peers.twilio().messages().stream().map(message -> message.to()).toList();
    }

    /** What is missing is claimed, and has no outcome until reconciliation finds it. */
    private static void assertOnce() {
        var texted = texted();
        assertThat(texted).doesNotHaveDuplicates();
        var open = Set.copyOf(database("postgres")
                .queryForList(
                        "SELECT phone FROM textonce.deliveries WHERE status IN ('reserved', 'unknown')", String.class));
        var missing = IntStream.range(0, MANY)
                .mapToObj(ExampleCrashIT::number)
                .filter(number -> !texted.contains(number))
                .collect(Collectors.toSet());
        assertThat(open).containsAll(missing);
    }

    private static JdbcTemplate database(String name) {
        return new JdbcTemplate(new DriverManagerDataSource(peers.postgres().url(name), "postgres", "postgres"));
    }
}
