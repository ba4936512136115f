package io.textonce.routes;

import static io.textonce.delivery.DeliveryStatus.CANCELED;
import static io.textonce.delivery.DeliveryStatus.UNKNOWN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.textonce.delivery.OptOuts;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.Peers;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.SignedForm;
import io.textonce.sandbox.TwilioMessage;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@SandboxTest
class SmsInboundTest {

    private static final String SERVICE = "MG00000000000000000000000000000009";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "STOP",
                " stop\n",
                "Unsubscribe",
                "Stop!",
                "\u201CStop.\u201D \uD83D\uDED1",
                "Opt-out",
                "stop all",
                "\uFF33\uFF34\uFF2F\uFF30",
                "S\u200BTOP",
                "Stopp",
                "Arr\u00EAt",
                "arre\u0302t",
                "baja",
                "\u505C\u6B62",
                "\u0930\u094B\u0915\u0947\u0902"
            })
    void sendsNothingToWhoTextedStopUntilTheyTextStart(String stop, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.twilio().receives(number, Peers.FROM_NUMBER, stop);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.answer()).isEqualTo("<Response/>");
        var refused = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        assertThat(sandbox.json(refused).get("code").asInt()).isEqualTo(21610);
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "Start");

        var sent = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        assertThat(sent.statusCode()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"whatsapp:%s", "rcs:%s", "\u200E%s", "\uFEFF%s"})
    void takesAStopOfANumberInAnotherSpelling(String spelling, Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.twilio().receives(String.format(spelling, number), "whatsapp:" + Peers.FROM_NUMBER, "STOP");

        var refused = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        assertThat(sandbox.json(refused).get("code").asInt()).isEqualTo(21610);
    }

    @ParameterizedTest
    @CsvSource({"+5255, +52155", "+55319, +5531", "+54911, +5411"})
    void takesAStopOfAMobileInItsOtherSpelling(String sent, String received, Sandbox sandbox) {
        String subscriber = "8" + sandbox.newNumber().substring(5);
        String number = sent + subscriber;

        sandbox.twilio().receives("whatsapp:" + received + subscriber, Peers.FROM_NUMBER, "STOP");

        var refused = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        assertThat(sandbox.json(refused).get("code").asInt()).isEqualTo(21610);
    }

    @Test
    void hearsWhatTwilioCallsWithGet(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        var form = form(TwilioMessage.newSid(), number, "STOP", "");

        var answer = get(sandbox, form, signature("?" + encoded(form), new TreeMap<>()));
        var forged = get(sandbox, form, "c2lnbmF0dXJl");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(List.of(answer.body(), forged.body())).containsOnly("<Response/>");
        assertThat(optOuts(sandbox, number)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "HEAD"})
    void answersNothingToTextToAnyOtherMethod(String method, Sandbox sandbox) {
        var answer = sandbox.send(
                HttpRequest.newBuilder(sandbox.uri("/twilio/inbound")).method(method, BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.body()).isEqualTo(method.equals("HEAD") ? "" : "<Response/>");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/xml");
    }

    @Test
    void keepsACancellationThatWasAskedForWhenItsRecipientTextsStop(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post(
                "order-shipped",
                sandbox.orderShipped(id, number)
                        .replace("}", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(2)) + "\"}"));
        sandbox.database().update("UPDATE textonce.deliveries SET cancel_requested_at = now() WHERE event_id = ?", id);

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "STOP");

        assertThat(sandbox.delivery(id).get("cancel_requested_at")).isNotNull();
    }

    @Test
    void hasTwilioCancelForWhoTextedStopWhatWasJustBeingHandedOver(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, Fault.stopsAt("queued").and(Fault.answersLate(Duration.ofSeconds(2))));
        var call = CompletableFuture.runAsync(() -> sandbox.post("order-shipped", sandbox.orderShipped(id, number)));
        sandbox.awaitStatus(id, "reserved");

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "STOP");

        call.join();
        sandbox.awaitStatus(id, "canceled");
        assertThat(sandbox.twilio().sentTo(number).get(0).status()).isEqualTo("canceled");
    }

    /** A sender with a rate of its own has what it queues for hours, and Twilio's list of opt-outs does not know every STOP. */
    @Test
    void hasTwilioCancelForWhoTextedStopWhatItHasNotSentYet(Sandbox sandbox) {
        var order = sandbox.order();
        sandbox.twilio().forNumber(order.number(), Fault.stopsAt("queued"));
        order.post();
        assertThat(order.delivery()).containsEntry("status", "queued");

        sandbox.twilio().receives(order.number(), Peers.FROM_NUMBER, "Stopp");

        order.await(CANCELED);
        assertThat(sandbox.twilio().sentTo(order.number()).get(0).status()).isEqualTo("canceled");
    }

    @Test
    void hasTwilioCancelForWhoTextedStopWhatIsFoundThereLater(Sandbox sandbox) {
        var order = sandbox.order()
                .meeting(Fault.resets()
                        .afterRecording()
                        .and(Fault.losesCallbacks())
                        .and(Fault.stopsAt("queued")))
                .post()
                .await(UNKNOWN);

        sandbox.twilio().receives(order.number(), Peers.FROM_NUMBER, "Stopp");

        order.await(CANCELED);
        assertThat(sandbox.twilio().sentTo(order.number()).get(0).status()).isEqualTo("canceled");
    }

    @Test
    void goesByOptOutTypeWhereTwilioSaysIt(Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "ARRÊT", "STOP");

        assertThat(optOuts(sandbox, number)).isEqualTo(1);
    }

    /** In doubt nothing more is sent. */
    @Test
    void takesAStopOfATypeThatIsUnknown(Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "STOP", "OPT_OUT");

        assertThat(optOuts(sandbox, number)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STOP please", "don't stop", "HELP"})
    void takesNothingElseForAStop(String text, Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, text);

        assertThat(optOuts(sandbox, number)).isZero();
    }

    @Test
    void takesBackWhatIsHeldForWhoTextedStop(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post(
                "order-shipped",
                sandbox.orderShipped(id, number)
                        .replace("}", ",\"sendAt\":\"" + Instant.now().plus(Duration.ofHours(2)) + "\"}"));
        assertThat(sandbox.delivery(id)).containsEntry("status", "held");

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "STOP");

        assertThat(sandbox.delivery(id))
                .containsEntry("status", "rejected")
                .containsEntry("error_code", 21610)
                .containsEntry("due_at", null);
        assertThat(sandbox.timeline(id))
                .extracting(event -> event.get("detail"))
                .last()
                .isEqualTo("The customer sent STOP");
    }

    @Test
    void hasTwilioCancelWhatItKeepsForLaterForWhoTextedStop(Sandbox sandbox) throws Exception {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");
        String sid = scheduled(sandbox, number);
        sandbox.database()
                .update(
                        "UPDATE textonce.deliveries SET status = 'scheduled', message_sid = ?, sender = ?,"
                                + " due_at = now() + interval '1 h' WHERE event_id = ?",
                        sid,
                        SERVICE,
                        id);

        receives(sandbox, TwilioMessage.newSid(), number, "STOP", SERVICE);

        sandbox.awaitStatus(id, "canceled");
        assertThat(sandbox.twilio().message(sid).status()).isEqualTo("canceled");
        assertThat(optOuts(sandbox, number)).isEqualTo(2);
    }

    @Test
    void hearsATextOnceHoweverOftenTwilioCalls(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String stop = TwilioMessage.newSid();
        receives(sandbox, stop, number, "STOP", "");
        receives(sandbox, TwilioMessage.newSid(), number, "START", "");

        var answers = IntStream.range(0, 8)
                .parallel()
                .mapToObj(n -> receives(sandbox, stop, number, "STOP", ""))
                .toList();

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200);
        assertThat(optOuts(sandbox, number)).isZero();
    }

    @Test
    void takesBackTheStopOfItsSenderAloneByStart(Sandbox sandbox) {
        String number = sandbox.newNumber();
        receives(sandbox, TwilioMessage.newSid(), number, "STOP", SERVICE);

        receives(sandbox, TwilioMessage.newSid(), number, "START", "");

        assertThat(sandbox.database()
                        .queryForList(
                                "SELECT sender FROM textonce.opt_outs WHERE phone_hash = ?", String.class, (Object)
                                        sandbox.phoneHash(number)))
                .containsExactly(SERVICE);
    }

    /** Twilio rejected a message before it received the START, or one of another sender. */
    @ParameterizedTest
    @CsvSource({"true, 1 h, 0", "true, -1 h, 1", "false, 1 h, 1"})
    void recordsAnOptOutThatTwilioReportsUnlessStartCameLater(
            boolean isSameSender, String later, int optOuts, Sandbox sandbox) {
        var order = sandbox.order().post();
        sandbox.database()
                .update(
                        "INSERT INTO textonce.inbound_messages (message_sid, received_at, kind, phone_hash, recipient)"
                                + " VALUES (?, now() + CAST(? AS interval), 'start', ?, ?)",
                        order.eventId(),
                        later,
                        sandbox.phoneHash(order.number()),
                        isSameSender ? order.delivery().get("sender") : "+15559990000");

        sandbox.context().getBean(OptOuts.class).record((UUID) order.delivery().get("id"));

        assertThat(optOuts(sandbox, order.number())).isEqualTo(optOuts);
    }

    /** Twilio reports it of a message whose person was erased meanwhile: there is no number to opt out. */
    @Test
    void recordsNoOptOutWithoutANumber(Sandbox sandbox) {
        var order = sandbox.order().post();
        order.update("phone_hash = ''");

        sandbox.context().getBean(OptOuts.class).record((UUID) order.delivery().get("id"));

        assertThat(sandbox.database()
                        .queryForObject("SELECT count(*) FROM textonce.opt_outs WHERE phone_hash = ''", Integer.class))
                .isZero();
    }

    @Test
    void answersWhatIsForgedOrBrokenWithNothingToText(Sandbox sandbox) throws Exception {
        var forged = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/inbound"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(
                        "MessageSid=" + TwilioMessage.newSid() + "&From=%2B15551230000&Body=STOP")));
        var broken = receives(sandbox, "no-sid", sandbox.newNumber(), "STOP", "");
        var large = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/inbound"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("Body=" + "a".repeat(70_000))));

        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(large.statusCode()).isEqualTo(413);
        for (var answer : new HttpResponse<?>[] {forged, broken, large}) {
            assertThat(answer.body()).isEqualTo("<Response/>");
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/xml");
        }
    }

    /** Twilio calls once: a connection that breaks must not lose what a person sent. */
    @Test
    void storesAMessageWhoseTransactionWasLost(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        CompletableFuture<Integer> received;
        try (var other = sandbox.database().getDataSource().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("LOCK TABLE textonce.inbound_messages");
            received = CompletableFuture.supplyAsync(() ->
                    sandbox.twilio().receives(number, Peers.FROM_NUMBER, "STOP").status());

            await().until(
                            () -> sandbox.database()
                                    .queryForList("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted"
                                            + " AND relation = 'textonce.inbound_messages'::regclass"),
                            ended -> !ended.isEmpty());
            other.rollback();
        }

        assertThat(received.get(30, TimeUnit.SECONDS)).isEqualTo(200);
        var refused = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));
        assertThat(sandbox.json(refused).get("code").asInt()).isEqualTo(21610);
    }

    @Test
    void putsAnyOtherTextIntoTheQueueOnceAndForgetsIt(Sandbox sandbox) throws IOException {
        String number = sandbox.newNumber();

        sandbox.twilio().receives(number, Peers.FROM_NUMBER, "Where is my order?");

        var message = published(sandbox, number);
        assertThat(message.get("body").asText()).isEqualTo("Where is my order?");
        assertThat(message.get("to").asText()).isEqualTo(Peers.FROM_NUMBER);
        await().untilAsserted(() -> assertThat(inbound(sandbox, number))
                .containsEntry("phone", null)
                .containsEntry("body", null)
                .containsEntry("publish_at", null));
    }

    @Test
    void keepsATextUntilTheQueueCanBeReached(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        var publishing = sandbox.context().getBean(CamelContext.class).getRouteController();
        publishing.stopRoute("sms-inbound-publish");
        try {
            sandbox.twilio().receives(number, Peers.FROM_NUMBER, "Still there?");
            assertThat(inbound(sandbox, number)).containsEntry("body", "Still there?");
        } finally {
            publishing.startRoute("sms-inbound-publish");
        }

        assertThat(published(sandbox, number).get("body").asText()).isEqualTo("Still there?");
    }

    private static JsonNode published(Sandbox sandbox, String number) throws IOException {
        while (true) {
            String message = (String) sandbox.jms().receiveAndConvert("textonce.inbound");
            assertThat(message).as("a message from " + number).isNotNull();
            var json = new ObjectMapper().readTree(message);
            if (json.get("from").asText().equals(number)) {
                assertThat(AsyncApiTest.violations(sandbox, "InboundMessage", json))
                        .isEmpty();
                return json;
            }
        }
    }

    private static java.util.Map<String, Object> inbound(Sandbox sandbox, String number) {
        return sandbox.database().queryForMap("SELECT * FROM textonce.inbound_messages WHERE phone_hash = ?", (Object)
                sandbox.phoneHash(number));
    }

    private static int optOuts(Sandbox sandbox, String number) {
        return sandbox.database()
                .queryForObject("SELECT count(*) FROM textonce.opt_outs WHERE phone_hash = ?", Integer.class, (Object)
                        sandbox.phoneHash(number));
    }

    /** A message that the simulator keeps for later, made as Twilio's API makes one. */
    private static String scheduled(Sandbox sandbox, String number) {
        var form = new TreeMap<String, String>();
        form.put("To", number);
        form.put("MessagingServiceSid", SERVICE);
        form.put("Body", "Later");
        form.put("ScheduleType", "fixed");
        form.put("SendAt", Instant.now().plus(Duration.ofHours(1)).toString().substring(0, 19) + "Z");
        var environment = sandbox.context().getEnvironment();
        String account = environment.getProperty("textonce.twilio.account-sid");
        String login = account + ":" + environment.getProperty("textonce.twilio.auth-token");
        var answer = sandbox.send(HttpRequest.newBuilder(java.net.URI.create(
                        sandbox.twilio().baseUrl() + "/2010-04-01/Accounts/" + account + "/Messages.json"))
                .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(encoded(form))));
        return sandbox.json(answer).get("sid").asText();
    }

    /** Twilio calls about a text, as the simulator does, but with a SID of ours. */
    private static HttpResponse<String> receives(
            Sandbox sandbox, String sid, String from, String text, String service) {
        var form = form(sid, from, text, service);
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/inbound"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("X-Twilio-Signature", signature("", form))
                .POST(BodyPublishers.ofString(encoded(form))));
    }

    private static HttpResponse<String> get(Sandbox sandbox, TreeMap<String, String> form, String signature) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/twilio/inbound?" + encoded(form)))
                .header("X-Twilio-Signature", signature)
                .GET());
    }

    private static TreeMap<String, String> form(String sid, String from, String text, String service) {
        var form = new TreeMap<String, String>();
        form.put("Body", text);
        form.put("From", from);
        form.put("MessageSid", sid);
        form.put("MessagingServiceSid", service);
        form.put("To", Peers.FROM_NUMBER);
        return form;
    }

    private static String signature(String query, TreeMap<String, String> form) {
        return SignedForm.signature(
                Peers.AUTH_TOKEN, "https://sms.example.com/twilio/inbound" + query, List.copyOf(form.entrySet()));
    }

    private static String encoded(TreeMap<String, String> form) {
        return form.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }
}
