package io.textonce.privacy;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersGarbage;
import static io.textonce.sandbox.Fault.fails;
import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.resets;
import static io.textonce.sandbox.Fault.signsWithWrongToken;
import static io.textonce.sandbox.Fault.tampersWithCallbacks;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Every path of the application with the log at its most talkative. The lines are those of the console: made by the
 * encoder that production configures, of every logger, while numbers, texts and secrets go by in all their forms.
 */
@SandboxTest
class LogPrivacyTest {

    private static final String ORDER = "Zitronenkuchen";
    private static final String PARCEL = "Geheimweg";
    private static final String CODE = "9081726";
    private static final String BEARER = "a-bearer-token-of-a-client-0815";

    private final LoggerContext logback = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = logback.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final Map<Logger, Level> levelsBefore = new LinkedHashMap<>();
    private final OutputStreamAppender<ILoggingEvent> everything = new OutputStreamAppender<>();
    private final List<String> numbers = new ArrayList<>();
    private ConsoleAppender<ILoggingEvent> console;

    @BeforeEach
    void listenToEverything() {
        console = (ConsoleAppender<ILoggingEvent>) root.getAppender("CONSOLE");
        everything.setContext(logback);
        everything.setEncoder(console.getEncoder());
        everything.setOutputStream(written);
        everything.start();
        root.detachAppender(console);
        root.addAppender(everything);
        // The client that the test itself uses is none of the application's.
        var client = logback.getLogger("jdk.internal.httpclient.debug");
        logback.getLoggerList().forEach(logger -> levelsBefore.put(logger, logger.getLevel()));
        levelsBefore.forEach((logger, level) -> {
            if (logger != root && level != null) {
                logger.setLevel(null);
            }
        });
        root.setLevel(Level.TRACE);
        client.setLevel(Level.OFF);
    }

    @AfterEach
    void listenAsBefore() {
        levelsBefore.forEach(Logger::setLevel);
        root.detachAppender(everything);
        root.addAppender(console);
    }

    @Test
    void showsNoNumberNoTextAndNoSecretWhateverHappens(Sandbox sandbox) throws IOException {
        texts(sandbox);
        refusedRequests(sandbox);
        faultsOfTwilio(sandbox);
        callbacks(sandbox);
        messagesOfTheQueue(sandbox);
        files(sandbox);
        codes(sandbox);
        brokenDatabase(sandbox);

        String log = written.toString(UTF_8);
        assertThat(log.lines().count()).isGreaterThan(10_000);
        for (String proof :
                List.of(" DEBUG ", " TRACE ", " o.a.c.", " o.s.security.", " o.a.h.c.", "PSQLException", "\tat ")) {
            assertThat(log.contains(proof)).as("the log holds" + proof).isTrue();
        }
        assertThat(log.contains("/api/order-shipped-sms?phone=%2B*******"))
                .as("a number went by, and was masked")
                .isTrue();
        assertThat(numbers).hasSizeGreaterThan(30);
        for (String number : numbers) {
            assertSilent(log, "a number", number.substring(2));
        }
        assertSilent(log, "a text", ORDER);
        assertSilent(log, "a text", URLEncoder.encode("order " + ORDER, UTF_8));
        assertSilent(log, "a text", PARCEL);
        assertSilent(log, "a code", CODE);
        assertSilent(log, "a token", Peers.AUTH_TOKEN);
        assertSilent(log, "a login", login().substring(0, login().length() - 3));
        assertSilent(log, "a login", login().substring(login().length() / 2));
        assertSilent(log, "a key", sandbox.peers().environment().get("TEXTONCE_HASH_KEY"));
        assertSilent(log, "a password", sandbox.peers().environment().get("SPRING_DATASOURCE_PASSWORD"));
        assertSilent(log, "a caller's token", BEARER);
    }

    private void texts(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String event = event(id, number(sandbox));
        assertThat(sandbox.post("order-shipped", event).statusCode()).isEqualTo(202);
        assertThat(sandbox.post("order-shipped", event).statusCode()).isEqualTo(200);
        assertThat(sandbox.post("order-shipped", event(id, number(sandbox))).statusCode())
                .isEqualTo(422);
        assertThat(sandbox.get("/api/deliveries?eventId=" + id).statusCode()).isEqualTo(200);
        sandbox.awaitStatus(id, "delivered");
    }

