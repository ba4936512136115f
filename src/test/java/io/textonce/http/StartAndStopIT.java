package io.textonce.http;

import static io.textonce.sandbox.Fault.answersLate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.ImageHealthcheck;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.TestCertificates;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The port is open before the routes run, and for a while after a stop has begun. */
class StartAndStopIT {

    private static final String EVENT = """
            {"eventId": "order-1001", "phone": "+15558675310", "orderId": "1001", "consentAt": "2026-06-02T09:00:00Z"}""";

    private static final List<String> PATHS =
            List.of("/api/order-shipped-sms", "/api/verify/start", "/twilio/status-callback", "/twilio/inbound");

    @TempDir
    private static Path directory;

    private static Peers peers;

    @BeforeAll
    static void startPeers() {
        peers = new Peers(directory, 0, 0).start();
    }

    @AfterAll
    static void stopPeers() {
        peers.close();
    }

    @Test
    void asksToComeAgainFromTheFirstRequestUntilTheRoutesRun() throws Exception {
        Map<String, Integer> early = new HashMap<>();
        try (var app = app().managementHttps(TestCertificates.context())
                .with("MANAGEMENT_SERVER_SSL_ENABLED", "true")
                .with("MANAGEMENT_SERVER_SSL_BUNDLE", "management")
                .with("SPRING_SSL_BUNDLE_PEM_MANAGEMENT_KEYSTORE_CERTIFICATE", certificate("server.pem"))
                .with("SPRING_SSL_BUNDLE_PEM_MANAGEMENT_KEYSTORE_PRIVATE_KEY", certificate("server-key.pem"))) {
            var started = CompletableFuture.runAsync(app::start);
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        for (String path : PATHS) {
                            answer(app, path).ifPresent(response -> {
                                assertThat(response.statusCode()).as(path).isNotIn(404, 500);
                                if (response.statusCode() == 503) {
                                    assertThat(response.headers().firstValue("Retry-After"))
                                            .isPresent();
                                    early.merge(path, 1, Integer::sum);
                                }
                            });
                        }
                        return started.isDone();
                    });
            started.join();

            assertThat(early).containsOnlyKeys(PATHS);
            assertThat(answer(app, "/api/order-shipped-sms"))
                    .hasValueSatisfying(
                            response -> assertThat(response.statusCode()).isEqualTo(400));
            // An instance that needs no broker does not report that one is unavailable.
            assertThat(app.send(HttpRequest.newBuilder(app.managementUri("/actuator/prometheus")))
                            .body())
                    .contains("peer=\"database\"")
                    .doesNotContain("peer=\"broker\"");
            isMonitoredByTls(app);
            // The databases of tests are in danger, for speed.
            assertThat(app.log()
                            .lines()
                            .takeWhile(line -> !line.contains("Started TextOnce"))
                            .filter(line -> line.startsWith("20") && !line.contains("PostgreSQL: ")))
                    .hasSizeLessThan(12)
                    .noneMatch(line -> line.contains("WARN"));
        }
    }

    /** Prometheus and probes find TLS, and so does the image's own check, but not the API's callers. */
    private static void isMonitoredByTls(AppProcess app) throws Exception {
        int port = app.managementUri("/").getPort();
        assertThat(app.isLive()).isTrue();
        assertThat(ImageHealthcheck.run(port, "true")).isZero();
        assertThat(ImageHealthcheck.run(port, "")).isNotZero();
        assertThat(app.uri("/").getScheme()).isEqualTo("http");
        assertThat(app.send(HttpRequest.newBuilder(app.managementUri("/actuator/prometheus")))
                        .body())
                .containsPattern("ssl_chain_expiry_seconds\\{.*bundle=\"management\"");
    }

    @Test
    void takesNoMoreWhileItStopsAndEndsWhatIsUnderWay() throws Exception {
        peers.twilio().always(answersLate(Duration.ofSeconds(3)));
        var answers = new CopyOnWriteArrayList<Integer>();
        try (var app = app().start()) {
            // The settings of the test's database are a danger, of which it warns.
            assertThat(app.log().lines().filter(line -> line.contains(" WARN ") && !line.contains(" PostgreSQL: ")))
                    .isEmpty();
            var underWay = CompletableFuture.supplyAsync(
                    () -> app.post("order-shipped", EVENT), task -> new Thread(task).start());
            await().until(() -> !peers.twilio().messages().isEmpty());

            var stopped = CompletableFuture.runAsync(app::stop);
            await().atMost(Duration.ofMinutes(1))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        answer(app, "/api/order-shipped-sms")
                                .map(HttpResponse::statusCode)
                                .ifPresent(answers::add);
                        return stopped.isDone();
                    });

            assertThat(underWay.get().statusCode()).isEqualTo(202);
            // The first may come before the stop has begun.
            assertThat(answers).isSubsetOf(400, 503);
        }
    }

    private static String certificate(String name) {
        return "file:" + TestCertificates.file(name);
    }

    private static AppProcess app() {
        return AppProcess.of(peers).with("TEXTONCE_INTAKES", "http").extracted();
    }

    /** What a request without an event is answered, or nothing when nobody is there. */
    private static Optional<HttpResponse<String>> answer(AppProcess app, String path) {
        try {
            return Optional.of(app.send(HttpRequest.newBuilder(app.uri(path))
                    .header(
                            "Content-Type",
                            path.startsWith("/api") ? "application/json" : "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(path.startsWith("/api") ? "{}" : "MessageSid=SM1"))));
        } catch (UncheckedIOException e) {
            return Optional.empty();
        }
    }
}
