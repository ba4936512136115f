package io.textonce.http;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.CorporateProxy;
import io.textonce.sandbox.ImageHealthcheck;
import io.textonce.sandbox.Issuer;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sha256;
import io.textonce.sandbox.SignedForm;
import io.textonce.sandbox.StatusReceiver;
import io.textonce.sandbox.TestCertificates;
import io.textonce.sandbox.TlsFront;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Production as docs/operations.md sets it up: TLS by PEM files that are mounted, below a path of its own; PostgreSQL and
 * the broker know it by its certificate; everything outside is behind a proxy with a password, by a private authority.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HttpsIT {

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final String PASSWORD = "the-first-password";

    private final HttpClient https =
            HttpClient.newBuilder().sslContext(TestCertificates.context()).build();
    private final Issuer issuer = new Issuer().reachedAt("https://id.example.test");
    private Path folder;
    private Path secrets;
    private Peers peers;
    private String databaseUrl;
    private List<TlsFront> fronts;
    private CorporateProxy proxy;
    private AppProcess app;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        mount("server.pem", "server-key.pem");
        secrets = Files.createDirectory(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("textonce.clients.mounted.token-sha256"), Sha256.hex("mounted-token") + "\n");
        Files.writeString(secrets.resolve("SPRING_DATASOURCE_PASSWORD"), PASSWORD);
        startPeers();
        databaseUrl = peers.postgres().url() + "?sslmode=verify-full&sslrootcert=" + TestCertificates.AUTHORITY
                + "&sslcert=" + TestCertificates.file("client.pem") + "&sslkey="
                + owned("client-key.pem")
                + "&sslfactory=org.postgresql.ssl.LibPQFactory";
        fronts = List.of(
                new TlsFront(URI.create(peers.twilio().baseUrl()).getPort()),
                new TlsFront(URI.create(peers.statuses().url()).getPort()),
                new TlsFront(issuer.port()));
        proxy = new CorporateProxy(Map.of(
                "twilio.example.test", fronts.get(0).port(),
                "hooks.example.test", fronts.get(1).port(),
                "id.example.test", fronts.get(2).port()));
        app = AppProcess.of(peers)
                .with("SERVER_SERVLET_CONTEXT_PATH", "/sms")
                .with("PUBLIC_BASE_URL", SignedForm.PUBLIC_BASE_URL + "/sms")
                .with("SPRING_CONFIG_IMPORT", "configtree:" + secrets + "/")
                .with("SERVER_SSL_BUNDLE", "https")
                .with("SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_CERTIFICATE", mounted("certificate.pem"))
                .with("SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_PRIVATE_KEY", mounted("key.pem"))
                .with("SPRING_SSL_BUNDLE_PEM_HTTPS_KEYSTORE_VERIFYKEYS", "true")
                .with("SPRING_SSL_BUNDLE_WATCH_FILE_QUIETPERIOD", "300ms")
                .with("SPRING_DATASOURCE_URL", databaseUrl)
                .with("SPRING_DATASOURCE_USERNAME", "textonce")
                .without("SPRING_DATASOURCE_PASSWORD")
                .with("SPRING_ARTEMIS_BROKER_URL", brokerUrl())
                .with("HTTPS_PROXY", proxy.url())
                .with("TEXTONCE_OUTBOUND_TRUSTED_AUTHORITIES", TestCertificates.AUTHORITY.toString())
                .with("TWILIO_BASE_URL", "https://twilio.example.test")
                .with("TEXTONCE_TWILIO_RETRIES", "0")
                .with("TEXTONCE_TWILIO_HOLD_DELAY", "1s")
                .with("TEXTONCE_CLIENTS_TEST_WEBHOOK_URL", "https://hooks.example.test/status")
                .with("TEXTONCE_CLIENTS_TEST_WEBHOOK_SECRET", StatusReceiver.SECRET)
                .with("TEXTONCE_STATUS_MAX_RETRY_DELAY", "1s")
                .with("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI", issuer.url())
                .with("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", Issuer.AUDIENCE)
                .https(TestCertificates.context())
                .extracted()
                // Such a machine writes numbers in digits of its own.
                .jvm("-Duser.language=ar", "-Duser.country=EG")
                .start();
    }

    @AfterAll
    void stop() {
        app.close();
        proxy.close();
        fronts.forEach(TlsFront::close);
        peers.close();
    }

    /** First: a tunnel that is open stays so. */
    @Test
    @Order(1)
    void losesNothingWhileTheProxyRefuses() throws Exception {
        proxy.refuses(407);
        assertThat(post("refused-1", "+15558675407").statusCode()).isEqualTo(202);
        await().atMost(LONGEST).until(() -> app.log().contains("The proxy rejected our user or password"));
        assertThat(issued("refused-2", "+15558675408").statusCode()).isEqualTo(503);

        proxy.refuses(403);
        await().atMost(LONGEST).until(() -> proxy.refused(403) > 3);
        assertThat(peers.twilio().posts()).isEmpty();

        proxy.refuses(0);
        await().atMost(LONGEST)
                .untilAsserted(
                        () -> assertThat(peers.twilio().sentTo("+15558675407")).hasSize(1));
        await().atMost(LONGEST)
                .untilAsserted(
                        () -> assertThat(peers.statuses().statuses("refused-1")).contains("held", "queued"));
        assertThat(issued("refused-2", "+15558675408").statusCode()).isEqualTo(202);
    }

    @Test
    void servesByACertificateAndATokenFromFiles() throws Exception {
        var post = event("files-1", "+15558675310");
        var metrics = app.managementUri("/actuator/prometheus");

        var stranger = https.send(post.build(), BodyHandlers.ofString());
        var client = https.send(
                post.copy().header("Authorization", "Bearer mounted-token").build(), BodyHandlers.ofString());
        var scraped = app.send(HttpRequest.newBuilder(metrics));
        var strangersScrape = https.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString());
        var plain = https.send(
                HttpRequest.newBuilder(URI.create("http://" + app.hostAndPort() + "/sms/api/order-shipped-sms"))
                        .build(),
                BodyHandlers.ofString());

        assertThatProblem(stranger).is(401, "unauthorized");
        assertThat(client.statusCode()).as(client.body()).isEqualTo(202);
        assertThat(client.headers().firstValue("Location"))
                .hasValueSatisfying(location -> assertThat(location).startsWith("/sms/api/deliveries/"));
        assertThat(client.headers().firstValue("Strict-Transport-Security")).isPresent();
        assertThat(scraped.body()).contains("textonce_authentications_failed_total{reason=\"no_token\"}");
        assertThat(strangersScrape.statusCode()).isEqualTo(401);
        assertThat(plain.statusCode()).isEqualTo(400);
    }

    @Test
    void writesEnglishOnAMachineOfAnotherLanguage() throws Exception {
        var answer = app.send(event("1", "2").POST(BodyPublishers.ofString("{\"eventId\":7}")));

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(answer.body()).contains("\"eventId\":[\"integer found, string expected\"]");
    }

    @Test
    void servesARenewedCertificateWithoutARestart() throws Exception {
        mount("renewed.pem", "renewed-key.pem");

        await().atMost(LONGEST).untilAsserted(() -> assertThat(served()).isEqualTo("CN=\"server, renewed\""));
    }

    @Test
    void keepsItsCertificateWhileTheKeyIsAnothers() throws Exception {
        String before = served();

        mount("renewed.pem", "client-key.pem");

        await().atMost(LONGEST).until(() -> app.log().contains("SSL reload error"));
        assertThat(served()).isEqualTo(before);
    }

    @Test
    void rotatesTokensWithoutARestart() throws Exception {
        var form = List.of(
                Map.entry("MessageSid", "SM00000000000000000000000000000079"), Map.entry("MessageStatus", "sent"));
        String target = "/sms/twilio/status-callback";
        String signature =
                SignedForm.signature("the-next-auth-token-of-twilio", SignedForm.PUBLIC_BASE_URL + target, form);
        var next = SignedForm.of(target, form).withSignature(signature);
        assertThat(callback(next)).isEqualTo(403);

        Files.writeString(secrets.resolve("TWILIO_SECONDARY_AUTH_TOKEN"), "short");
        await().atMost(LONGEST)
                .until(() -> app.log().contains("TWILIO_SECONDARY_AUTH_TOKEN must be at least 20 characters"));
        Files.writeString(secrets.resolve("TWILIO_SECONDARY_AUTH_TOKEN"), "the-next-auth-token-of-twilio");

        await().atMost(LONGEST).untilAsserted(() -> assertThat(callback(next)).isEqualTo(204));
        assertThat(callback(SignedForm.of(target, form))).isEqualTo(204);
        assertThat(app.log()).doesNotContain("the-next-auth-token-of-twilio");
    }

    /** Beside the API with TLS, the management port has none. */
    @Test
    void isHealthyForTheCheckOfTheImage() throws Exception {
        assertThat(ImageHealthcheck.run(app.managementUri("/").getPort(), "")).isZero();
        assertThat(ImageHealthcheck.run(issuer.port(), "")).isNotZero();
    }

    @Test
    void isKnownToPostgresAndTheBrokerByItsCertificate() throws Exception {
        try (var factory = new ActiveMQConnectionFactory(brokerUrl());
                var jms = factory.createContext()) {
            jms.createProducer()
                    .setProperty("event", "order-shipped")
                    .send(jms.createQueue("textonce.events"), json("queue-1", "+15558675311"));
        }

        await().atMost(LONGEST)
                .untilAsserted(
                        () -> assertThat(peers.twilio().sentTo("+15558675311")).hasSize(1));
        try (var database = DriverManager.getConnection(peers.postgres().url(), "postgres", "");
                var sessions = database.createStatement()
                        .executeQuery("SELECT count(*), bool_and(ssl), min(client_dn), max(client_dn)"
                                + " FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'textonce'")) {
            assertThat(sessions.next()).isTrue();
            assertThat(sessions.getInt(1)).isPositive();
            assertThat(sessions.getBoolean(2)).isTrue();
            assertThat(List.of(sessions.getString(3), sessions.getString(4))).containsOnly("/CN=textonce");
        }
        assertThatThrownBy(() -> DriverManager.getConnection(peers.postgres().url(), "textonce", ""))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void usesAChangedPasswordOfTheDatabaseWithoutARestart() throws Exception {
        database("ALTER ROLE textonce PASSWORD 'the-second-password'");
        assertThatThrownBy(() -> DriverManager.getConnection(databaseUrl, "textonce", PASSWORD))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed");
        database("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'textonce'");
        assertThat(post("password-1", "+15558675420").statusCode()).isEqualTo(503);

        Files.writeString(secrets.resolve("SPRING_DATASOURCE_PASSWORD"), "the-second-password");

        await().atMost(LONGEST).until(() -> post("password-1", "+15558675420").statusCode() == 202);
        await().atMost(LONGEST)
                .untilAsserted(
                        () -> assertThat(peers.twilio().sentTo("+15558675420")).hasSize(1));
    }

    @Test
    void verifiesASignatureOverThePublicAddressWithItsPath() throws Exception {
        var form = List.of(
                Map.entry("MessageSid", "SM00000000000000000000000000000078"), Map.entry("MessageStatus", "sent"));

        var genuine = SignedForm.of("/sms/twilio/status-callback", form);
        var other = SignedForm.of("/twilio/status-callback", form);

        assertThat(callback(genuine)).isEqualTo(204);
        assertThat(callback(genuine.withSignature(other.signature()))).isEqualTo(403);
    }

    @Test
    void reachesTwilioReceiversAndTheIssuerThroughTheProxy() throws Exception {
        var issued = issued("through-1", "+15558675312");

        assertThat(issued.statusCode()).as(issued.body()).isEqualTo(202);
        assertThat(post("through-2", "+15558675313").statusCode()).isEqualTo(202);
        await().atMost(LONGEST)
                .untilAsserted(
                        () -> assertThat(peers.statuses().statuses("through-2")).contains("queued"));
        assertThat(peers.twilio().sentTo("+15558675312")).hasSize(1);
        assertThat(proxy.tunnels()).contains("twilio.example.test", "hooks.example.test", "id.example.test");
        assertThat(app.log()).doesNotContain(CorporateProxy.PASSWORD, "pass%40word");
    }

    private void startPeers() throws IOException, SQLException {
        var key = owned("server-key.pem");
        var rules = Files.writeString(folder.resolve("pg_hba.conf"), """
                hostssl all textonce 127.0.0.1/32 scram-sha-256 clientcert=verify-full
                host    all postgres 127.0.0.1/32 trust
                """);
        peers = new Peers(folder.resolve("peers"), 0, 0);
        peers.postgres()
                .with("ssl", "on")
                .with("ssl_cert_file", TestCertificates.file("server.pem").toString())
                .with("ssl_key_file", key.toString())
                .with("ssl_ca_file", TestCertificates.AUTHORITY.toString())
                .with("hba_file", rules.toString());
        peers.broker()
                .with("sslEnabled=true;needClientAuth=true;" + stores("server").replace('&', ';'));
        peers.start();
        database("CREATE ROLE textonce LOGIN PASSWORD '" + PASSWORD + "';"
                + "GRANT CREATE ON DATABASE postgres TO textonce");
    }

    private void database(String sql) throws SQLException {
        try (var database = DriverManager.getConnection(peers.postgres().url(), "postgres", "");
                var statement = database.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Copies a key to where only its owner may read it, as PostgreSQL and its driver require. */
    private Path owned(String key) throws IOException {
        var copy = Files.copy(TestCertificates.file(key), folder.resolve(key));
        return Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
    }

    private String brokerUrl() {
        return peers.broker().url() + "?sslEnabled=true&" + stores("client");
    }

    /** Parameters of Artemis: the authority that is trusted, and the own key. */
    private static String stores(String own) {
        return "trustStorePath=" + TestCertificates.file("authority.p12") + "&trustStorePassword="
                + TestCertificates.PASSWORD + "&trustStoreType=PKCS12&keyStorePath="
                + TestCertificates.file(own + ".p12") + "&keyStorePassword=" + TestCertificates.PASSWORD
                + "&keyStoreType=PKCS12";
    }

    /** Mounts a certificate and its key as Kubernetes does: all files change at once, by one link. */
    private void mount(String certificate, String key) throws IOException {
        Path tls = Files.createDirectories(folder.resolve("tls"));
        Path data = Files.createTempDirectory(tls, "..2026");
        Files.copy(TestCertificates.file(certificate), data.resolve("certificate.pem"));
        Files.copy(TestCertificates.file(key), data.resolve("key.pem"));
        Path next = Files.createSymbolicLink(tls.resolve("..next"), data.getFileName());
        Files.move(next, tls.resolve("..data"), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        for (String file : List.of("certificate.pem", "key.pem")) {
            if (!Files.isSymbolicLink(tls.resolve(file))) {
                Files.createSymbolicLink(tls.resolve(file), Path.of("..data", file));
            }
        }
    }

    private String mounted(String file) {
        return "file:" + folder.resolve("tls").resolve(file);
    }

    private String served() throws IOException {
        var address = app.uri("/");
        try (var socket = (SSLSocket)
                TestCertificates.context().getSocketFactory().createSocket(address.getHost(), address.getPort())) {
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .toString();
        }
    }

    private static String json(String id, String number) {
        return "{\"eventId\":\"" + id + "\",\"phone\":\"" + number
                + "\",\"orderId\":\"1001\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    private HttpRequest.Builder event(String id, String number) {
        return HttpRequest.newBuilder(app.uri("/sms/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json(id, number)));
    }

    private HttpResponse<String> post(String id, String number) {
        return app.send(event(id, number));
    }

    private HttpResponse<String> issued(String id, String number) throws IOException, InterruptedException {
        String token = issuer.sign(issuer.claims("warehouse", "textonce:send").build());
        return https.send(
                event(id, number).header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
    }

    private int callback(SignedForm form) throws IOException, InterruptedException {
        return https.send(form.request(app.uri(form.target())).build(), BodyHandlers.discarding())
                .statusCode();
    }
}
