package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.DELIVERED;
import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.intake.DeadLetterPlace;
import io.textonce.sandbox.PageClient;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * routes/console/dead-letters.camel.yaml, routes/console/dead-letters-replay.camel.yaml and
 * routes/intake/intake-replay.camel.yaml: dead letters of queue, table and files are found, fixed and replayed.
 */
@SandboxTest
class DeadLettersTest {

    private final ObjectMapper json = new ObjectMapper();

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private List<DeadLetterPlace> places;

    @Test
    void fixesAndReplaysAMessageOfTheQueueOverTheApi(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        double rejected = rejected("jms", "none");
        sandbox.publish("order-shipped", sandbox.orderShipped(id, number).replace("https://", "http://"));

        var letter = awaitLetter(sandbox, "queue", id);
        assertThat(letter.path("event").asText()).isEqualTo("order-shipped");
        assertThat(letter.path("reason").asText()).contains("trackingUrl");
        assertThat(letter.path("eventId").asText()).isEqualTo(id);
        assertThat(letter.has("body")).isFalse();
        assertThat(rejected("jms", "none")).isGreaterThan(rejected);
        await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> meters.get("textonce.queue.messages")
                                .tag("queue", "dead-letters")
                                .gauge()
                                .value(),
                        depth -> depth >= 1);

        String address = "/api/dead-letters/" + letter.path("id").asText();
        var unchanged = post(sandbox, address + "/replay", "{}");
        assertThat(unchanged.statusCode()).isEqualTo(400);
        assertThat(unchanged.body()).contains("trackingUrl");
        var fixed = (ObjectNode)
                json.readTree(read(sandbox, address).path("body").asText().replace("http://", "https://"));
        var replayed = post(
                sandbox,
                address + "/replay",
                json.createObjectNode().set("body", fixed).toString());

        assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(200);
        sandbox.awaitStatus(id, DELIVERED.word());
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(found(sandbox, "queue", id)).isZero();
        assertThat(post(sandbox, address + "/replay", "{}").statusCode()).isEqualTo(404);
        assertThat(new PageClient(sandbox).get("/audit?verb=replayed").body()).contains("textonce.events.dead, fixed");
    }

    @Test
    void fixesALineOfARejectFileOnThePageAndLeavesTheOthers(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        String other = sandbox.newEventId();
        String head = "eventId,phone,orderId,consentAt\n";
        drop(
                sandbox,
                head + id + ",nobody,1001,2026-06-02T09:00:00Z\n" + other
                        + ",\"no\nbody\",1002,2026-06-02T09:00:00Z\n");
        var pages = new PageClient(sandbox);
        String address =
                "/dead-letters/" + awaitLetter(sandbox, "file", id).path("id").asText();

        var page = pages.get(address);
        assertThat(page.body()).contains("eventId,phone,orderId,consentAt", "phone: must be an E.164 number");
        var still = pages.post(address + "/replay", form("event", "order-shipped", "body", id + ",nobody,1001,2026"));
        assertThat(still.statusCode()).isEqualTo(400);
        assertThat(still.body()).contains("Still rejected");
        var done = pages.post(
                address + "/replay",
                form("event", "order-shipped", "body", id + "," + number + ",1001,2026-06-02T09:00:00Z"));

        assertThat(done.body())
                .containsPattern("The event was accepted \\([a-z]+\\)\\. The dead letter was removed\\.");
        sandbox.awaitStatus(id, DELIVERED.word());
        assertThat(found(sandbox, "file", id)).isZero();
        var rest = awaitLetter(sandbox, "file", other);
        assertThat(read(sandbox, "/api/dead-letters/" + rest.path("id").asText())
                        .path("body")
                        .asText())
                .isEqualTo(other + ",\"no\nbody\",1002,2026-06-02T09:00:00Z");
        var discarded = pages.post(
                "/dead-letters/" + rest.path("id").asText() + "/discard", form("reason", "The order was canceled"));
        assertThat(discarded.body()).contains("The dead letter was discarded.");
        assertThat(found(sandbox, "file", other)).isZero();
    }

    /** Ignored, it would answer that nothing is left. */
    @Test
    void rejectsAPlaceThatDoesNotExist(Sandbox sandbox) {
        for (var answer : List.of(
                sandbox.get("/api/dead-letters?place=topic"),
                sandbox.postJson("/api/dead-letters/search", "{\"place\":\"topic\"}"),
                sandbox.postJson("/api/dead-letters/replay", "{\"place\":\"topic\"}"))) {
            assertThatProblem(answer).is(400, "invalid_request");
            assertThat(sandbox.json(answer).at("/details/place/0").asText()).isEqualTo("must be queue, table or file");
        }
    }

    /** Its bytes were replaced where it was read, and what is replayed would reach the phone so. */
    @ParameterizedTest
    @ValueSource(strings = {"queue", "file"})
    void rejectsALetterThatIsNotUtf8UntilItIsFixed(String place, Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        byte[] event = sandbox.orderShipped(id, number)
                .replace("\"1001\"", "\"M\u00e4rz\"")
                .getBytes(StandardCharsets.ISO_8859_1);
        if (place.equals("queue")) {
            sandbox.jms().send("textonce.events", session -> {
                var message = session.createBytesMessage();
                message.writeBytes(event);
                message.setStringProperty("event", "order-shipped");
                return message;
            });
        } else {
            Path folder = Files.createDirectories(sandbox.peers().inbox().resolve("order-shipped"));
            Path part = Files.write(folder.resolve("." + id + ".tmp"), event);
            Files.move(part, folder.resolve(id + ".jsonl"));
        }
        String address = "/api/dead-letters/"
                + awaitLetter(sandbox, place, id).path("id").asText();

        var unchanged = post(sandbox, address + "/replay", "{}");
        var all = post(sandbox, "/api/dead-letters/replay", "{\"place\":\"" + place + "\",\"text\":\"" + id + "\"}");
        assertThat(unchanged.statusCode()).as(unchanged.body()).isEqualTo(400);
        assertThat(unchanged.body()).contains("U+FFFD");
        assertThat(all.body()).contains("\"accepted\":0");
        String fixed = read(sandbox, address).path("body").asText().replace("\ufffd", "ae");
        var replayed = post(
                sandbox,
                address + "/replay",
                json.createObjectNode().put("body", fixed).toString());

        assertThat(replayed.statusCode()).as(replayed.body()).isEqualTo(200);
        sandbox.awaitStatus(id, DELIVERED.word());
        assertThat(sandbox.twilio().sentTo(number))
                .singleElement()
                .satisfies(message -> assertThat(message.body()).contains("Maerz"));
    }

    @Test
    void showsAFileOfAFolderThatIsNoEvents(Sandbox sandbox) {
        String id = sandbox.newEventId();
        Path file = sandbox.drop("Order_Shipped", id + ".csv", "eventId,phone\n");

        var letter = awaitLetter(sandbox, "file", id);
        assertThat(letter.path("origin").asText()).startsWith("Order_Shipped/failed/");
        assertThat(letter.path("wholeFile").asBoolean()).isTrue();
        String address = "/dead-letters/" + letter.path("id").asText();
        assertThat(new PageClient(sandbox).get(address).body()).contains("must be an event");
        var discarded = post(sandbox, "/api" + address + "/discard", "{\"reason\":\"Dropped again\"}");

        assertThat(discarded.statusCode()).as(discarded.body()).isEqualTo(200);
        assertThat(file.resolveSibling("failed").resolve(file.getFileName())).doesNotExist();
    }

    @Test
    void removesLinesOfFilesWhoseNamesHaveTheSignBeforeAKey(Sandbox sandbox) {
        String name = "letters-" + UUID.randomUUID();
        var letters = new LinkedHashMap<String, String>();
        for (String file : List.of(name + ".csv#2.csv", name + ".csv")) {
            String id = sandbox.newEventId();
            sandbox.drop(
                    "order-shipped",
                    file,
                    "eventId,phone,orderId,consentAt\n" + id + ",nobody,1001,2026-06-02T09:00:00Z\n");
            letters.put(id, awaitLetter(sandbox, "file", id).path("id").asText());
        }

        letters.forEach((id, letter) -> {
            String address = "/api/dead-letters/" + letter;
            assertThat(read(sandbox, address).path("body").asText()).contains(id);
            var discarded = post(sandbox, address + "/discard", "{\"reason\":\"The order was canceled\"}");
            assertThat(discarded.statusCode()).as(discarded.body()).isEqualTo(200);
            assertThat(found(sandbox, "file", id)).isZero();
        });
    }

    /** A list has up to a thousand letters, each of up to a megabyte. */
    @ParameterizedTest
    @ValueSource(strings = {"queue", "table"})
    void listsTheBeginningOfALargeLetter(String place, Sandbox sandbox) throws IOException {
        String id = sandbox.newEventId();
        String body = "{\"eventId\":\"" + id + "\",\"note\":\"" + "a".repeat(500_000) + "\"}";
        if (place.equals("queue")) {
            sandbox.publish("order-shipped", body);
        } else {
            sandbox.database()
                    .update(
                            "INSERT INTO textonce.dead_letters (sha256, route, event, reason, body)"
                                    + " VALUES (sha256(CAST(? AS bytea)), 'orders', 'order-shipped', 'is wrong', ?)",
                            id.getBytes(StandardCharsets.UTF_8),
                            body.getBytes(StandardCharsets.UTF_8));
        }
        var letters = places.stream()
                .filter(one -> one.name().equals(place))
                .findFirst()
                .orElseThrow();

        String key = awaitLetter(sandbox, place, id).path("id").asText();
        var listed = letters.list(letter -> letter.has(id)).get(0);
        assertThat(listed.id()).isEqualTo(key);
        assertThat(listed.eventId()).isEqualTo(id);
        assertThat(listed.body().length()).isLessThan(100_000);
        assertThat(letters.find(listed.key()))
                .get()
                .satisfies(letter -> assertThat(letter.body().length()).isEqualTo(body.length()));
    }

    @Test
    void rejectsALineThatBecameTwo(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String second = sandbox.newEventId();
        drop(sandbox, "eventId,phone,orderId,consentAt\n" + id + ",nobody,1001,2026-06-02T09:00:00Z\n");
        String address = "/api/dead-letters/"
                + awaitLetter(sandbox, "file", id).path("id").asText();
        String tail = "," + sandbox.newNumber() + ",1001,2026-06-02T09:00:00Z\n";

        var two = post(
                sandbox,
                address + "/replay",
                json.createObjectNode().put("body", id + tail + second + tail).toString());
        assertThat(two.statusCode()).as(two.body()).isEqualTo(400);
        assertThat(two.body()).contains("more than one event");
        assertThat(sandbox.deliveries(id)).isZero();
        assertThat(found(sandbox, "file", id)).isOne();
        var one = post(
                sandbox,
                address + "/replay",
                json.createObjectNode().put("body", id + tail + "\n").toString());
        assertThat(one.statusCode()).as(one.body()).isEqualTo(200);
    }

    @Test
    void removesTheLinesOfAFileByTurnsOnAllInstances(Sandbox sandbox) throws Exception {
        String first = sandbox.newEventId();
        String second = sandbox.newEventId();
        String name = "letters-" + UUID.randomUUID() + ".csv";
        String head = "eventId,phone,orderId,consentAt\n";
        String tail = ",nobody,1001,2026-06-02T09:00:00Z\n";
        sandbox.drop("order-shipped", name, head + first + tail + second + tail);
        String address = "/api/dead-letters/"
                + awaitLetter(sandbox, "file", second).path("id").asText();
        Path file = sandbox.peers().inbox().resolve("order-shipped/failed").resolve(name);

        CompletableFuture<HttpResponse<String>> discarded;
        try (var other = sandbox.database().getDataSource().getConnection()) {
            other.setAutoCommit(false);
            try (var lock = other.prepareStatement(
                    "SELECT pg_advisory_xact_lock(hashtextextended('textonce.failed.order-shipped/' || ? || '#', 0))")) {
                lock.setString(1, name);
                lock.execute();
            }
            discarded = CompletableFuture.supplyAsync(
                    () -> post(sandbox, address + "/discard", "{\"reason\":\"The order was canceled\"}"));
            await().until(
                            () -> sandbox.database()
                                    .queryForObject(
                                            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted",
                                            Integer.class),
                            waiting -> waiting > 0);
            // What an operator on the other instance fixed.
            Files.writeString(file, Files.readString(file).replaceAll("#[^#]*" + first + ".*\n", ""));
            other.rollback();
        }

        assertThat(discarded.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(file).doesNotExist();
    }

    /** What the first does is not undone by the second, and the audit log has one of them. */
    @ParameterizedTest
    @ValueSource(strings = {"discard", "replay"})
    void isActedOnByOneOfTwoOperators(String second, Sandbox sandbox) throws Exception {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        drop(sandbox, "eventId,phone,orderId,consentAt\n" + id + ",nobody,1001,2026-06-02T09:00:00Z\n");
        String address = "/api/dead-letters/"
                + awaitLetter(sandbox, "file", id).path("id").asText();
        sandbox.twilio().forNumber(number, answersLate(Duration.ofSeconds(10)));

        var replayed = CompletableFuture.supplyAsync(() -> post(
                sandbox, address + "/replay", "{\"body\":\"" + id + "," + number + ",1001,2026-06-02T09:00:00Z\"}"));
        await().until(() -> sandbox.deliveries(id), claimed -> claimed == 1);
        var other = post(sandbox, address + "/" + second, "{\"reason\":\"The order was canceled\"}");

        sandbox.twilio().letGo();
        assertThatProblem(other).is(409, "in_progress");
        assertThat(replayed.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        assertThat(post(sandbox, address + "/" + second, "{\"reason\":\"The order was canceled\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(found(sandbox, "file", id)).isZero();
    }

    @Test
    void doesNothingToALetterByAnUnknownAction(Sandbox sandbox) {
        String id = sandbox.newEventId();
        drop(sandbox, "eventId,phone,orderId,consentAt\n" + id + ",nobody,1001,2026-06-02T09:00:00Z\n");
        String letter = awaitLetter(sandbox, "file", id).path("id").asText();

        assertThatProblem(post(sandbox, "/api/dead-letters/" + letter + "/forget", "{\"reason\":\"test\"}"))
                .is(404, "not_found");
        var page = new PageClient(sandbox).post("/dead-letters/" + letter + "/forget", form("reason", "test"));

        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.body()).contains("Unknown action");
        assertThat(found(sandbox, "file", id)).isEqualTo(1);
    }

    @Test
    void findsAndOpensALetterBehindThoseThatItsPlaceLists(Sandbox sandbox) {
        String id = sandbox.newEventId();
        var database = sandbox.database();
        database.update(
                "INSERT INTO textonce.dead_letters (sha256, created_at, route, reason, body)"
                        + " SELECT sha256(convert_to(? || n, 'UTF8')), now() - n * interval '1 s', ?, 'wrong',"
                        + " convert_to('nr' || n, 'UTF8') FROM generate_series(0, 1000) AS n",
                id,
                id);
        String last = database.queryForObject(
                "SELECT encode(sha256, 'hex') FROM textonce.dead_letters WHERE route = ? ORDER BY created_at LIMIT 1",
                String.class,
                id);
        String key = Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8));
        try {
            assertThat(read(sandbox, "/api/dead-letters/table." + key)
                            .path("origin")
                            .asText())
                    .isEqualTo(id);
            assertThat(found(sandbox, "table", "nr1000")).isEqualTo(1);
            var pages = new PageClient(sandbox);
            var page = pages.post("/dead-letters", form("place", "table", "text", id));
            assertThat(page.body()).contains("1,000 dead letters or more", "Replay these 1,000", "Next page");
            assertThat(pages.get(page.uri().getRawPath() + "?" + page.uri().getRawQuery() + "&from=950")
                            .body())
                    .contains("/dead-letters/table.")
                    .doesNotContain("Next page");
            assertThat(sandbox.get("/api/dead-letters/table.bm9uZQ").statusCode())
                    .isEqualTo(404);
        } finally {
            database.update("DELETE FROM textonce.dead_letters WHERE route = ?", id);
        }
    }

    @Test
    void readsAWholeFileAgainAndReplaysAllThatMatchAtOnce(Sandbox sandbox) throws IOException {
        String id = sandbox.newEventId();
        String wholeId = sandbox.newEventId();
        drop(sandbox, "eventId,consentAt\n" + wholeId + ",2026-06-02T09:00:00Z\n");
        var whole = awaitWhole(sandbox);
        sandbox.database()
                .update(
                        "INSERT INTO textonce.dead_letters (sha256, route, event, reason, body) VALUES (?, ?, ?, ?, ?)",
                        UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8),
                        "orders-from-a-table",
                        "order-shipped",
                        "the template was wrong",
                        sandbox.orderShipped(id, sandbox.newNumber()).getBytes(StandardCharsets.UTF_8));

        assertThat(post(sandbox, "/api/dead-letters/" + whole + "/replay", "{}").body())
                .contains("read again");
        var result = post(sandbox, "/api/dead-letters/replay", "{\"place\":\"table\",\"text\":\"" + id + "\"}");
        assertThat(json.readTree(result.body()).path("accepted").asInt())
                .as(result.body())
                .isEqualTo(1);

        sandbox.awaitStatus(id, DELIVERED.word());
        assertThat(found(sandbox, "table", id)).isZero();
    }

    @Test
    void refusesATextInAnAddressAndReplaysNothingByAMistypedParameter(Sandbox sandbox) {
        assertThat(sandbox.get("/api/dead-letters?place=file").statusCode()).isEqualTo(200);
        assertThat(sandbox.get("/api/dead-letters?text=5558675310").body()).contains("POST /api/dead-letters/search");
        assertThat(post(sandbox, "/api/dead-letters/replay?text=5558675310", "{}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(sandbox, "/api/dead-letters/replay", "{\"texts\":\"5558675310\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post(sandbox, "/api/dead-letters/replay?place=table", "{\"place\":\"file\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void countsLettersByPlaceEventAndReasonAndSearchesBySealedText(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.publish("order-shipped", sandbox.orderShipped(id, number).replace("https://", "http://"));
        awaitLetter(sandbox, "queue", id);
        var pages = new PageClient(sandbox);

        var page = pages.post("/dead-letters", form("place", "queue", "text", number));

        assertThat(page.uri().toString()).contains("n=").doesNotContain(number.substring(1));
        assertThat(page.body())
                .contains(id, "1 dead letter", "order-shipped (queue)", "Replay all 1")
                .doesNotContain(number.substring(2));
        pages.post(
                "/dead-letters/" + awaitLetter(sandbox, "queue", id).path("id").asText() + "/discard", "reason=test");
    }

    @Test
    void countsRejectedEventsByEventClientAndReason(Sandbox sandbox) {
        double before = rejected("http", "none");
        double unknown = meters.counter(
                        "textonce.events.rejected",
                        "source",
                        "http",
                        "event",
                        "unknown",
                        "client",
                        "none",
                        "reason",
                        "unknown_event")
                .count();
        var invalid = post(sandbox, "/api/order-shipped-sms", "{}");
        var nothing = post(sandbox, "/api/nothing-at-all-sms", "{}");

        assertThat(invalid.statusCode()).isEqualTo(400);
        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(rejected("http", "none")).isEqualTo(before + 1);
        assertThat(meters.counter(
                                "textonce.events.rejected",
                                "source",
                                "http",
                                "event",
                                "unknown",
                                "client",
                                "none",
                                "reason",
                                "unknown_event")
                        .count())
                .isEqualTo(unknown + 1);
    }

    private double rejected(String source, String client) {
        return meters.counter(
                        "textonce.events.rejected",
                        "source",
                        source,
                        "event",
                        "order-shipped",
                        "client",
                        client,
                        "reason",
                        "invalid_request")
                .count();
    }

    private static void drop(Sandbox sandbox, String lines) {
        sandbox.drop("order-shipped", "letters-" + UUID.randomUUID() + ".csv", lines);
    }

    private JsonNode awaitLetter(Sandbox sandbox, String place, String text) {
        await().until(() -> found(sandbox, place, text) == 1);
        return letters(sandbox, place, text).path("deadLetters").get(0);
    }

    private String awaitWhole(Sandbox sandbox) {
        await().until(() -> found(sandbox, "file", "lacks") > 0);
        return letters(sandbox, "file", "lacks")
                .path("deadLetters")
                .get(0)
                .path("id")
                .asText();
    }

    private int found(Sandbox sandbox, String place, String text) {
        return letters(sandbox, place, text).path("total").asInt();
    }

    private JsonNode letters(Sandbox sandbox, String place, String text) {
        return sandbox.json(
                post(sandbox, "/api/dead-letters/search", "{\"place\":\"" + place + "\",\"text\":\"" + text + "\"}"));
    }

    private JsonNode read(Sandbox sandbox, String path) {
        return sandbox.json(sandbox.get(path));
    }

    private static HttpResponse<String> post(Sandbox sandbox, String path, String body) {
        return sandbox.postJson(path, body);
    }

    private static String form(String... values) {
        var form = new StringBuilder();
        for (int i = 0; i < values.length; i += 2) {
            form.append(i == 0 ? "" : "&")
                    .append(values[i])
                    .append('=')
                    .append(URLEncoder.encode(values[i + 1], StandardCharsets.UTF_8));
        }
        return form.toString();
    }
}
