package io.textonce.sandbox;

import static io.textonce.sandbox.Fault.stopsAt;
import static io.textonce.sandbox.Fault.undelivers;
import static io.textonce.sandbox.SimulatorClient.ACCOUNT;
import static io.textonce.sandbox.SimulatorClient.FROM;
import static io.textonce.sandbox.SimulatorClient.SERVICE;
import static io.textonce.sandbox.SimulatorClient.TO;
import static io.textonce.sandbox.SimulatorClient.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.twilio.exception.ApiException;
import com.twilio.http.HttpClient;
import com.twilio.http.NetworkHttpClient;
import com.twilio.http.Request;
import com.twilio.http.Response;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.type.PhoneNumber;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages as Twilio takes, keeps and lists them. */
class TwilioSimulatorTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-05T10:15:30Z"));
    private final TwilioSimulator simulator = TwilioSimulator.builder()
            .clock(((InstantSource) now::get).withZone(ZoneOffset.UTC))
            .callbackDelay(Duration.ofMillis(10))
            .apiKey("SK00000000000000000000000000000001", "secret")
            .subAccount("AC00000000000000000000000000000002", "token-of-the-sub-account")
            .secondaryAuthToken("secondary-token")
            .build();
    private final SimulatorClient client = new SimulatorClient(simulator);

    @BeforeEach
    void start() {
        simulator.start();
    }

    @AfterEach
    void stop() {
        simulator.close();
    }

    @Test
    void answersACreateInTwiliosShapeAndTypes() throws IOException {
        simulator.always(stopsAt("queued"));

        var answer = client.create();

        assertThat(answer.status()).isEqualTo(201);
        var json = answer.json();
        assertThat(json.get("sid").textValue()).matches("SM[0-9a-f]{32}");
        assertThat(json.get("status").textValue()).isEqualTo("queued");
        assertThat(json.get("num_segments").textValue()).isEqualTo("1");
        assertThat(json.get("error_code").isNull()).isTrue();
        assertThat(json.get("date_created").textValue()).isEqualTo("Thu, 05 Mar 2026 10:15:30 +0000");
        assertThat(json.get("date_sent").isNull()).isTrue();
        assertThat(json.get("uri").textValue())
                .isEqualTo("/2010-04-01/Accounts/" + ACCOUNT + "/Messages/" + answer.text("sid") + ".json");
        assertThat(answer.header("Twilio-Request-Id")).matches("RQ[0-9a-f]{32}");
        assertThat(answer.header("Twilio-Request-Duration")).matches("\\d+\\.\\d+");
        assertThat(answer.header("Twilio-Concurrent-Requests")).isEqualTo("1");
        assertThat(client.fetch(answer.text("sid")).json()).isEqualTo(json);
    }

    @Test
    void acceptsForAMessagingServiceAndChoosesTheSenderLater() throws IOException {
        var json = client.create("From", null, "MessagingServiceSid", SERVICE).json();

        assertThat(json.get("status").textValue()).isEqualTo("accepted");
        assertThat(json.get("num_segments").textValue()).isEqualTo("0");
        assertThat(json.get("from").isNull()).isTrue();
        await().untilAsserted(() -> assertThat(
                        client.fetch(json.get("sid").textValue()).text("from"))
                .isEqualTo(FROM));
    }

    @Test
    void movesAMessageToDelivered() throws IOException {
        String sid = client.create().text("sid");

        await().untilAsserted(() -> assertThat(client.fetch(sid).text("status")).isEqualTo("delivered"));
        assertThat(client.fetch(sid).text("date_sent")).isEqualTo("Thu, 05 Mar 2026 10:15:30 +0000");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "To,                  none,                 400, 21604",
                "To,                  12,                   400, 21211",
                "To,                  +15005550006,         400, 21211",
                "To,                  +15005550001,         400, 21211",
                "To,                  +15005550002,         400, 21612",
                "To,                  +15005550003,         400, 21408",
                "To,                  +15005550004,         400, 21610",
                "To,                  +15005550009,         400, 21614",
                "From,                none,                 400, 21603",
                "From,                *,                    400, 21212",
                "From,                +15005550001,         400, 21212",
                "From,                +15005550007,         400, 21606",
                "From,                +15005550008,         429, 21611",
                "Body,                none,                 400, 21602",
                "ValidityPeriod,      0,                    400, 21624",
                "ValidityPeriod,      36001,                400, 21624",
                "StatusCallback,      /callback,            400, 21609",
                "StatusCallback,      ftp://example.com/,   400, 21609",
                "StatusCallback,      http://under_score/,  400, 21609",
                "ScheduleType,        fixed,                400, 35118",
                "SmartEncoded,        1,                    400, 20001",
                "RiskCheck,           maybe,                400, 20001",
                "ShortenUrls,         yes,                  400, 20001",
                "ShortenUrls,         true,                 400, 30124",
                "MessagingServiceSid, MG1,                  400, 21705"
            })
    void refusesWhatTwilioRefuses(String name, String value, int status, int code) throws IOException {
        var answer = client.create(name, value);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.json().get("status").intValue()).isEqualTo(status);
        assertThat(answer.text("more_info")).isEqualTo("https://www.twilio.com/docs/errors/" + code);
        assertThat(simulator.messages()).isEmpty();
        assertThat(simulator.postCount()).isEqualTo(1);
        assertThat(simulator.posts().get(0).outcome()).isEqualTo(status + " code " + code);
    }

    @ParameterizedTest
    @CsvSource({"299, 35114", "300, 0", "3024000, 0", "3024001, 35114"})
    void schedulesWithinTheWindow(int seconds, int code) throws IOException {
        String sendAt = now.get().plusSeconds(seconds).toString();

        var answer =
                client.create("From", null, "MessagingServiceSid", SERVICE, "ScheduleType", "fixed", "SendAt", sendAt);

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.text("status")).isEqualTo(code == 0 ? "scheduled" : "400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-03-05T12:15:30", "2026-03-05 12:15:30Z", "tomorrow"})
    void refusesATimeWithoutAZone(String sendAt) throws IOException {
        var answer =
                client.create("From", null, "MessagingServiceSid", SERVICE, "ScheduleType", "fixed", "SendAt", sendAt);

        assertThat(answer.code()).isEqualTo(35115);
        assertThat(simulator.messages()).isEmpty();
    }

    @Test
    void countsThePicturesOfAMessage() throws IOException {
        var json = client.create("MediaUrl", "https://example.com/a.png").json();

        assertThat(json.get("sid").textValue()).matches("MM[0-9a-f]{32}");
        assertThat(json.get("num_media").textValue()).isEqualTo("1");
        assertThat(client.create().json().get("num_media").textValue()).isEqualTo("0");
    }

    @Test
    void saysInWordsWhyAMessageFailed() throws IOException {
        simulator.always(undelivers(30003));

        String sid = client.create().text("sid");

        await().until(() -> simulator.message(sid).status().equals("undelivered"));
        assertThat(client.fetch(sid).json().get("error_code").intValue()).isEqualTo(30003);
        assertThat(client.fetch(sid).text("error_message")).isEqualTo("unreachable destination handset");
    }

    @Test
    void takesSixteenHundredCharactersAndNotOneMore() throws IOException {
        assertThat(client.create("Body", "a".repeat(1600)).text("num_segments")).isEqualTo("11");
        assertThat(client.create("Body", "a".repeat(1601)).code()).isEqualTo(21617);
    }

    @Test
    void knowsItsCallers() throws IOException {
        String sub = "AC00000000000000000000000000000002";
        String stranger = "AC00000000000000000000000000000003";
        var wrong = new SimulatorClient(simulator, ACCOUNT, ACCOUNT, "wrong").create();

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.code()).isEqualTo(20003);
        assertThat(wrong.text("detail")).isNotEmpty();
        assertThat(new SimulatorClient(simulator, ACCOUNT, "SK00000000000000000000000000000001", "secret")
                        .create()
                        .status())
                .isEqualTo(201);
        assertThat(new SimulatorClient(simulator, ACCOUNT, ACCOUNT, "secondary-token")
                        .create()
                        .status())
                .isEqualTo(201);
        assertThat(new SimulatorClient(simulator, sub, sub, "token-of-the-sub-account")
                        .create()
                        .status())
                .isEqualTo(201);
        assertThat(new SimulatorClient(simulator, sub, ACCOUNT, TOKEN).create().status())
                .isEqualTo(201);
        assertThat(new SimulatorClient(simulator, ACCOUNT, sub, "token-of-the-sub-account")
                        .create()
                        .status())
                .isEqualTo(401);
        var unknown = new SimulatorClient(simulator, stranger, ACCOUNT, TOKEN).create();
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.code()).isEqualTo(20404);
        assertThat(client.list("").json().get("messages")).hasSize(2);
    }

    @Test
    void knowsNoMessageOfAnotherAccount() throws IOException {
        String sid = client.create().text("sid");
        var sub = new SimulatorClient(simulator, "AC00000000000000000000000000000002", ACCOUNT, TOKEN);

        assertThat(sub.fetch(sid).code()).isEqualTo(20404);
        assertThat(sub.list("").json().get("messages")).isEmpty();
    }

    @Test
    void listsNewestFirstByRecipientAndSender() throws IOException {
        String first = client.create().text("sid");
        String second = client.create().text("sid");
        client.create("To", "+14155552672");

        var messages =
                client.list("?To=%2B14155552671&From=%2B15005550006").json().get("messages");

        assertThat(messages.findValuesAsText("sid")).containsExactly(second, first);
        assertThat(client.list("?From=%2B15005550009").json().get("messages")).isEmpty();
    }

    @Test
    void pagesWithRelativeUrisThatStayPutWhenMessagesComeIn() throws IOException {
        for (int i = 0; i < 5; i++) {
            client.create("Body", "text " + i);
        }

        var first = client.list("?PageSize=2&To=%2B14155552671").json();
        client.create("Body", "text 5");
        var second = client.get(first.get("next_page_uri").textValue()).json();
        var third = client.get(second.get("next_page_uri").textValue()).json();

        assertThat(first.get("messages").findValuesAsText("body")).containsExactly("text 4", "text 3");
        assertThat(second.get("messages").findValuesAsText("body")).containsExactly("text 2", "text 1");
        assertThat(third.get("messages").findValuesAsText("body")).containsExactly("text 0");
        assertThat(third.get("next_page_uri").isNull()).isTrue();
        assertThat(first.get("next_page_uri").textValue()).startsWith("/2010-04-01/Accounts/");
        var back = client.get(third.get("previous_page_uri").textValue()).json();
        assertThat(back.get("messages").findValuesAsText("body")).containsExactly("text 2", "text 1");
    }

    @ParameterizedTest
    @CsvSource({
        "DateSent=2026-03-05,                     true",
        "DateSent=2026-03-04,                     false",
        "DateSent%3C=2026-03-05,                  true",
        "DateSent%3C=2026-03-04,                  false",
        "DateSent%3E=2026-03-05,                  true",
        "DateSent%3E=2026-03-06,                  false",
        "DateSent%3E%3D=2026-03-05,               true",
        "DateSent%3C%3D=2026-03-04,               false",
        "DateSent%3E=2026-03-05T10%3A15%3A30Z,    true",
        "DateSent%3E=2026-03-05T10%3A15%3A31Z,    false",
        "DateSent%3C=2026-03-05T10%3A15%3A29,     false",
        "DateSent%3E=2026-03-05&DateSent%3C=2026-03-06, true"
    })
    void filtersByTheDateOnWhichAMessageWasSent(String query, boolean found) throws IOException {
        client.create();
        await().until(() -> simulator.messages().get(0).status().equals("delivered"));

        assertThat(client.list("?" + query).json().get("messages")).hasSize(found ? 1 : 0);
    }

    @Test
    void findsNoUnsentMessageByDate() throws IOException {
        simulator.always(stopsAt("queued"));
        client.create();

        assertThat(client.list("?DateSent%3C=2030-01-01").json().get("messages"))
                .isEmpty();
        assertThat(client.list("?To=%2B14155552671").json().get("messages")).hasSize(1);
        assertThat(client.list("?DateSent=yesterday").status()).isEqualTo(400);
    }

    @Test
    void showsAMessageInTheListOnlyAfterTheLag() throws IOException {
        simulator.listLag(Duration.ofSeconds(30));
        client.create();

        assertThat(client.list("").json().get("messages")).isEmpty();

        now.updateAndGet(time -> time.plusSeconds(30));
        assertThat(client.list("").json().get("messages")).hasSize(1);
    }

    @Test
    void failsToListWhenTold() throws IOException {
        simulator.listAnswers(503);
        assertThat(client.list("").code()).isEqualTo(20503);

        simulator.listAnswers(200);
        assertThat(client.list("").status()).isEqualTo(200);
    }

    @Test
    void cancelsOnlyWhatWasNotSentYet() throws IOException {
        String scheduled = client.create(
                        "From",
                        null,
                        "MessagingServiceSid",
                        SERVICE,
                        "ScheduleType",
                        "fixed",
                        "SendAt",
                        now.get().plusSeconds(600).toString())
                .text("sid");
        String sent = client.create().text("sid");
        await().until(() -> simulator.message(sent).status().equals("delivered"));

        assertThat(client.update(scheduled, "Status", "canceled").text("status"))
                .isEqualTo("canceled");
        assertThat(client.update(scheduled, "Status", "canceled").code()).isEqualTo(30409);
        assertThat(client.update(sent, "Status", "canceled").code()).isEqualTo(30409);
        assertThat(client.update(sent, "Status", "sent").code()).isEqualTo(30400);
        assertThat(client.update("SM1", "Status", "canceled").code()).isEqualTo(20404);
    }

    @Test
    void redactsATextThatHasComeToItsEnd() throws IOException {
        simulator.next(stopsAt("sent"));
        String unfinished = client.create().text("sid");
        String sid = client.create().text("sid");
        await().until(() -> simulator.message(sid).status().equals("delivered"));

        assertThat(client.update(unfinished, "Body", "").code()).isEqualTo(20009);
        assertThat(client.fetch(unfinished).text("body")).isNotEmpty();
        assertThat(client.update(sid, "Body", "new text").code()).isEqualTo(30400);
        assertThat(client.update(sid, "Body", "").text("body")).isEmpty();
        assertThat(client.fetch(sid).text("body")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "a, 160, '', 1",
        "a, 161, '', 2",
        "a, 306, '', 2",
        "a, 307, '', 3",
        "€, 80, '', 1",
        "€, 81, '', 2",
        "a, 158, {, 1",
        "a, 159, {, 2",
        "é, 160, '', 1",
        "a, 159, Ç, 1",
        "a, 159, ç, 3",
        "a, 159, ’, 3",
        "a, 100, `, 2",
        "я, 70, '', 1",
        "я, 71, '', 2",
        "я, 134, '', 2",
        "я, 135, '', 3",
        "😀, 35, '', 1",
        "😀, 36, '', 2"
    })
    void countsSegments(String character, int times, String end, int segments) {
        assertThat(Segments.count(character.repeat(times) + end)).isEqualTo(segments);
    }

    @Test
    void splitsNoCharacterOfWidthTwoOverSegments() {
        assertThat(Segments.count("a".repeat(152) + "{" + "a".repeat(153))).isEqualTo(3);
        assertThat(Segments.count("я".repeat(66) + "😀" + "я".repeat(66))).isEqualTo(3);
    }

    @Test
    void keepsALedgerOfEveryPostAsItCame() throws IOException {
        client.create("Body", "a + b");
        client.create("To", "nobody");

        var post = simulator.posts().get(0);
        assertThat(post.rawForm()).isEqualTo("To=%2B14155552671&From=%2B15005550006&Body=a+%2B+b");
        assertThat(post.parameters()).extracting(Map.Entry::getKey).containsExactly("To", "From", "Body");
        assertThat(post.parameter("Body")).isEqualTo("a + b");
        assertThat(post.headers()).containsEntry("authorization", "Basic " + ACCOUNT);
        assertThat(post.recorded()).isTrue();
        assertThat(simulator.posts().get(1).recorded()).isFalse();
        assertThat(simulator.sentTo(TO)).extracting(TwilioMessage::sid).containsExactly(post.sid());
        assertThat(simulator.postCount()).isEqualTo(2);

        simulator.reset();
        assertThat(simulator.posts()).isEmpty();
        assertThat(simulator.messages()).isEmpty();
    }

    @Test
    void keepsPortAndLedgerOverARestart() throws IOException {
        String sid = client.create().text("sid");
        int port = simulator.port();

        simulator.close();
        assertThatThrownBy(client::create).isInstanceOf(IOException.class);
        simulator.start();

        assertThat(simulator.port()).isEqualTo(port);
        assertThat(client.fetch(sid).status()).isEqualTo(200);
        await().until(() -> simulator.message(sid).status().equals("delivered"));
    }

    @Test
    void takesHundredsOfRequestsAtOnce() throws Exception {
        var calls = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 400; i++) {
            calls.add(() -> client.create().status());
        }
        var pool = Executors.newFixedThreadPool(200);
        try {
            for (var status : pool.invokeAll(calls)) {
                assertThat(status.get()).isEqualTo(201);
            }
        } finally {
            pool.shutdown();
        }
        assertThat(simulator.sentTo(TO)).hasSize(400);
        assertThat(simulator.posts()).allMatch(post -> post.outcome().equals("201"));
    }

    @Test
    void showsANewcomerWhatWasReceived() throws IOException {
        simulator.next(Fault.resets().afterRecording());
        assertThatThrownBy(() -> client.create("Body", "<b>bold</b>")).isInstanceOf(IOException.class);
        client.create("To", "+15005550004");
        client.verify("Verifications", "To", TO, "Channel", "sms");

        var page = client.get("/");

        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.response().body())
                .contains("<main>", "&lt;b&gt;bold&lt;/b&gt;", "not sent: 400 code 21610")
                .contains(simulator.codeFor(TO));
    }

    @Test
    void servesTheRealSdk() {
        simulator.always(stopsAt("queued"));
        var twilio = new TwilioRestClient.Builder(ACCOUNT, TOKEN)
                .httpClient(new RewritingHttpClient(simulator.baseUrl()))
                .build();

        var created = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            created.add(
                    0,
                    Message.creator(new PhoneNumber(TO), new PhoneNumber(FROM), "text " + i)
                            .create(twilio)
                            .getSid());
        }
        var fetched = Message.fetcher(created.get(0)).fetch(twilio);
        var listed = new ArrayList<String>();
        Message.reader().setTo(TO).pageSize(2).read(twilio).forEach(message -> listed.add(message.getSid()));
        var canceled = Message.updater(created.get(0))
                .setStatus(Message.UpdateStatus.CANCELED)
                .update(twilio);

        assertThat(fetched.getBody()).isEqualTo("text 4");
        assertThat(fetched.getStatus()).isEqualTo(Message.Status.QUEUED);
        assertThat(fetched.getDateCreated().toInstant()).isEqualTo(now.get());
        assertThat(listed).isEqualTo(created);
        assertThat(canceled.getStatus()).isEqualTo(Message.Status.CANCELED);
        assertThat(Message.reader()
                        .setDateSentAfter(ZonedDateTime.ofInstant(now.get(), ZoneOffset.UTC))
                        .read(twilio))
                .isEmpty();
        assertThatThrownBy(() -> Message.creator(new PhoneNumber("+15005550004"), new PhoneNumber(FROM), "text")
                        .create(twilio))
                .isInstanceOfSatisfying(ApiException.class, rejection -> {
                    assertThat(rejection.getCode()).isEqualTo(21610);
                    assertThat(rejection.getStatusCode()).isEqualTo(400);
                });
    }

    /** Sends what the SDK means for twilio.com to the simulator. */
    private static final class RewritingHttpClient extends HttpClient {

        private final HttpClient network = new NetworkHttpClient();
        private final String baseUrl;

        private RewritingHttpClient(String baseUrl) {
            this.baseUrl = baseUrl;
        }

        @Override
        public Response makeRequest(Request request) {
            var rewritten = new Request(request.getMethod(), request.getUrl().replaceFirst("https://[^/]+", baseUrl));
            rewritten.setAuth(request.getUsername(), request.getPassword());
            rewritten.setContentType(request.getContentType());
            request.getPostParams()
                    .forEach((name, values) -> values.forEach(value -> rewritten.addPostParam(name, value)));
            request.getQueryParams()
                    .forEach((name, values) -> values.forEach(value -> rewritten.addQueryParam(name, value)));
            return network.makeRequest(rewritten);
        }
    }
}
