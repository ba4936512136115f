package io.textonce.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.textonce.sandbox.FtpForTests;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.SftpForTests;
import io.textonce.sandbox.SqsForTests;
import io.textonce.sandbox.TwilioMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples of user routes whose source is a server elsewhere, which here is in this process. */
@SandboxTest
class RemoteExamplesTest extends ExampleCases {

    private static final String USER = "partner";
    private static final String PASSWORD = "for-tests";
    private static final String SFTP = "routes/examples/order-csv-sftp.camel.yaml";

    @Test
    void fetchesFilesOfAnSftpServer(Sandbox sandbox, @TempDir Path home) throws Exception {
        try (var server = SftpForTests.start(home, USER, PASSWORD)) {
            Path hosts = Files.writeString(home.resolve("known_hosts"), server.knownHost() + "\n");
            fetchesFiles(
                    sandbox,
                    home,
                    server.port(),
                    Files.readString(Path.of(SFTP)).replace("/etc/textonce/known_hosts", hosts.toString()));
        }
    }

    @Test
    void fetchesFilesOfAnFtpServer(Sandbox sandbox, @TempDir Path home) throws Exception {
        try (var server = FtpForTests.start(home, USER, PASSWORD)) {
            fetchesFiles(
                    sandbox,
                    home,
                    server.port(),
                    Files.readString(Path.of(SFTP))
                            .replace("uri: sftp", "uri: ftp")
                            .replaceFirst(" +knownHostsFile: .*\n", "")
                            .replaceFirst("strictHostKeyChecking: .*", "passiveMode: true"));
        }
    }

    private void fetchesFiles(Sandbox sandbox, Path home, int port, String example) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        String rows = "eventId,phone,orderId,consentAt\n" + id + "," + number + ",1001,2026-06-02T09:00:00Z\n" + id
                + "-2,nobody,1002,2026-06-02T09:00:00Z\n";
        Path orders = Files.createDirectories(home.resolve("orders"));
        Files.writeString(orders.resolve(id + ".csv"), rows);
        Files.writeString(orders.resolve(id + "-again.csv"), rows);
        Path inbox = sandbox.peers().inbox().resolve("order-shipped");

        loadExample(
                SFTP,
                shipped -> example.replace("sftp.example.com", "127.0.0.1")
                        .replace("port: 22", "port: " + port)
                        .replace("{{env:SFTP_USERNAME}}", USER)
                        .replace("{{env:SFTP_PASSWORD}}", PASSWORD)
                        .replace("readLock: changed", "readLock: changed\n        readLockCheckInterval: 200")
                        .replace("delay: 10000", "delay: 200"));

        for (String name : List.of(id + ".csv", id + "-again.csv")) {
            await().untilAsserted(() ->
                    assertThat(inbox.resolve("done").resolve(name)).hasContent(rows));
            assertThat(inbox.resolve("failed").resolve(name)).content().contains("nobody", "E.164");
            await().until(() -> Files.exists(orders.resolve("done").resolve(name)));
        }
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        camel.getRouteController().stopRoute(loaded);
    }

    @Test
    void alertsOfAMailOnce(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        copy(sandbox, "mappings");
        Path mapping = copied.resolve("incident.jq");
        Files.writeString(mapping, Files.readString(mapping).replace("+15558675310", number));
        var server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP));
        server.start();
        try {
            var mailbox = server.setUser(USER, PASSWORD);
            for (String subject : List.of("INC-7 Disk full on db1", "INC-7 Disk full on db1", "?")) {
                var mail =
                        GreenMailUtil.newMimeMessage("""
                        From: monitoring@example.com
                        To: oncall@example.com
                        Message-ID: <%s@example.com>
                        Subject: %s
                        Content-Type: text/plain

                        body of %s
                        """.formatted(subject.length() > 1 ? id : id + "-2", subject, id));
                mailbox.deliver(mail);
            }

            loadExample(
                    "routes/examples/incident-mail.camel.yaml",
                    example -> example.replace("uri: imaps", "uri: imap")
                            .replace("imap.example.com", "127.0.0.1")
                            .replace("port: 993", "port: " + server.getImap().getPort())
                            .replace("{{env:IMAP_USERNAME}}", USER)
                            .replace("{{env:IMAP_PASSWORD}}", PASSWORD)
                            .replace("delay: 10000", "delay: 200"));

            var inbox = server.getManagers().getImapHostManager().getInbox(mailbox);
            await().until(() -> inbox.getUnseenCount() == 0);
            await().untilAsserted(() -> assertThat(sandbox.twilio().sentTo(number))
                    .extracting(TwilioMessage::body)
                    .containsExactly("INC-7: Disk full on db1"));
            assertThat(kept(sandbox, "incident-mail"))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail).contains("body of " + id));
            camel.getRouteController().stopRoute(loaded);
        } finally {
            server.stop();
        }
    }

    @Test
    @Tag("proof")
    void acceptsAnOrderOfSqsOnce(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        try (var server = new SqsForTests("orders")) {
            server.send(sandbox.orderShipped(id, number), "not JSON of " + id, sandbox.orderShipped(id, number));
            assertThat(server.depth()).isEqualTo(3);

            loadExample(
                    "routes/examples/order-json-sqs.camel.yaml",
                    example -> example.replace("waitTimeSeconds: 20", "waitTimeSeconds: 0")
                            .replaceFirst("queueUrl: .*", "queueUrl: " + server.queue())
                            .replace("useDefaultCredentialsProvider: true", """
                                    accessKey: test
                                            secretKey: test
                                            overrideEndpoint: true
                                            uriEndpointOverride: %s""".formatted(server.address())));

            await().until(() -> server.depth() == 0);
            sandbox.awaitStatus(id, "delivered");
            assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
            assertThat(kept(sandbox, "order-json-sqs")).containsExactly("not JSON of " + id);
            camel.getRouteController().stopRoute(loaded);
        }
    }
}
