package io.textonce.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.FreePort;
import io.textonce.sandbox.Issuer;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.StatusReceiver;
import io.textonce.sandbox.TestCertificates;
import io.textonce.sandbox.TlsFront;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application behind Squid with user and password, where {@code apt-get install squid} has been run. */
@Tag("proof")
@EnabledIf("isInstalled")
class SquidProofIT {

    private static final Path SQUID = Path.of("/usr/sbin/squid");
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** The line of {@code htpasswd} for the user textonce and the password {@code pass@word:1}. */
    private static final String PASSWORD = "textonce:$apr1$textonce$/HanFljWpH0bPy5a4len4.";

    private static final String CONFIGURATION = """
            http_port 127.0.0.1:%1$d
            auth_param basic program /usr/lib/squid/basic_ncsa_auth %2$s/passwords
            acl known proxy_auth REQUIRED
            http_access allow known
            http_access deny all
            hosts_file %2$s/hosts
            cache deny all
            access_log stdio:%2$s/access.log
            cache_log %2$s/cache.log
            pid_filename %2$s/squid.pid
            shutdown_lifetime 1 seconds
            """;

    private final int port = FreePort.next();

    static boolean isInstalled() {
        return Files.isExecutable(SQUID);
    }

    @Test
    void carriesTheCallsToTwilioReceiversAndTheIssuer(@TempDir Path folder) throws Exception {
        configure(folder);
        var issuer = new Issuer();
        var squid = squid(folder);
        try (var peers = new Peers(folder.resolve("peers"), 0, 0).start();
                var twilio = new TlsFront(URI.create(peers.twilio().baseUrl()).getPort());
                var hooks = new TlsFront(URI.create(peers.statuses().url()).getPort());
                var id = new TlsFront(issuer.port());
                var app = app(
                        peers,
                        twilio,
                        hooks,
                        issuer.reachedAt("https://id.example.test:" + id.port()).url())) {
            String token =
                    issuer.sign(issuer.claims("warehouse", "textonce:send").build());

            var issued = HttpClient.newHttpClient()
                    .send(
                            event(app, "squid-1", "+15558675401")
                                    .header("Authorization", "Bearer " + token)
                                    .build(),
                            BodyHandlers.ofString());
            app.send(event(app, "squid-2", "+15558675402"));

            assertThat(issued.statusCode()).as(issued.body()).isEqualTo(202);
            await().atMost(LONGEST)
                    .untilAsserted(() ->
                            assertThat(peers.statuses().statuses("squid-2")).contains("queued"));
            assertThat(peers.twilio().sentTo("+15558675401")).hasSize(1);

            end(squid);
            app.send(event(app, "squid-3", "+15558675403"));
            assertThat(peers.twilio().sentTo("+15558675403")).isEmpty();
            squid = squid(folder);

            await().atMost(LONGEST)
                    .untilAsserted(() ->
                            assertThat(peers.twilio().sentTo("+15558675403")).hasSize(1));
            await().atMost(LONGEST)
                    .untilAsserted(() ->
                            assertThat(peers.statuses().statuses("squid-3")).contains("held", "queued"));
        } finally {
            end(squid);
        }
        assertThat(Files.readString(folder.resolve("access.log")))
                .containsPattern("CONNECT twilio.example.test:\\d+ textonce ")
                .containsPattern("CONNECT hooks.example.test:\\d+ textonce ")
                .containsPattern("CONNECT id.example.test:\\d+ textonce ");
    }

    private AppProcess app(Peers peers, TlsFront twilio, TlsFront hooks, String issuer) {
        return AppProcess.of(peers)
                .with("TEXTONCE_INTAKES", "http")
                .with("HTTPS_PROXY", "http://textonce:pass%40word%3A1@127.0.0.1:" + port)
                .with("TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES", TestCertificates.AUTHORITY.toString())
                .with("TWILIO_BASE_URL", "https://twilio.example.test:" + twilio.port())
                .with("TEXTONCE_TWILIO_RETRIES", "0")
                .with("TEXTONCE_TWILIO_HOLD_DELAY", "1s")
                .with("TEXTONCE_CLIENTS_TEST_WEBHOOK_URL", "https://hooks.example.test:" + hooks.port() + "/status")
                .with("TEXTONCE_CLIENTS_TEST_WEBHOOK_SECRET", StatusReceiver.SECRET)
                .with("TEXTONCE_STATUS_MAX_RETRY_DELAY", "1s")
                .with("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI", issuer)
                .with("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", Issuer.AUDIENCE)
                .extracted()
                .start();
    }

    /** Squid started by root writes as another user. */
    private void configure(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(folder.resolve("passwords"), PASSWORD + "\n");
        Files.writeString(
                folder.resolve("hosts"), "127.0.0.1 twilio.example.test hooks.example.test id.example.test\n");
        Files.writeString(folder.resolve("squid.conf"), CONFIGURATION.formatted(port, folder));
    }

    private Process squid(Path folder) throws IOException {
        var process = new ProcessBuilder(
                        SQUID.toString(),
                        "-N",
                        "-f",
                        folder.resolve("squid.conf").toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("squid.out").toFile()))
                .start();
        await().atMost(LONGEST).ignoreExceptions().until(() -> {
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            }
        });
        return process;
    }

    private static void end(Process squid) {
        squid.destroy();
        squid.onExit().join();
    }

    private static HttpRequest.Builder event(AppProcess app, String id, String number) {
        return HttpRequest.newBuilder(app.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                        + "\",\"orderId\":\"1001\",\"consentAt\":\"2026-06-02T09:00:00Z\"}"));
    }
}
