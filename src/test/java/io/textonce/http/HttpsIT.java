package io.textonce.http;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sha256;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Production as docs/operations.md sets it up: TLS by PEM files, a client's token from a mounted file. */
class HttpsIT {

    private static final String EVENT = """
            {"eventId": "order-1001", "phone": "+15558675310", "orderId": "1001", "consentAt": "2026-06-02T09:00:00Z"}""";

    private static final char[] PASSWORD = "for-this-test".toCharArray();

    @Test
    void servesByACertificateAndATokenFromFiles(@TempDir Path folder) throws Exception {
        var trust = selfSigned(folder);
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("textonce.clients.mounted.token-sha256"), Sha256.hex("mounted-token") + "\n");
        try (var peers = new Peers(folder.resolve("peers"), 0, 0).start();
                var app = AppProcess.of(peers)
                        .with("TEXTONCE_INTAKES", "http")
                        .with("SPRING_CONFIG_IMPORT", "configtree:" + secrets + "/")
                        .with("SERVER_SSL_BUNDLE", "https")
                        .with(
                                "SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_CERTIFICATE",
                                "file:" + folder.resolve("certificate.pem"))
                        .with("SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_PRIVATE_KEY", "file:" + folder.resolve("key.pem"))
                        .https(trust)
                        .extracted()
                        .start()) {
            var https = HttpClient.newBuilder().sslContext(trust).build();
            var event = BodyPublishers.ofString(EVENT);
            var post = HttpRequest.newBuilder(app.uri("/api/order-shipped-sms"))
                    .header("Content-Type", "application/json")
                    .POST(event);
            URI metrics = app.managementUri("/actuator/prometheus");

            var stranger = https.send(post.build(), BodyHandlers.ofString());
            var client = https.send(
                    post.copy().header("Authorization", "Bearer mounted-token").build(), BodyHandlers.ofString());
            var scraped = app.send(HttpRequest.newBuilder(metrics));
            var strangersScrape = https.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString());
            var plain = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://" + app.hostAndPort() + "/api/order-shipped-sms"))
                                    .build(),
                            BodyHandlers.ofString());

            assertThatProblem(stranger).is(401, "unauthorized");
            assertThat(client.statusCode()).as(client.body()).isEqualTo(202);
            assertThat(client.headers().firstValue("Strict-Transport-Security")).isPresent();
            assertThat(scraped.body()).contains("textonce_authentications_failed_total{reason=\"no_token\"}");
            assertThat(strangersScrape.statusCode()).isEqualTo(401);
            assertThat(plain.statusCode()).isEqualTo(400);
        }
    }

    /** Writes certificate.pem and key.pem; the context trusts them and nothing else. */
    private static SSLContext selfSigned(Path folder)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path file = folder.resolve("store.p12");
        int ended = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "own",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(ended).isZero();
        var store = KeyStore.getInstance(file.toFile(), PASSWORD);
        pem(
                folder.resolve("certificate.pem"),
                "CERTIFICATE",
                store.getCertificate("own").getEncoded());
        pem(
                folder.resolve("key.pem"),
                "PRIVATE KEY",
                store.getKey("own", PASSWORD).getEncoded());
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("own", store.getCertificate("own"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void pem(Path file, String kind, byte[] content) throws IOException {
        String lines = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content);
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + lines + "\n-----END " + kind + "-----\n");
    }
}