    private void refusedRequests(Sandbox sandbox) {
        String good = event(sandbox.newEventId(), number(sandbox));
        String number = numbers.get(numbers.size() - 1);
        for (String body : List.of(
                good.substring(0, good.length() - 20),
                good.replace("{", "{\"phone\":\"" + number + "\","),
                good.replace("\"" + number + "\"", number.substring(1)),
                good.replace("\"" + number + "\"", ORDER),
                good.replace(number, number + "99999999"),
                good.replace(number, number.substring(1)),
                good.replace(number, number.substring(0, 5) + " " + number.substring(5)),
                good.replace("\"" + ORDER, "\"" + ORDER.repeat(20)),
                good.replace("https:", "http:"),
                good.replace("2026-06-02", "2099-06-02"),
                good.replace("2026-06-02", ORDER),
                good.replace("\"orderId\":", "\"orderId\":\\u0000"),
                good.replace(ORDER, ORDER + "\\u0000"),
                "[" + good + "]",
                "\"" + number + " " + ORDER + "\"",
                number + ORDER,
                "[".repeat(5_000) + number,
                good + " ".repeat(70_000))) {
            assertThat(sandbox.post("order-shipped", body).statusCode())
                    .as(body)
                    .isIn(400, 413);
        }
        assertThat(sandbox.post("no-such-event", good).statusCode()).isEqualTo(404);
        var request = HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms?phone=" + encoded(number)));
        assertThat(sandbox.send(request.copy()
                                .header("Content-Type", "text/plain")
                                .POST(BodyPublishers.ofString(good)))
                        .statusCode())
                .isEqualTo(415);
        assertThat(sandbox.send(request.copy()
                                .header("Content-Type", "application/json")
                                .header("Authorization", "Bearer " + BEARER)
                                .header("CamelTwilioTo", number)
                                .POST(BodyPublishers.ofString(good)))
                        .statusCode())
                .isEqualTo(401);
        assertThat(sandbox.send(request.copy().GET()).statusCode()).isEqualTo(405);
    }

    private void faultsOfTwilio(Sandbox sandbox) {
        for (var fault : List.of(
                refuses(21211),
                refuses(21610),
                refuses(21606),
                answers(429).withRetryAfter(0),
                answers(500),
                answers(502),
                answers(503).withoutBody(),
                resets(),
                resets().afterRecording(),
                answersGarbage())) {
            String number = number(sandbox);
            sandbox.twilio().forNumber(number, 1, fault);
            assertThat(sandbox.post("order-shipped", event(sandbox.newEventId(), number))
                            .statusCode())
                    .isIn(202, 422, 502);
        }
        // Twilio quotes the number when it refuses this one.
        numbers.add("+15005550001");
        assertThat(sandbox.post("order-shipped", event(sandbox.newEventId(), "+15005550001"))
                        .statusCode())
                .isEqualTo(422);
    }

    private void callbacks(Sandbox sandbox) {
        for (Fault fault : List.of(fails(30003), signsWithWrongToken(), tampersWithCallbacks())) {
            String number = number(sandbox);
            sandbox.twilio().forNumber(number, fault);
            sandbox.post("order-shipped", event(sandbox.newEventId(), number));
            await().until(() ->
                    sandbox.twilio().webhooks().stream().anyMatch(webhook -> number.equals(webhook.parameter("To"))));
        }
        for (String form : List.of(
                "To=%2B" + number(sandbox).substring(1) + "&Body=" + ORDER + "&Body=%",
                "To=" + number(sandbox) + "&MessageStatus=" + ORDER,
                "To=%2B" + number(sandbox).substring(1) + "&x=y".repeat(300))) {
            assertThat(sandbox.send(HttpRequest.newBuilder(
                                            sandbox.uri("/twilio/status-callback?To=" + encoded(number(sandbox))))
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .header("X-Twilio-Signature", "c2lnbmF0dXJl")
                                    .POST(BodyPublishers.ofString(form)))
                            .statusCode())
                    .isIn(400, 403);
        }
    }

    private void messagesOfTheQueue(Sandbox sandbox) {
        String good = event(sandbox.newEventId(), number(sandbox));
        String number = numbers.get(numbers.size() - 1);
        sandbox.publish("order-shipped", good);
        sandbox.publish("no-such-event", good);
        sandbox.publish("order-shipped", good.substring(0, good.length() - 20));
        sandbox.publish("order-shipped", good.replace("\"" + number + "\"", number.substring(1)));
        sandbox.publish("order-shipped", good.replace(number, number + "99999999"));
        for (int n = 0; n < 4; n++) {
            assertThat(sandbox.jms().receive("textonce.events.dead")).isNotNull();
        }
        await().until(() -> sandbox.twilio().sentTo(number).size() == 1);
    }

