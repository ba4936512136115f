package io.textonce.routes;

import static io.textonce.sandbox.Fault.refuses;
import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.Fault.undelivers;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * The events of routes/events/incident-alert.camel.yaml and routes/events/incident-acknowledged.camel.yaml, and what
 * routes/incident/incident-due.camel.yaml and routes/incident/incident-send.camel.yaml make of them.
 */
@SandboxTest
class IncidentAlertTest {

    @Autowired
    private ProducerTemplate template;

    private String id;
    private String incident;
    private String first;
    private String second;
    private String third;

    @BeforeEach
    void newIncident(Sandbox sandbox) {
        id = sandbox.newEventId();
        incident = "INC-" + UUID.randomUUID().toString().substring(0, 8);
        first = sandbox.newNumber();
        second = sandbox.newNumber();
        third = sandbox.newNumber();
    }

    @Test
    void alertsTheFirstNumberOnlyWhenItsTextIsDelivered(Sandbox sandbox) {
        var answer = alert(sandbox, id, incident, false);
        sandbox.awaitStatus(id, "delivered");
        letTurnEnd(sandbox, id);

        awaitEnd(sandbox, id);
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("sid").asText()).startsWith("SM");
        assertThat(texts(sandbox, first)).containsExactly(incident + ": Database down https://status.example.com/1");
        assertThat(texts(sandbox, second)).isEmpty();
        assertThat(sandbox.delivery(id)).containsEntry("source", "incident").containsEntry("purpose", "incidents");
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT reconciliation_window IS NULL AND expires_at < created_at + interval '16 min'"
                                        + " FROM textonce.deliveries WHERE event_id = ?",
                                Boolean.class,
                                id))
                .isTrue();
    }

    @Test
    void alertsTheNextNumberAtOnceWhenATextFails(Sandbox sandbox) {
        sandbox.twilio().forNumber(first, undelivers(30003));

        alert(sandbox, id, incident, false);

        sandbox.awaitStatus(id + "/2", "delivered");
        letTurnEnd(sandbox, id);
        awaitEnd(sandbox, id);
        assertThat(texts(sandbox, second)).hasSize(1);
        assertThat(texts(sandbox, third)).isEmpty();
        assertThat(sandbox.timeline(id))
                .extracting(event -> event.get("detail"))
                .contains("Not delivered in time; the next number is alerted");
    }

    /** A system may write a number of seconds in any of these forms. */
    @ParameterizedTest
    @ValueSource(strings = {"86400", "86400.0", "864e2", "\"86400\"", "\"80000\""})
    void takesTheSecondsOfAStepInEveryForm(String seconds, Sandbox sandbox) {
        var answer = alert(
                sandbox, id, incident, first, "\"escalateAfter\":" + seconds + ",\"next\":[" + recipient(second) + "]");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        sandbox.awaitStatus(id, "delivered");
    }

    @Test
    void alertsTheNextNumberWhenATextIsNotDeliveredInTime(Sandbox sandbox) {
        sandbox.twilio().forNumber(first, stopsAt("sent"));
        alert(sandbox, id, incident, false);
        sandbox.awaitStatus(id, "sent");
        assertThat(texts(sandbox, second)).isEmpty();

        letTurnEnd(sandbox, id);

        sandbox.awaitStatus(id + "/2", "delivered");
        assertThat(texts(sandbox, first)).hasSize(1);
    }

    @Test
    void alertsTheNextNumberWhenANumberIsRefused(Sandbox sandbox) {
        var answer = alert(sandbox, id, incident, "+15005550001", "\"next\":[" + recipient(second) + "]");

        sandbox.awaitStatus(id + "/2", "delivered");
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("rejected");
    }

    @Test
    void leavesAnAlertDueThatTheDatabaseDoesNotTakeAtTheMoment(Sandbox sandbox) {
        refusedByTheDatabase(sandbox, () -> alert(sandbox, id, incident, false));
        sandbox.database().update("UPDATE textonce.incident_messages SET due_at = now() WHERE event_id = ?", id);

        sandbox.awaitStatus(id, "delivered");
        assertThat(texts(sandbox, first)).hasSize(1);
        assertThat(texts(sandbox, second)).isEmpty();
        assertThat(sandbox.json(alert(sandbox, id, incident, false))
                        .get("duplicate")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void goesOnUntilSomebodyAcknowledges(Sandbox sandbox) {
        alert(sandbox, id, incident, true);
        sandbox.awaitStatus(id, "delivered");
        letTurnEnd(sandbox, id);
        sandbox.awaitStatus(id + "/2", "delivered");

        var answer = acknowledge(sandbox);

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("acknowledged");
        awaitEnd(sandbox, id);
        assertThat(texts(sandbox, first)).singleElement().asString().endsWith(" Reply ACK to take over.");
        assertThat(texts(sandbox, third)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ACK",
                " ack.",
                "Ack INC",
                "ack inc!",
                "ACK: INC",
                "ack thanks",
                "ACK INC-another",
                "Ack\n--\nJohn, on call"
            })
    void stopsWhenSomebodyWhoWasToldReplies(String reply, Sandbox sandbox) {
        alert(sandbox, id, incident, true);
        sandbox.awaitStatus(id, "delivered");

        var answer = sandbox.twilio().receives(first, Peers.FROM_NUMBER, reply.replaceAll("(?i)inc", incident));
        letTurnEnd(sandbox, id);

        awaitEnd(sandbox, id);
        assertThat(answer.answer()).isEqualTo("<Response/>");
        assertThat(acknowledged(sandbox)).isTrue();
        assertThat(texts(sandbox, second)).isEmpty();
    }

    /** As if the instance had died that was to hand the alert over: it is due again, on any instance. */
    @Test
    void sendsNothingThatWasLeftToBeSentWhenSomebodyAcknowledges(Sandbox sandbox) {
        refusedByTheDatabase(sandbox, () -> alert(sandbox, id, incident, false));
        acknowledge(sandbox);
        sandbox.database().update("UPDATE textonce.incident_messages SET due_at = now() WHERE event_id = ?", id);

        await().untilAsserted(() -> assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT due_at IS NULL FROM textonce.incident_messages WHERE event_id = ?",
                                Boolean.class,
                                id))
                .isTrue());
        assertThat(sandbox.delivery(id)).containsEntry("status", "canceled");
        assertThat(texts(sandbox, first)).isEmpty();
    }

    @Test
    void cancelsAnAlertThatWaitsForTwilioWhenSomebodyAcknowledges(Sandbox sandbox) {
        sandbox.twilio().forNumber(first, refuses(20429));
        alert(sandbox, id, incident, false);
        sandbox.awaitStatus(id, "held");

        acknowledge(sandbox);

        sandbox.awaitStatus(id, "canceled");
    }

    /** Twilio calls again when its connection broke, and the number may have been alerted of another incident by then. */
    @Test
    void acknowledgesNothingThatCameAfterTheReply(Sandbox sandbox) throws Exception {
        alert(sandbox, id, incident, first, "\"acknowledge\":true");
        sandbox.awaitStatus(id, "delivered");
        var reply = sandbox.twilio().receives(first, Peers.FROM_NUMBER, "ACK");
        assertThat(acknowledged(sandbox)).isTrue();
        pass(sandbox, "1 hour");
        String later = sandbox.newEventId();
        alert(sandbox, later, incident + "-later", first, "\"acknowledge\":true");
        sandbox.awaitStatus(later, "delivered");

        var repeated = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/inbound"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("X-Twilio-Signature", reply.signature())
                .POST(BodyPublishers.ofString(reply.parameters().stream()
                        .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                        .collect(Collectors.joining("&")))));

        assertThat(repeated.statusCode()).isEqualTo(200);
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT acknowledged_at IS NULL FROM textonce.incidents WHERE event_id = ?",
                                Boolean.class,
                                later))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"acknowledge", "back", "no ack", "YES"})
    void goesOnWhenTheReplyIsNoAcknowledgement(String reply, Sandbox sandbox) {
        alert(sandbox, id, incident, true);

        sandbox.twilio().receives(first, Peers.FROM_NUMBER, reply);
        sandbox.twilio().receives(third, Peers.FROM_NUMBER, "ACK");

        assertThat(acknowledged(sandbox)).isFalse();
    }

    @Test
    void acknowledgesOnlyTheIncidentsThatAReplyNames(Sandbox sandbox) {
        String other = sandbox.newEventId();
        alert(sandbox, id, incident, true);
        pass(sandbox, "1 h");
        alert(sandbox, other, "INC-other-" + other, true);

        sandbox.twilio().receives("whatsapp:" + first, Peers.FROM_NUMBER, "Ack " + "inc-other-" + other + ", thanks");

        assertThat(acknowledged(sandbox)).isFalse();
        assertThat(sandbox.database()
                        .queryForObject(
                                "SELECT acknowledged_at IS NOT NULL FROM textonce.incidents WHERE event_id = ?",
                                Boolean.class,
                                other))
                .isTrue();
    }

    @Test
    void comesToTheEndOfItsNumbers(Sandbox sandbox) {
        alert(sandbox, id, incident, first, "\"acknowledge\":true");
        sandbox.awaitStatus(id, "delivered");

        letTurnEnd(sandbox, id);

        awaitEnd(sandbox, id);
        assertThat(sandbox.timeline(id))
                .extracting(event -> event.get("detail"))
                .contains("Not acknowledged, and there is no next number");
    }

    @Test
    void refusesToAcknowledgeWhatIsNoIncident(Sandbox sandbox) {
        var answer = sandbox.post(
                "incident-acknowledged", "{\"eventId\":\"" + sandbox.newEventId() + "\",\"incident\":\"INC-none\"}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(sandbox.json(answer).get("error").asText()).isEqualTo("unknown_incident");
    }

    @Test
    void alertsOnceForOneEvent(Sandbox sandbox) {
        var answers = IntStream.range(0, 20)
                .parallel()
                .mapToObj(n -> alert(sandbox, id, incident, false))
                .toList();

        assertThat(answers).extracting(HttpResponse::statusCode).isSubsetOf(200, 202);
        assertThat(answers.stream().filter(answer -> sandbox.json(answer).has("accepted")))
                .hasSize(1);
        assertThat(texts(sandbox, first)).hasSize(1);
    }

    @Test
    void refusesAnotherIncidentUnderTheSameId(Sandbox sandbox) {
        alert(sandbox, id, incident, false);

        var answer = alert(sandbox, id, "INC-other", false);

        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(sandbox.json(answer).get("error").asText()).isEqualTo("event_id_reused");
    }

    @Test
    void refusesANumberTwiceAndWhatIsNoNumber(Sandbox sandbox) {
        var twice = alert(sandbox, id, incident, first, "\"next\":[" + recipient(first) + "]");
        var wrong = alert(sandbox, id, incident, first, "\"next\":[" + recipient("+1555") + "]");

        assertThat(twice.statusCode()).isEqualTo(400);
        assertThat(sandbox.json(twice).at("/details/next/0").asText()).isEqualTo("must not contain a number twice");
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(wrong.body()).doesNotContain("1555");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DISK\\tFULL                                  | DISK FULL
            \\r\\nDISK\\r\\n/var 91%\\n                    | DISK /var 91%
            \\u0007DISK\\u0000FULL                       | DISK FULL
            DISK FULL \\ud83d                            | DISK FULL
            \u201cDISK\u201d \u2013 full\u2026 it\u2019s late         | "DISK" - full... it's late
            """)
    void cleansATitleThatAMachineWrote(String title, String cleaned, Sandbox sandbox) {
        var answer = sandbox.post("incident-alert", event(id, first, title, ""));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("sid").asText()).startsWith("SM");
        assertThat(texts(sandbox, first)).containsExactly(incident + ": " + cleaned);
    }

    @Test
    void cleansATitleFromTheQueueAndFromAFile(Sandbox sandbox) {
        sandbox.publish("incident-alert", event(id, first, "DISK\\tFULL", ""));
        sandbox.drop("incident-alert", id + ".csv", """
                eventId,phone,incident,title,url,consentAt
                %s-f,%s,%s,"Latency \u2013 p99
                above 2s",https://grafana.example.com/d/%s,2026-06-02T09:00:00Z
                """.formatted(id, second, incident, "x".repeat(160)));

        sandbox.awaitStatus(id, "delivered");
        sandbox.awaitStatus(id + "-f", "delivered");
        assertThat(texts(sandbox, first)).containsExactly(incident + ": DISK FULL");
        assertThat(texts(sandbox, second))
                .containsExactly(
                        incident + ": Latency - p99 above 2s https://grafana.example.com/d/" + "x".repeat(160));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Latency of the checkout service is above two seconds \uD83D\uDD25 for ten minutes in eu-central-1",
                "\u0417\u0430\u0434\u0435\u0440\u0436\u043a\u0430 \u043e\u0442\u0432\u0435\u0442\u0430"
                        + " \u0441\u0435\u0440\u0432\u0438\u0441\u0430 \u043e\u043f\u043b\u0430\u0442\u044b",
            })
    void shortensATitleToWhatFitsBesideItsLink(String title, Sandbox sandbox) {
        String url = "https://grafana.example.com/d/" + "x".repeat(125);

        var answer = sandbox.post("incident-alert", event(id, first, title, ",\"url\":\"" + url + "\""));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(texts(sandbox, first))
                .singleElement()
                .satisfies(text -> assertThat(text)
                        .startsWith(incident + ": " + title.substring(0, 10))
                        .endsWith(" " + url));
        assertThat((Integer) sandbox.delivery(id).get("segments")).isLessThanOrEqualTo(3);
    }

    @Test
    void shortensALongTitle(Sandbox sandbox) {
        sandbox.post("incident-alert", event(id, first, "x".repeat(1000), ""));

        assertThat(texts(sandbox, first)).containsExactly(incident + ": " + "x".repeat(160) + "...");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            consentAt | "consentAt":"2099-06-02T09:00:00Z"
            consentAt | "consentAt":"0000-01-01T00:00:00Z"
            next      | "next":[{"phone":"+15558675399","consentAt":"2099-06-02T09:00:00Z"}]
            next      | "next":[{"phone":"+15558675399","consentAt":"0000-01-01T00:00:00Z"}]
            expiresAt | "expiresAt":"9999-12-31T23:59:59Z"
            expiresAt | "expiresAt":"0000-12-31T23:59:59Z"
            """)
    void opensNothingForAnEventThatIsRefused(String field, String more, Sandbox sandbox) {
        String event = event(id, first, "Database down", "," + more);
        if (field.equals("consentAt")) {
            event = event.replace("\"consentAt\":\"2026-06-02T09:00:00Z\",", "");
        }

        var answer = sandbox.post("incident-alert", event);

        assertThatProblem(answer).is(400, "invalid_request").names(field);
        assertThat(incidents(sandbox)).isZero();
        assertThat(alert(sandbox, id, incident, false).statusCode()).isEqualTo(202);
        assertThat(texts(sandbox, first)).hasSize(1);
    }

    @Test
    void opensNothingForAnEventThatComesTooLate(Sandbox sandbox) {
        var answer = alert(sandbox, id, incident, first, "\"ttl\":0");

        assertThatProblem(answer).is(422, "too_late");
        assertThat(incidents(sandbox)).isZero();
    }

    @Test
    void alertsHoweverLongItsTimeToLiveIs(Sandbox sandbox) {
        alert(sandbox, id, incident, first, "\"ttl\":999999999");

        assertThat(texts(sandbox, first)).hasSize(1);
    }

    @Test
    void keepsWhatIsRefusedAllTheSameAndGoesOnToTheNextNumber(Sandbox sandbox) {
        alert(sandbox, id, incident, true);
        sandbox.awaitStatus(id, "delivered");

        sandbox.database().update("UPDATE textonce.incidents SET title = repeat('x', 900) WHERE event_id = ?", id);
        letTurnEnd(sandbox, id);

        for (String step : List.of("/2", "/3")) {
            sandbox.awaitStatus(id + step, "rejected");
            assertThat((String) sandbox.delivery(id + step).get("reason")).contains("segments");
        }
        awaitEnd(sandbox, id);
        assertThat(texts(sandbox, second)).isEmpty();
    }

    @Test
    void usesNoTierForATextThatIsRefused(Sandbox sandbox) {
        sandbox.twilio().forNumber(first, 1, refuses(21612));

        var refused = alert(sandbox, id, incident, first, "\"ttl\":600");
        var next = alert(sandbox, id + "-b", incident, first, "\"ttl\":600");

        assertThat(sandbox.json(refused).get("status").asText()).isEqualTo("rejected");
        assertThat(sandbox.json(next).get("sid").asText()).startsWith("SM");
        assertThat(texts(sandbox, first)).hasSize(1);
    }

    @Test
    void bundlesAStormIntoADigestThatSaysHowManyAndWhich(Sandbox sandbox) {
        var ids = IntStream.range(0, 5).mapToObj(n -> id + "-" + n).toList();
        var answers = IntStream.range(0, 5)
                .mapToObj(n -> alert(sandbox, ids.get(n), incident + "-" + n, first, "\"acknowledge\":" + (n == 3)))
                .toList();
        assertThat(texts(sandbox, first)).hasSize(1);

        pass(sandbox, "61 s");

        sandbox.awaitStatus(ids.get(1) + "/digest", "delivered");
        assertThat(answers.stream().skip(1))
                .allSatisfy(answer ->
                        assertThat(sandbox.json(answer).get("status").asText()).isEqualTo("bundled"));
        assertThat(texts(sandbox, first))
                .containsExactly(
                        incident + "-0: Database down",
                        "4 alerts: " + incident + "-1, " + incident + "-2, " + incident + "-3, " + incident
                                + "-4 Reply ACK to take over.");
    }

    @Test
    void leavesOutOfADigestWhatIsAcknowledged(Sandbox sandbox) {
        alert(sandbox, id, incident + "-0", first, "\"ttl\":600");
        for (int n = 1; n < 4; n++) {
            alert(sandbox, id + n, incident + "-" + n, first, "\"ttl\":600");
        }
        sandbox.post(
                "incident-acknowledged",
                "{\"eventId\":\"" + sandbox.newEventId() + "\",\"incident\":\"" + incident + "-2\"}");

        pass(sandbox, "61 s");

        sandbox.awaitStatus(id + "1/digest", "delivered");
        assertThat(texts(sandbox, first)).last().isEqualTo("2 alerts: " + incident + "-1, " + incident + "-3");
    }

    @Test
    void keepsToEveryTierOfTheLimit(Sandbox sandbox) {
        for (int n = 0; n < 14; n++) {
            alert(sandbox, id + "-" + n, incident + "-" + n, first, "\"ttl\":900");
            pass(sandbox, "62 s");
        }

        assertThat(texts(sandbox, first)).hasSize(5);
        pass(sandbox, "2 min");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(texts(sandbox, first)).hasSize(6));
        assertThat(texts(sandbox, first)).last().asString().startsWith("9 alerts: ");
    }

    @Test
    void sendsOnceWhatACrashLeftBeforeOrAfterItWasHandedOver(Sandbox sandbox) {
        alert(sandbox, id, incident, false);
        sandbox.awaitStatus(id, "delivered");

        // As if the process had died right after the text was made, or right after Twilio had it.
        sandbox.database()
                .update(
                        "UPDATE textonce.incident_messages SET due_at = now(), phone = ? WHERE event_id = ?",
                        first,
                        id);

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(sandbox.database()
                                .queryForObject(
                                        "SELECT due_at IS NULL FROM textonce.incident_messages WHERE event_id = ?",
                                        Boolean.class,
                                        id))
                        .isTrue());
        assertThat(texts(sandbox, first)).hasSize(1);
    }

    @Test
    void sendsOnceWhatTwoInstancesHandOver(Sandbox sandbox) {
        alert(sandbox, id, incident, false);
        sandbox.database().update("UPDATE textonce.incident_messages SET phone = ? WHERE event_id = ?", first, id);

        IntStream.range(0, 8).parallel().forEach(n -> template.sendBody("direct:incident-send", id));

        assertThat(texts(sandbox, first)).hasSize(1);
    }

    private HttpResponse<String> acknowledge(Sandbox sandbox) {
        return sandbox.post(
                "incident-acknowledged",
                "{\"eventId\":\"" + sandbox.newEventId() + "\",\"incident\":\"" + incident.toLowerCase(Locale.ROOT)
                        + "\"}");
    }

    /** Its message stays due, but not before the test says so. */
    private void refusedByTheDatabase(Sandbox sandbox, Supplier<HttpResponse<String>> alert) {
        var database = sandbox.database();
        database.execute("CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS"
                + " 'BEGIN RAISE ''busy'' USING ERRCODE = ''55P03''; END'");
        database.execute("CREATE TRIGGER busy BEFORE INSERT ON textonce.deliveries FOR EACH ROW"
                + " WHEN (NEW.event_id = '" + id + "') EXECUTE FUNCTION busy()");
        try {
            assertThatProblem(alert.get()).is(503, "try_again");
            database.update(
                    "UPDATE textonce.incident_messages SET due_at = now() + interval '1 h' WHERE event_id = ?", id);
        } finally {
            database.execute("DROP FUNCTION busy CASCADE");
        }
    }

    private HttpResponse<String> alert(Sandbox sandbox, String eventId, String name, boolean acknowledge) {
        return alert(
                sandbox,
                eventId,
                name,
                first,
                "\"url\":\"https://status.example.com/1\",\"acknowledge\":" + acknowledge + ",\"next\":["
                        + recipient(second) + "," + recipient(third) + "]");
    }

    private static HttpResponse<String> alert(Sandbox sandbox, String eventId, String name, String phone, String more) {
        return sandbox.post(
                "incident-alert",
                "{\"eventId\":\"" + eventId + "\",\"phone\":\"" + phone
                        + "\",\"consentAt\":\"2026-06-02T09:00:00Z\",\"incident\":\"" + name
                        + "\",\"title\":\"Database down\"," + more + "}");
    }

    private String event(String eventId, String phone, String title, String more) {
        return "{\"eventId\":\"" + eventId + "\",\"phone\":\"" + phone
                + "\",\"consentAt\":\"2026-06-02T09:00:00Z\",\"incident\":\"" + incident + "\",\"title\":\"" + title
                + "\"" + more + "}";
    }

    private int incidents(Sandbox sandbox) {
        return sandbox.database()
                .queryForObject("SELECT count(*) FROM textonce.incidents WHERE event_id = ?", Integer.class, id);
    }

    private static String recipient(String phone) {
        return "{\"phone\":\"" + phone + "\",\"consentAt\":\"2026-06-02T09:00:00Z\"}";
    }

    private static List<String> texts(Sandbox sandbox, String number) {
        return sandbox.twilio().sentTo(number).stream().map(TwilioMessage::body).toList();
    }

    private boolean acknowledged(Sandbox sandbox) {
        return Boolean.TRUE.equals(sandbox.database()
                .queryForObject(
                        "SELECT acknowledged_at IS NOT NULL FROM textonce.incidents WHERE event_id = ?",
                        Boolean.class,
                        id));
    }

    /** Does nothing to one that nobody is alerted of any more. */
    private static void letTurnEnd(Sandbox sandbox, String id) {
        sandbox.database()
                .update("UPDATE textonce.incidents SET due_at = now() WHERE event_id = ? AND due_at IS NOT NULL", id);
    }

    private static void awaitEnd(Sandbox sandbox, String id) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> sandbox.database()
                        .queryForObject(
                                "SELECT due_at IS NULL FROM textonce.incidents WHERE event_id = ?", Boolean.class, id));
    }

    /** The texts of this test move into the past. */
    private void pass(Sandbox sandbox, String time) {
        sandbox.database()
                .update(
                        "UPDATE textonce.incident_messages SET alerted_at = alerted_at - CAST(? AS interval)"
                                + " WHERE phone_hash IN (SELECT phone_hash FROM textonce.deliveries WHERE event_id LIKE ?)",
                        time,
                        id + "%");
    }
}
