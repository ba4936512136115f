package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.callsBackBeforeAnswering;
import static io.textonce.sandbox.Fault.doublesCallbacks;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.shufflesCallbacks;
import static io.textonce.sandbox.Fault.stopsAt;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.SignedForm;
import io.textonce.sandbox.TwilioMessage;
import io.textonce.sandbox.TwilioWebhook;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@SandboxTest
class SmsStatusTest {

    private static final String PATH = "/twilio/status-callback";
    private static final String PUBLIC = "https://sms.example.com";
    private static final String FORM = "application/x-www-form-urlencoded; charset=UTF-8";

    @Test
    void raisesTheStatusWithEachCallback(Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));

        var sent = sandbox.twilio().reports(text.sid(), "sent", null);
        var afterSent = sandbox.delivery(text.eventId());
        var delivered = sandbox.twilio().reports(text.sid(), "delivered", null);

        assertHeard(sent);
        assertThat(afterSent).containsEntry("status", "sent");
        assertHeard(delivered);
        assertThat(sandbox.delivery(text.eventId()))
                .containsEntry("status", "delivered")
                .containsEntry("message_sid", text.sid())
                .containsEntry("due_at", null);
        assertThat(statuses(sandbox, text)).containsExactly("queued", "sent", "delivered");
    }

    @Test
    void followsAWholeJourneyOfCallbacksDoubledAndShuffled(Sandbox sandbox) {
        var text = sent(sandbox, doublesCallbacks().and(shufflesCallbacks()));

        await().untilAsserted(() -> assertThat(callbacks(sandbox, text)).hasSize(4));

        assertThat(callbacks(sandbox, text)).allSatisfy(SmsStatusTest::assertHeard);
        assertThat(sandbox.delivery(text.eventId())).containsEntry("status", "delivered");
        // A callback may overtake the answer.
        assertThat(sandbox.timeline(text.eventId()))
                .filteredOn(event -> event.get("kind").equals("callback"))
                .extracting(event -> event.get("status"))
                .containsExactly("delivered", "sent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled"})
    void changesNothingOfAFinalStatus(String late, Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        sandbox.twilio().reports(text.sid(), "delivered", null);
        String before = row(sandbox, text);

        assertHeard(sandbox.twilio().reports(text.sid(), late, null));

        assertThat(row(sandbox, text)).isEqualTo(before);
    }

    @Test
    void changesNothingWhenACallbackIsReplayed(Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        sandbox.twilio().reports(text.sid(), "sent", null);
        sandbox.twilio().reports(text.sid(), "delivered", null);
        String row = row(sandbox, text);
        var timeline = sandbox.timeline(text.eventId());

        callbacks(sandbox, text).forEach(callback -> {
            assertThat(replay(sandbox, callback).statusCode()).isEqualTo(204);
            assertThat(replay(sandbox, callback).statusCode()).isEqualTo(204);
        });

        assertThat(row(sandbox, text)).isEqualTo(row);
        assertThat(sandbox.timeline(text.eventId())).isEqualTo(timeline);
    }

    @Test
    void raisesToTheHighestOfManyCallbacksAtOnce(Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        var words = new ArrayList<>(IntStream.range(0, 50)
                .mapToObj(n -> List.of("queued", "sending", "sent", "delivered").get(n % 4))
                .toList());
        Collections.shuffle(words, new Random(4711));

        var threads = Executors.newFixedThreadPool(50);
        var answers = words.stream()
                .map(word ->
                        CompletableFuture.supplyAsync(() -> sandbox.twilio().reports(text.sid(), word, null), threads))
                .toList();

        assertThat(answers).allSatisfy(answer -> assertHeard(answer.join()));
        threads.shutdown();
        assertThat(sandbox.delivery(text.eventId())).containsEntry("status", "delivered");
        assertThat(sandbox.timeline(text.eventId()))
                .filteredOn(event -> event.get("kind").equals("callback"))
                .extracting(event -> event.get("status"))
                .containsExactlyInAnyOrder("queued", "sending", "sent", "delivered");
    }

    @Test
    void bindsACallbackThatComesBeforeTheAnswer(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String eventId = sandbox.newEventId();
        sandbox.twilio().forNumber(number, callsBackBeforeAnswering());

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(eventId, number));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).path("status").asText()).isEqualTo("queued");
        assertThat(sandbox.delivery(eventId).get("status")).isIn("sent", "delivered");
        assertThat(sandbox.timeline(eventId).get(0))
                .containsEntry("kind", "callback")
                .containsEntry("status", "sent");
        sandbox.awaitStatus(eventId, "delivered");
        assertThat(sandbox.delivery(eventId))
                .containsEntry("message_sid", sandbox.json(answer).path("sid").asText());
    }

    @Test
    void keepsTheReasonOfAFailureThatIsReportedBeforeTheAnswer(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String eventId = sandbox.newEventId();
        sandbox.twilio().forNumber(number, Fault.fails(30003).and(callsBackBeforeAnswering()));

        sandbox.post("order-shipped", sandbox.orderShipped(eventId, number));

        assertThat(sandbox.delivery(eventId))
                .containsEntry("status", "failed")
                .containsEntry("error_code", 30003)
                .containsEntry("due_at", null);
        assertThat(sandbox.delivery(eventId).get("reason").toString()).isNotBlank();
    }

    @Test
    void bindsATextWhoseAnswerWasLost(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String eventId = sandbox.newEventId();
        sandbox.twilio().forNumber(number, answers(500).afterRecording().and(losesCallbacks()));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(eventId, number));

        assertThat(sandbox.json(answer).path("status").asText()).isEqualTo("unknown");
        assertHeard(
                sandbox.twilio().reports(sandbox.twilio().sentTo(number).get(0).sid(), "delivered", null));
        assertThat(sandbox.delivery(eventId))
                .containsEntry("status", "delivered")
                .containsEntry(
                        "message_sid", sandbox.twilio().sentTo(number).get(0).sid())
                .containsEntry("reason", null)
                .containsEntry("body", null)
                .containsEntry("unknown_since", null);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"failed, 30008", "undelivered, 30003"})
    void saysInWordsWhyATextFailed(String status, int code, Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));

        assertHeard(sandbox.twilio().reports(text.sid(), status, code));

        assertThat(sandbox.delivery(text.eventId()))
                .containsEntry("status", status)
                .containsEntry("error_code", code);
        assertThat(sandbox.delivery(text.eventId()).get("reason").toString()).isNotBlank();
        assertThat(sandbox.timeline(text.eventId()).get(1))
                .containsEntry("error_code", code)
                .containsEntry("detail", sandbox.delivery(text.eventId()).get("reason"));
    }

    @Test
    void forgetsAnEarlierErrorOnceTheTextIsDelivered(Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        sandbox.twilio().reports(text.sid(), "sent", 30003);
        assertThat(sandbox.delivery(text.eventId())).containsEntry("error_code", 30003);

        sandbox.twilio().reports(text.sid(), "delivered", null);

        assertThat(sandbox.delivery(text.eventId()))
                .containsEntry("status", "delivered")
                .containsEntry("error_code", null)
                .containsEntry("reason", null);
    }

    @Test
    void forgetsTheErrorOfAnEarlierTryOnceTwilioTakesTheText(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String eventId = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, Fault.refuses(21611)).forNumber(number, stopsAt("queued"));
        sandbox.post("order-shipped", sandbox.orderShipped(eventId, number));
        assertThat(sandbox.delivery(eventId)).containsEntry("status", "held").containsEntry("error_code", 21611);

        sandbox.makeDue(eventId);

        sandbox.awaitStatus(eventId, "queued");
        assertThat(sandbox.delivery(eventId)).containsEntry("error_code", null);
    }

    @Test
    void keepsACallbackAboutATextThatNobodyKnows(Sandbox sandbox) {
        String sid = TwilioMessage.newSid();
        double before = received(sandbox, "unknown");

        var answer = post(sandbox, PATH, form(sid, "sent"));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(eventsOf(sandbox, sid))
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("delivery_id", null)
                        .containsEntry("kind", "callback")
                        .containsEntry("status", "sent"));
        assertThat(received(sandbox, "unknown")).isEqualTo(before + 1);
    }

    @Test
    void keepsACallbackThatNamesADeliveryThatNobodyKnows(Sandbox sandbox) {
        String sid = TwilioMessage.newSid();

        var answer = post(sandbox, PATH + "?delivery=" + UUID.randomUUID(), form(sid, "sent"));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(eventsOf(sandbox, sid)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"partially_delivered", "teleported", "receiving", "held", "rejected", "unknown", "reserved"})
    void keepsAndReportsAWordThatIsNoStatusOfAText(String word, Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        String before = row(sandbox, text);
        double counted = received(sandbox, "unranked");

        var warnings = warnings(() -> assertHeard(sandbox.twilio().reports(text.sid(), word, null)));

        assertThat(row(sandbox, text)).isEqualTo(before);
        assertThat(statuses(sandbox, text)).containsExactly("queued", word);
        assertThat(received(sandbox, "unranked")).isEqualTo(counted + 1);
        assertThat(warnings).anyMatch(line -> line.contains(text.sid()) && line.contains(word));
    }

    /** Of another application, all of whose callbacks may come here. */
    @Test
    void reportsMessagesThatItDoesNotKnowOnceAMinute(Sandbox sandbox) {
        double counted = received(sandbox, "unknown");

        var warnings = warnings(() -> IntStream.range(0, 5)
                .forEach(n -> assertThat(post(sandbox, PATH, form(TwilioMessage.newSid(), "sending"))
                                .statusCode())
                        .isEqualTo(204)));

        assertThat(received(sandbox, "unknown")).isEqualTo(counted + 5);
        assertThat(warnings).filteredOn(line -> line.contains(": unknown (")).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void bindsATextByAWordThatIsNoStatus(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String eventId = sandbox.newEventId();
        sandbox.twilio().forNumber(number, answers(500));
        sandbox.post("order-shipped", sandbox.orderShipped(eventId, number));
        String delivery = sandbox.delivery(eventId).get("id").toString();
        String sid = TwilioMessage.newSid();

        var answer = post(sandbox, PATH + "?delivery=" + delivery, form(sid, "beamed"));

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(sandbox.delivery(eventId)).containsEntry("message_sid", sid).containsEntry("status", "accepted");
    }

    @Test
    void keepsAndReportsASecondSidOfOneDelivery(Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        String before = row(sandbox, text);
        String other = TwilioMessage.newSid();

        var warnings = warnings(() -> assertThat(post(
                                sandbox,
                                PATH + "?delivery="
                                        + sandbox.delivery(text.eventId()).get("id"),
                                form(other, "delivered"))
                        .statusCode())
                .isEqualTo(204));

        assertThat(row(sandbox, text)).isEqualTo(before);
        assertThat(eventsOf(sandbox, other)).hasSize(1);
        assertThat(warnings).anyMatch(line -> line.contains(other) && line.contains("other_sid"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MessageStatus=sent",
                "MessageSid=SM00000000000000000000000000000003",
                "MessageSid=&MessageStatus=sent",
                "MessageSid=SM00000000000000000000000000000003&MessageStatus=",
                "MessageSid=XX00000000000000000000000000000003&MessageStatus=sent",
                "MessageSid=SM0000000000000000000000000000000%00&MessageStatus=sent",
                "MessageSid=SM00000000000000000000000000000003&MessageStatus=sent%00",
                "MessageSid=SM00000000000000000000000000000003&MessageStatus='%20OR%201%3D1",
                "messagesid=SM00000000000000000000000000000003&messagestatus=sent",
                "a=b",
            })
    void refusesASignedFormThatNamesNoTextOrStatus(String form, Sandbox sandbox) {
        var answer = postRaw(sandbox, PATH, form);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(sandbox.json(answer).path("error").asText()).isEqualTo("invalid callback");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MessageSid=%", "MessageSid=%4", "MessageSid=%zz", "MessageStatus=%C3%28", "a=%FF"})
    void refusesAFormThatCanNotBeDecoded(String form, Sandbox sandbox) {
        var answer = send(sandbox, PATH, form, "c2lnbmF0dXJl", FORM);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(sandbox.json(answer).path("error").asText()).isEqualTo("invalid callback");
    }

    @Test
    void refusesWhatTwilioDidNotSign(Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        String target = PATH + "?delivery=" + sandbox.delivery(text.eventId()).get("id");
        String good = encode(form(text.sid(), "sent"));
        String signature = sign(Peers.AUTH_TOKEN, target, form(text.sid(), "sent"));

        assertThat(send(sandbox, target, good, null, FORM).statusCode()).isEqualTo(403);
        assertThat(send(sandbox, target, good, "", FORM).statusCode()).isEqualTo(403);
        assertThat(send(sandbox, target, good, signature.toLowerCase(Locale.ROOT), FORM)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(sandbox, target, good + "&ErrorCode=30003", signature, FORM)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(sandbox, target, good.replace("=sent", "=delivered"), signature, FORM)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(sandbox, PATH + "?delivery=" + UUID.randomUUID(), good, signature, FORM)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(sandbox, target + "&a=b", good, signature, FORM).statusCode())
                .isEqualTo(403);
        assertThat(send(sandbox, target, good, signature, "application/json").statusCode())
                .isEqualTo(403);
        assertThat(statuses(sandbox, text)).containsExactly("queued");
        assertThat(send(sandbox, target, good, signature, FORM).statusCode()).isEqualTo(204);
    }

    @ParameterizedTest
    @ValueSource(strings = {"somebody-elses-auth-token-0123456", "sandbox-hash-key-0123456789abcdef", "postgres"})
    void refusesASignatureMadeWithAnotherSecret(String secret, Sandbox sandbox) {
        var form = form(TwilioMessage.newSid(), "sent");

        var answer = send(sandbox, PATH, encode(form), sign(secret, PATH, form), FORM);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(sandbox.json(answer).path("error").asText()).isEqualTo("invalid signature");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH"})
    void isOnlyForPosts(String method, Sandbox sandbox) {
        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri(PATH)).method(method, BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(405);
    }

    @Test
    void takesWhateverElseTwilioMayAddToItsForms(Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        var form = form(text.sid(), "sent");
        form.put("ErrorMessage", "'; DROP TABLE textonce.deliveries; --\u0000\r\n${jndi:ldap://x}");
        form.put("CamelSqlQuery", "DELETE FROM textonce.deliveries");
        form.put("CamelHttpResponseCode", "500");
        form.put("Körper 👍", "Grüße+&=%");
        form.put("Empty", "");

        var answer = post(sandbox, PATH, form);

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(sandbox.delivery(text.eventId())).containsEntry("status", "sent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"99999999999", "-1", "x", "12a", "0", "000000", " "})
    void takesAnErrorCodeThatIsNone(String code, Sandbox sandbox) {
        var text = sent(sandbox, stopsAt("queued"));
        var form = form(text.sid(), "failed");
        form.put("ErrorCode", code);

        var answer = post(sandbox, PATH, form);

        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(sandbox.delivery(text.eventId()))
                .containsEntry("status", "failed")
                .containsEntry("error_code", null)
                .containsEntry("reason", null);
    }

    @ParameterizedTest
    @CsvSource({
        "300,   10, 400", // parameters, bytes each, answer
        "2,  40000, 413",
        "1,  70000, 413",
        "190,   10, 204",
    })
    void boundsWhatItReads(int parameters, int length, int status, Sandbox sandbox) {
        var form = form(TwilioMessage.newSid(), "sent");
        IntStream.range(0, parameters).forEach(n -> form.put("p" + n, "x".repeat(length)));

        assertThat(post(sandbox, PATH, form).statusCode()).isEqualTo(status);
    }

    private record Text(String eventId, String sid) {}

    /** A text that Twilio has; its callbacks are as the fault says. */
    private static Text sent(Sandbox sandbox, Fault fault) {
        String eventId = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, fault);
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(eventId, number));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return new Text(eventId, sandbox.json(answer).path("sid").asText());
    }

    private static void assertHeard(TwilioWebhook callback) {
        assertThat(callback.status()).isEqualTo(204);
        assertThat(callback.answer()).isEmpty();
    }

    private static List<TwilioWebhook> callbacks(Sandbox sandbox, Text text) {
        return sandbox.twilio().webhooks().stream()
                .filter(webhook -> text.sid().equals(webhook.parameter("MessageSid")))
                .toList();
    }

    private static String row(Sandbox sandbox, Text text) {
        return sandbox.database()
                .queryForObject(
                        "SELECT d::text FROM textonce.deliveries AS d WHERE event_id = ?",
                        String.class,
                        text.eventId());
    }

    private static List<Object> statuses(Sandbox sandbox, Text text) {
        return sandbox.timeline(text.eventId()).stream()
                .map(event -> event.get("status"))
                .toList();
    }

    private static List<Map<String, Object>> eventsOf(Sandbox sandbox, String sid) {
        return sandbox.database().queryForList("SELECT * FROM textonce.delivery_events WHERE message_sid = ?", sid);
    }

    private static double received(Sandbox sandbox, String effect) {
        return sandbox
                .context()
                .getBean(MeterRegistry.class)
                .find("textonce.callbacks.received")
                .tag("effect", effect)
                .counters()
                .stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static List<String> warnings(Runnable work) {
        var logger = (Logger) LoggerFactory.getLogger("io.textonce.twilio");
        var appender = new ListAppender<ILoggingEvent>();
        appender.start();
        logger.addAppender(appender);
        try {
            work.run();
        } finally {
            logger.detachAppender(appender);
        }
        return List.copyOf(appender.list).stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static TreeMap<String, String> form(String sid, String status) {
        var form = new TreeMap<String, String>();
        form.put("MessageSid", sid);
        form.put("MessageStatus", status);
        form.put("To", "+15558675310");
        return form;
    }

    private static HttpResponse<String> replay(Sandbox sandbox, TwilioWebhook callback) {
        String url = callback.url().substring(PUBLIC.length(), callback.url().indexOf('#'));
        String body = callback.parameters().stream()
                .map(parameter -> URLEncoder.encode(parameter.getKey(), UTF_8) + "="
                        + URLEncoder.encode(parameter.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        return send(sandbox, url, body, callback.signature(), FORM);
    }

    private static HttpResponse<String> post(Sandbox sandbox, String target, TreeMap<String, String> form) {
        return send(sandbox, target, encode(form), sign(Peers.AUTH_TOKEN, target, form), FORM);
    }

    private static HttpResponse<String> postRaw(Sandbox sandbox, String target, String body) {
        var form = new TreeMap<String, String>();
        for (String pair : body.split("&")) {
            int equals = pair.indexOf('=');
            form.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), UTF_8));
        }
        return send(sandbox, target, body, sign(Peers.AUTH_TOKEN, target, form), FORM);
    }

    private static HttpResponse<String> send(
            Sandbox sandbox, String target, String body, String signature, String contentType) {
        var request = HttpRequest.newBuilder(sandbox.uri(target)).header("Content-Type", contentType);
        if (signature != null) {
            request.header("X-Twilio-Signature", signature);
        }
        return sandbox.send(request.POST(BodyPublishers.ofString(body)));
    }

    private static String encode(TreeMap<String, String> form) {
        return form.entrySet().stream()
                .map(parameter -> URLEncoder.encode(parameter.getKey(), UTF_8) + "="
                        + URLEncoder.encode(parameter.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static String sign(String token, String target, TreeMap<String, String> form) {
        return SignedForm.signature(token, PUBLIC + target, List.copyOf(form.entrySet()));
    }
}