    private void files(Sandbox sandbox) throws IOException {
        String good = event(sandbox.newEventId(), number(sandbox));
        String number = numbers.get(numbers.size() - 1);
        String name = "privacy-" + sandbox.newEventId();
        Path lines = sandbox.drop(
                "order-shipped",
                name + ".jsonl",
                String.join(
                        "\n",
                        good,
                        good.substring(0, good.length() - 20),
                        good.replace("\"" + number + "\"", number.substring(1)),
                        number + " " + ORDER));
        Path table = sandbox.drop(
                "order-shipped",
                name + ".csv",
                "eventId,phone,orderId,consentAt\n" + sandbox.newEventId() + "," + number(sandbox) + "," + ORDER
                        + ",2026-06-02T09:00:00Z\n" + sandbox.newEventId() + "," + number(sandbox) + "x," + ORDER
                        + ",never\n\"" + number(sandbox) + "\n");
        Path array = sandbox.drop("order-shipped", name + ".json", "[" + good + ", {" + number(sandbox));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Files.notExists(lines) && Files.notExists(table) && Files.notExists(array));
    }

    /** Constraints make PostgreSQL refuse the rows, quoting them. */
    private void brokenDatabase(Sandbox sandbox) {
        String id = sandbox.newEventId();
        sandbox.database()
                .execute("ALTER TABLE textonce.deliveries ADD CONSTRAINT broken CHECK (event_id <> '" + id
                        + "') NOT VALID");
        sandbox.database()
                .execute(
                        "ALTER TABLE textonce.delivery_events ADD CONSTRAINT broken CHECK (kind <> 'answer') NOT VALID");
        try {
            assertThat(sandbox.post("order-shipped", event(id, number(sandbox))).statusCode())
                    .isEqualTo(422);
            assertThat(sandbox.post("order-shipped", event(sandbox.newEventId(), number(sandbox)))
                            .statusCode())
                    .as("its outcome could not be recorded")
                    .isEqualTo(202);
        } finally {
            sandbox.database().execute("ALTER TABLE textonce.deliveries DROP CONSTRAINT broken");
            sandbox.database().execute("ALTER TABLE textonce.delivery_events DROP CONSTRAINT broken");
        }
    }

    private void codes(Sandbox sandbox) {
        String number = number(sandbox);
        String check = "{\"phone\":\"" + number + "\",\"code\":\"" + CODE + "\"}";
        assertThat(sandbox.postJson("/api/verify/start", check).statusCode()).isEqualTo(202);
        assertThat(sandbox.postJson("/api/verify/check", check).statusCode()).isEqualTo(200);
        sandbox.twilio().verifyNext(resets());
        assertThat(sandbox.postJson("/api/verify/check", check).statusCode()).isEqualTo(503);
        sandbox.twilio().verifyNext(refuses(60200));
        assertThat(sandbox.postJson("/api/verify/check", check).statusCode()).isEqualTo(422);
        for (String wrong : List.of(
                check.replace("\"}", "\""), check.replace(CODE, CODE + "x"), check.replace("\"" + CODE + "\"", CODE))) {
            assertThat(sandbox.postJson("/api/verify/check", wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(sandbox.postJson("/api/verify/check?code=" + CODE, check).statusCode())
                .isEqualTo(200);
    }

    private String number(Sandbox sandbox) {
        String number = sandbox.newNumber();
        numbers.add(number);
        return number;
    }

    private static String event(String id, String number) {
        return "{\"eventId\":\"" + id + "\",\"phone\":\"" + number + "\",\"orderId\":\"" + ORDER
                + "\",\"trackingUrl\":\"https://example.com/track/" + PARCEL
                + "\",\"consentAt\":\"2026-06-02T09:00:00.000Z\"}";
    }

    private static String encoded(String number) {
        return URLEncoder.encode(number, UTF_8);
    }

    private static String login() {
        return Base64.getEncoder().encodeToString((Peers.ACCOUNT_SID + ":" + Peers.AUTH_TOKEN).getBytes(UTF_8));
    }

    private static void assertSilent(String log, String what, String secret) {
        assertThat(log.lines().filter(line -> line.contains(secret)).limit(20).toList())
                .as("lines with " + what)
                .isEmpty();
    }
}
