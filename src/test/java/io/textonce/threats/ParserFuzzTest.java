package io.textonce.threats;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.textonce.sandbox.AppProcess;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.SignedForm;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Whatever is sent to the three parsers (an HTTP body, a webhook, a line of a file): never a fault of ours, never a text
 * too few or too many, never a private word in the log. The application runs as its own process.
 */
@Tag("application")
@Tag("proof")
class ParserFuzzTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final AtomicInteger NEXT = new AtomicInteger();

    /** In every text. */
    private static final String WORD = "Zebrafink";

    /** Every number begins so. */
    private static final String NUMBERS = "+15556";

    private static Peers peers;
    private static AppProcess app;

    @BeforeContainer
    static void start() throws IOException {
        peers = new Peers(Files.createTempDirectory(Path.of("target"), "fuzz-peers-"), 0, 0).start();
        peers.twilio().always(Fault.losesCallbacks());
        app = AppProcess.of(peers)
                .with("TEXTONCE_INTAKES", "http,file")
                .with("TEXTONCE_FILE_QUIET_TIME", "100ms")
                .with("LOGGING_LEVEL_IO_TEXTONCE", "DEBUG")
                .with("LOGGING_LEVEL_ORG_APACHE_CAMEL", "DEBUG")
                .shortLived()
                .start();
    }

    @AfterContainer
    static void saysNothingPrivateInItsLog() {
        app.close();
        peers.close();

        assertThat(app.log()).contains("Started ").doesNotContain(WORD);
        assertThat(app.log().lines()).noneMatch(line -> line.matches(".*" + NUMBERS.substring(1) + "\\d{6}.*"));
    }

    @Property(tries = 120, shrinking = ShrinkingMode.BOUNDED)
    void answersAnEventWithOneTextOrAReason(@ForAll("almostEvents") byte[] body) {
        int texts = texts();

        int first = post(body);
        int again = post(body);

        if (first == 202) {
            assertThat(again).isEqualTo(200);
            assertThat(texts()).isEqualTo(texts + 1);
        } else {
            assertThat(first).isIn(400, 413, 415, 422);
            assertThat(again).isEqualTo(first);
            assertThat(texts()).isEqualTo(texts);
        }
    }

    @Property(tries = 80, shrinking = ShrinkingMode.BOUNDED)
    void answersAnyBytesWithAReason(@ForAll byte[] body) {
        int texts = texts();

        assertThat(post(body)).isIn(400, 413, 415, 422);
        assertThat(texts()).isEqualTo(texts);
    }

    @Property(tries = 120, shrinking = ShrinkingMode.BOUNDED)
    void hearsASignedFormOrSaysWhatIsWrongWithIt(@ForAll("forms") List<Map.Entry<String, String>> form) {
        var callback = SignedForm.of("/twilio/status-callback", form);

        assertThat(status(callback)).isIn(204, 400, 413);
    }

    @Property(tries = 80, shrinking = ShrinkingMode.BOUNDED)
    void hearsNothingThatIsNotSigned(@ForAll("asciiTexts") String body, @ForAll("headerValues") String signature) {
        var callback = new SignedForm("/twilio/status-callback", body, signature);

        assertThat(status(callback)).isIn(400, 403, 413);
    }

    @Property(tries = 3, shrinking = ShrinkingMode.OFF)
    void sendsTheGoodLinesOfAFileAndKeepsTheOthers(@ForAll("badLines") List<byte[]> bad) throws IOException {
        Path folder = Files.createDirectories(peers.inbox().resolve("order-shipped"));
        String name = "fuzz-" + NEXT.incrementAndGet() + ".jsonl";
        List<String> good = new ArrayList<>();
        try (var out = Files.newOutputStream(folder.resolve("." + name + ".tmp"))) {
            for (byte[] line : bad) {
                String number = newNumber();
                good.add(number);
                out.write(event(number).toString().getBytes(UTF_8));
                out.write('\n');
                out.write(line);
                out.write('\n');
            }
        }
        int texts = texts();

        Files.move(folder.resolve("." + name + ".tmp"), folder.resolve(name));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Files.exists(folder.resolve("done").resolve(name)));

        assertThat(good)
                .allSatisfy(number -> assertThat(peers.twilio().sentTo(number)).hasSize(1));
        assertThat(texts()).isEqualTo(texts + good.size());
        assertThat(new String(Files.readAllBytes(folder.resolve("failed").resolve(name)), ISO_8859_1).split("\n"))
                .filteredOn(line -> !line.startsWith("#"))
                .hasSize(bad.size());
    }

    /** A valid event of which one field is another, one more field is there, or a byte is wrong. */
    @Provide
    Arbitrary<byte[]> almostEvents() {
        var field =
                Arbitraries.of("eventId", "phone", "orderId", "trackingUrl", "consentAt", "ttl", "expiresAt", "other");
        return Combinators.combine(field, values(), Arbitraries.integers().between(0, 9), Arbitraries.bytes())
                .as((name, value, kind, wrong) -> {
                    var event = event(newNumber());
                    if (kind < 8) {
                        event.set(name, value);
                    }
                    byte[] body = event.toString().getBytes(UTF_8);
                    if (kind == 9) {
                        body[Math.floorMod(value.hashCode(), body.length)] = wrong;
                    }
                    return body;
                });
    }

    private static Arbitrary<JsonNode> values() {
        Arbitrary<JsonNode> texts = Arbitraries.oneOf(
                        Arbitraries.strings().all().ofMaxLength(150),
                        Arbitraries.strings().numeric().ofMaxLength(20).map(digits -> "+" + digits),
                        Arbitraries.strings().ascii().ofMaxLength(60).map(path -> "https://example.com/" + path),
                        Arbitraries.of(
                                "2026-02-30T00:00:00Z", "2026-06-02T24:00:00Z", "2026-06-02", "0000-01-01T00:00Z"))
                .map(JSON::textNode);
        Arbitrary<JsonNode> numbers = Arbitraries.bigDecimals().map(JSON::numberNode);
        Arbitrary<JsonNode> others = Arbitraries.of(
                JSON.nullNode(), JSON.booleanNode(true), JSON.objectNode(), JSON.arrayNode(), JSON.numberNode(0.1));
        Arbitrary<JsonNode> nested = texts.list()
                .ofMaxSize(5)
                .map(list -> JSON.objectNode().set("a", JSON.arrayNode().addAll(list)));
        return Arbitraries.frequencyOf(
                Tuple.of(5, texts), Tuple.of(1, numbers), Tuple.of(1, others), Tuple.of(1, nested));
    }

    @Provide
    Arbitrary<List<Map.Entry<String, String>>> forms() {
        var names = Arbitraries.oneOf(
                Arbitraries.of("MessageSid", "SmsSid", "MessageStatus", "ErrorCode", "To", "From", "AccountSid"),
                wellFormed(20).filter(name -> !name.isEmpty()));
        var values = Arbitraries.oneOf(
                wellFormed(60),
                Arbitraries.strings().withChars("0123456789abcdef").ofLength(32).map(hex -> "SM" + hex),
                Arbitraries.of("delivered", "failed", "undelivered", "sent", "queued", "read", "nonsense", "30003"));
        return Combinators.combine(names, values)
                .as(Map::entry)
                .list()
                .uniqueElements(Map.Entry::getKey)
                .ofMaxSize(12);
    }

    /** What a form can hold: a lone surrogate has no UTF-8. */
    private static Arbitrary<String> wellFormed(int length) {
        return Arbitraries.strings()
                .all()
                .ofMaxLength(length)
                .filter(text -> UTF_8.newEncoder().canEncode(text));
    }

    @Provide
    Arbitrary<String> asciiTexts() {
        return Arbitraries.strings().ascii().ofMaxLength(300);
    }

    @Provide
    Arbitrary<String> headerValues() {
        return Arbitraries.strings().withCharRange('!', '~').ofMaxLength(40);
    }

    /** Lines that are no events, each on one line. */
    @Provide
    Arbitrary<List<byte[]>> badLines() {
        Arbitrary<byte[]> bytes = Arbitraries.bytes()
                .filter(value -> value != '\n' && value != '\r')
                .array(byte[].class)
                .ofMaxSize(80)
                .filter(line -> !new String(line, ISO_8859_1).isBlank() && line[0] != '#');
        Arbitrary<byte[]> events = values().map(value -> event("none").set("other", value))
                .map(event -> event.toString().getBytes(UTF_8));
        return Arbitraries.oneOf(bytes, events).list().ofSize(60);
    }

    private static ObjectNode event(String number) {
        return JSON.objectNode()
                .put("eventId", "fuzz-event-" + NEXT.incrementAndGet())
                .put("phone", number)
                .put("orderId", WORD)
                .put("consentAt", "2026-06-02T09:00:00Z");
    }

    private static String newNumber() {
        return NUMBERS + String.format("%06d", NEXT.incrementAndGet());
    }

    private static int texts() {
        return peers.twilio().messages().size();
    }

    private static int post(byte[] body) {
        return app.send(HttpRequest.newBuilder(app.uri("/api/order-shipped-sms"))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofByteArray(body)))
                .statusCode();
    }

    private static int status(SignedForm form) {
        return app.send(form.request(app.uri(form.target()))).statusCode();
    }
}
