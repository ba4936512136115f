package io.textonce.routes;

import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Delivery lookup: {@code routes/console/delivery-get.camel.yaml} and the search, which share
 * {@code routes/console/delivery-find.camel.yaml}.
 */
@SandboxTest
class DeliverySearchTest {

    @Test
    void tellsTheTimelineOfADelivery(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, stopsAt("queued"));
        var sent = send(sandbox, id, number);
        for (String status : List.of("sent", "delivered")) {
            sandbox.twilio().reports(sent.answer().get("sid").asText(), status, null);
        }

        var delivery = sandbox.json(sandbox.get(sent.location()));

        assertThat(delivery.get("eventId").asText()).isEqualTo(id);
        assertThat(delivery.get("status").asText()).isEqualTo("delivered");
        assertThat(delivery.get("timeline").findValuesAsText("kind"))
                .startsWith("received", "checked", "answer")
                .contains("callback");
        assertThat(delivery.get("timeline").findValuesAsText("summary"))
                .startsWith("Event received via API")
                .endsWith("Delivered to phone");
        assertThat(delivery.get("timeline").findValuesAsText("status")).contains("queued", "sent", "delivered");
    }

    @Test
    void findsADeliveryBySidAndByEventId(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String sid = send(sandbox, id, sandbox.newNumber()).answer().get("sid").asText();

        var bySid = sandbox.json(sandbox.get("/api/deliveries?sid=" + sid));
        var byEventId = sandbox.json(sandbox.get("/api/deliveries?eventId=" + id));

        assertThat(bySid.get("deliveries").findValuesAsText("eventId")).containsExactly(id);
        assertThat(byEventId.get("deliveries").findValuesAsText("messageSid")).containsExactly(sid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%2B", "+", "", "%2B%28", "%20"})
    void findsAPersonsTextsByTheNumberHoweverAQueryMayWriteIt(String plus, Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        send(sandbox, id, number);

        var found = sandbox.get("/api/deliveries?phone=" + plus + number.substring(1));

        assertThat(sandbox.json(found).get("deliveries").findValuesAsText("eventId"))
                .containsExactly(id);
        assertThat(found.body()).doesNotContain(number.substring(1));
    }

    @Test
    void findsThemByANumberInABodyWhichNoProxyLogs(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        send(sandbox, id, number);

        var found = search(sandbox, "{\"phone\":\"" + number + "\",\"limit\":1}");

        assertThat(sandbox.json(found).get("deliveries").findValuesAsText("eventId"))
                .containsExactly(id);
        assertThat(search(sandbox, "{\"fone\":\"" + number + "\"}").statusCode())
                .isEqualTo(400);
        assertThat(search(sandbox, "{\"phone\":[\"" + number + "\"]}").statusCode())
                .isEqualTo(400);
        assertThat(search(sandbox, "[]").statusCode()).isEqualTo(400);
    }

    private static HttpResponse<String> search(Sandbox sandbox, String body) {
        return sandbox.postJson("/api/deliveries/search", body);
    }

    @Test
    void logsNoNumberThatIsLookedFor(Sandbox sandbox) {
        String number = sandbox.newNumber();

        try (var log = new LogRecorder()) {
            sandbox.get("/api/deliveries?phone=%2B" + number.substring(1));
            sandbox.get("/api/deliveries?phone=%2B" + number.substring(1) + "&limit=none");
            sandbox.get("/api/deliveries?" + number.substring(1) + "=phone");

            assertThat(log.lines()).noneMatch(line -> line.contains(number.substring(1)));
        }
    }

    @Test
    void goesThroughAFilteredListPageByPage(Sandbox sandbox) {
        String event = sandbox.newEventId();
        String number = sandbox.newNumber();
        var start = Instant.now().minusSeconds(1);
        for (int i = 0; i < 5; i++) {
            sandbox.twilio().forNumber(number, 1, refuses(21408));
            sandbox.post("order-shipped", sandbox.orderShipped(event + i, number));
        }
        String filter = "/api/deliveries?status=rejected&event=order-shipped&code=21408&limit=2&from=" + start
                + "&phone=" + number.substring(1);

        var pages = new ArrayList<List<String>>();
        String after = "";
        do {
            var page = sandbox.json(sandbox.get(filter + after));
            pages.add(page.get("deliveries").findValuesAsText("eventId"));
            after = page.has("next") ? "&after=" + page.get("next").asText() : null;
        } while (after != null);

        assertThat(pages)
                .containsExactly(List.of(event + 4, event + 3), List.of(event + 2, event + 1), List.of(event + 0));
        assertThat(sandbox.json(sandbox.get(filter + "&to=" + start)).get("deliveries"))
                .isEmpty();
    }

    @Test
    void filtersByCountrySenderReasonAndIdsInAListAndInAnExport(Sandbox sandbox) {
        String here = sandbox.newEventId();
        String abroad = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, refuses(21408));
        sandbox.twilio().forNumber("+447700910622", 1, refuses(21408));
        sandbox.post("order-shipped", sandbox.orderShipped(here, number));
        sandbox.post("order-shipped", sandbox.orderShipped(abroad, "+447700910622"));
        String ids = "ids=" + here + "," + sandbox.delivery(abroad).get("id") + "&reason=COUNTRY";

        assertThat(eventIds(sandbox, ids)).containsExactly(abroad, here);
        assertThat(eventIds(sandbox, ids + "&country=gb")).containsExactly(abroad);
        assertThat(eventIds(sandbox, ids + "&country=US&sender=" + Peers.FROM_NUMBER.substring(1)))
                .containsExactly(here);
        assertThat(eventIds(sandbox, ids + "&sender=none")).isEmpty();
        assertThat(sandbox.get("/api/deliveries/export.csv?country=GB&" + ids).body())
                .contains(abroad, "\"GB\"")
                .doesNotContain(here);
    }

    private static List<String> eventIds(Sandbox sandbox, String query) {
        return sandbox.json(sandbox.get("/api/deliveries?" + query))
                .get("deliveries")
                .findValuesAsText("eventId");
    }

    /** Intakes make one character of a letter and its accent. */
    @ParameterizedTest
    @ValueSource(strings = {"eventId", "ids"})
    void findsAnIdAsItsSenderWroteIt(String parameter, Sandbox sandbox) {
        String id = "fu\u0308r-" + sandbox.newEventId();
        send(sandbox, id, sandbox.newNumber());

        var found = sandbox.json(sandbox.get("/api/deliveries?" + parameter + "=" + id.replace("\u0308", "%CC%88")));

        assertThat(found.get("deliveries").findValuesAsText("eventId")).containsExactly("f\u00FC" + id.substring(3));
    }

    /** Of two bounds the narrower one counts; otherwise one of them would be ignored. */
    @Test
    void findsWhatIsWithinAllTimes(Sandbox sandbox) {
        String id = sandbox.newEventId();
        send(sandbox, id, sandbox.newNumber());
        String found = "/api/deliveries?eventId=" + id;

        for (String within : List.of(
                "since=1h&from=2026-01-01",
                "until=2199-01-01&to=2100-01-01",
                "from=0001-01-01",
                "to=%2B999999999-01-01T00:00:00Z",
                "from=-999999999-01-01T00:00:00Z")) {
            assertThat(sandbox.json(sandbox.get(found + "&" + within)).get("deliveries"))
                    .as(within)
                    .hasSize(1);
        }
        for (String outside : List.of(
                "since=1h&from=2199-01-01",
                "until=2199-01-01&to=2026-01-01",
                "from=%2B999999999-01-01T00:00:00Z",
                "to=0001-01-01")) {
            assertThat(sandbox.json(sandbox.get(found + "&" + outside)).get("deliveries"))
                    .as(outside)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "phone=0555",
                "code=x",
                "limit=0",
                "country=USA",
                "limit=1000",
                "from=yesterday",
                "after=1",
                "zone=Mars",
                "statuss=held",
                "eventId=a%E2%80%8Bb",
                "sid=a&sid=b"
            })
    void saysWhichParameterIsWrong(String query, Sandbox sandbox) {
        var answer = sandbox.get("/api/deliveries?" + query);

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(sandbox.json(answer).get("details")).isNotEmpty();
    }

    @Test
    void tellsTimesInUtcAndInAZone(Sandbox sandbox) {
        String location =
                send(sandbox, sandbox.newEventId(), sandbox.newNumber()).location();

        var delivery = sandbox.json(sandbox.get(location + "?zone=Asia/Kolkata"));

        assertThat(delivery.get("createdAt").asText()).endsWith("Z");
        assertThat(delivery.get("createdAtLocal").asText()).endsWith("+05:30");
        assertThat(OffsetDateTime.parse(delivery.get("createdAtLocal").asText()).toInstant())
                .isEqualTo(Instant.parse(delivery.get("createdAt").asText()));
        assertThat(delivery.at("/timeline/0/local").asText()).endsWith("+05:30");
    }

    @Test
    void tellsUntilWhenATextWaits(Sandbox sandbox) {
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, refuses(21611));

        var delivery = sandbox.json(
                sandbox.get(send(sandbox, sandbox.newEventId(), number).location()));

        assertThat(delivery.get("status").asText()).isEqualTo("held");
        var last = delivery.get("timeline").get(delivery.get("timeline").size() - 1);
        assertThat(Instant.parse(last.get("until").asText()))
                .isAfter(Instant.parse(delivery.get("createdAt").asText()).plusSeconds(3500));
    }

    @Test
    void tellsNeitherTheNumberNorTheText(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String location = send(sandbox, sandbox.newEventId(), number).location();

        String body = sandbox.get(location).body();

        assertThat(body).contains(number.substring(number.length() - 4)).doesNotContain(number, "has shipped");
    }

    @Test
    void findsNothingForAnEventThatNeverCame(Sandbox sandbox) {
        var found = sandbox.json(sandbox.get("/api/deliveries?eventId=" + sandbox.newEventId()));

        assertThat(found.get("deliveries")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000-0000-0000-0000-000000000000", "not-an-id"})
    void answersNotFoundForAnUnknownDelivery(String id, Sandbox sandbox) {
        var answer = sandbox.get("/api/deliveries/" + id);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(sandbox.json(answer).get("error").asText()).isEqualTo("not_found");
    }

    private static Sent send(Sandbox sandbox, String id, String number) {
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        return new Sent(
                sandbox.json(answer), answer.headers().firstValue("Location").orElseThrow());
    }

    private record Sent(JsonNode answer, String location) {}
}
