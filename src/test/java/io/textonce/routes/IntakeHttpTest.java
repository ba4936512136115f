package io.textonce.routes;

import static io.textonce.sandbox.Fault.answers;
import static io.textonce.sandbox.Fault.answersLate;
import static io.textonce.sandbox.Fault.losesCallbacks;
import static io.textonce.sandbox.Fault.resets;
import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.LogRecorder;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The HTTP contract, to the letter. */
@SandboxTest
class IntakeHttpTest {

    @Test
    void answersTheFirstPostWithTheSidAndWhereToLook(Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));

        TwilioMessage sent = sandbox.twilio().sentTo(number).get(0);
        JsonNode body = sandbox.json(answer);
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(body.fieldNames()).toIterable().containsExactlyInAnyOrder("accepted", "sid", "status", "id");
        assertThat(body.get("accepted").booleanValue()).isTrue();
        assertThat(body.get("sid").textValue()).isEqualTo(sent.sid());
        assertThat(body.get("status").textValue()).isEqualTo("queued");
        assertThat(answer.headers().firstValue("Location"))
                .hasValue("/api/deliveries/" + body.get("id").textValue());
    }

    @Test
    void tellsAtTheLocationWhatBecameOfTheEventWithoutNumberAndText(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        var posted = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");

        var answer = sandbox.get(posted.headers().firstValue("Location").orElseThrow());

        JsonNode delivery = sandbox.json(answer);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(delivery.get("eventId").textValue()).isEqualTo(id);
        assertThat(delivery.get("messageSid")).isEqualTo(sandbox.json(posted).get("sid"));
        assertThat(delivery.get("status").textValue()).isEqualTo("delivered");
        assertThat(delivery.get("phoneMasked").textValue()).endsWith(number.substring(number.length() - 4));
        assertThat(delivery.get("timeline").findValuesAsText("status")).contains("queued", "sent", "delivered");
        assertThat(answer.body()).doesNotContain(number.substring(1)).doesNotContain("has shipped");
    }

    @Test
    void acceptsTheBodyThatItsDocumentationShows(Sandbox sandbox) {
        String id = sandbox.newEventId();

        var answer = sandbox.post("order-shipped", """
                {"eventId":"%s","phone":"+15558675310","orderId":"1001",
                 "trackingUrl":"https://example.com/track/1001","consentAt":"2026-06-02T09:00:00.000Z"}
                """.formatted(id));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(answer).get("sid").textValue()).startsWith("SM");
    }

    @Test
    void answersARepetitionWithTheSameSid(Sandbox sandbox) {
        String event = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber());
        var first = sandbox.post("order-shipped", event);

        var again = sandbox.post("order-shipped", event);

        JsonNode body = sandbox.json(again);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(body.fieldNames()).toIterable().containsExactlyInAnyOrder("duplicate", "sid", "status");
        assertThat(body.get("duplicate").booleanValue()).isTrue();
        assertThat(body.get("sid")).isEqualTo(sandbox.json(first).get("sid"));
        assertThat(again.headers().firstValue("Location")).isEmpty();
    }

    @Test
    void acceptsAnEventWhoseOutcomeIsUnclearAndDoesNotPostItAgain(Sandbox sandbox) {
        for (Fault fault : List.of(answers(500), answers(503), resets(), resets().afterRecording())) {
            String id = sandbox.newEventId();
            String number = sandbox.newNumber();
            // A callback might overtake the answer.
            sandbox.twilio().forNumber(number, fault.and(losesCallbacks()));

            var first = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
            var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

            assertThat(first.statusCode()).isEqualTo(202);
            assertThat(sandbox.json(first).fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder("accepted", "status", "id");
            assertThat(sandbox.json(first).get("status").textValue()).isEqualTo("unknown");
            assertThat(again.statusCode()).isIn(200, 202);
            assertThat(sandbox.json(again).get("duplicate").booleanValue()).isTrue();
            assertThat(sandbox.twilio().postsTo(number)).as(fault.toString()).hasSize(1);
        }
    }

    @Test
    void answersARepetitionOfAnUnclearEventWithItsStatus(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), number);
        sandbox.twilio().forNumber(number, answers(500));
        sandbox.post("order-shipped", event);

        var again = sandbox.post("order-shipped", event);

        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(again).fieldNames()).toIterable().containsExactlyInAnyOrder("duplicate", "status");
        assertThat(sandbox.json(again).get("status").textValue()).isEqualTo("unknown");
    }

    @Test
    void acceptsAnEventThatTwilioIsTooBusyForAndHoldsIt(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, answers(429).withRetryAfter(0));

        var first = sandbox.post("order-shipped", sandbox.orderShipped(id, number));
        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(first).get("accepted").booleanValue()).isTrue();
        assertThat(sandbox.json(first).get("status").textValue()).isEqualTo("held");
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(again).fieldNames()).toIterable().containsExactlyInAnyOrder("duplicate", "status");
        assertThat(sandbox.json(again).get("status").textValue()).isEqualTo("held");
        assertThat(sandbox.delivery(id).get("due_at")).isNotNull();
    }

    @Test
    void answersARepetitionWhileTheFirstIsUnderWay(Sandbox sandbox) throws Exception {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, answersLate(Duration.ofSeconds(2)));
        var caller = Executors.newSingleThreadExecutor();
        var first = caller.submit(() -> sandbox.post("order-shipped", sandbox.orderShipped(id, number)));
        sandbox.awaitStatus(id, "reserved");

        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(again.statusCode()).isIn(200, 202);
        assertThat(sandbox.json(again).get("duplicate").booleanValue()).isTrue();
        assertThat(first.get().statusCode()).isEqualTo(202);
        assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
        caller.shutdown();
    }

    @Test
    void namesEveryWrongFieldAndNeverTheNumber(Sandbox sandbox) {
        String number = "0015558675399";

        var answer = sandbox.post("order-shipped", """
                {"eventId":"short","phone":"%s","orderId":"","trackingUrl":"http://example.com","consentAt":"today"}
                """.formatted(number));

        assertThatProblem(answer)
                .is(400, "invalid_request")
                .names("eventId", "phone", "orderId", "trackingUrl", "consentAt")
                .doesNotSay(number);
    }

    @Test
    void namesEveryMissingField(Sandbox sandbox) {
        var answer = sandbox.post("order-shipped", "{}");

        assertThatProblem(answer).is(400, "invalid_request").names("eventId", "phone", "orderId", "consentAt");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // no time at all
                "2026-06-02", // a day
                "2026-06-02T09:00:00", // no zone: whose nine o'clock?
                "2026-06-02 09:00", // a blank for the T, no seconds
                "02/06/2026 09:00:00Z", // another order
                "2026-02-30T09:00:00Z", // no such day
                "2026-06-02T25:00:00Z", // no such hour
                "-999999999-01-01T00:00:00Z", // a year that no database holds
                "1780390800", // seconds since 1970
                "yes",
            })
    void refusesAConsentWithoutAReadableTime(String consentAt, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.post("order-shipped", event(sandbox.newEventId(), number, consentAt));

        assertThatProblem(answer).is(400, "invalid_request").names("consentAt").doesNotSay(number);
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @Test
    void refusesAConsentThatWasNotGivenYet(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String tomorrow = Instant.now().plus(Duration.ofDays(1)).toString();

        var answer = sandbox.post("order-shipped", event(sandbox.newEventId(), number, tomorrow));

        assertThatProblem(answer).is(400, "invalid_request").names("consentAt");
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @Test
    void forgivesASendersClockThatIsALittleAhead(Sandbox sandbox) {
        String soon = Instant.now().plusSeconds(20).toString();

        var answer = sandbox.post("order-shipped", event(sandbox.newEventId(), sandbox.newNumber(), soon));

        assertThat(answer.statusCode()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2020-02-29T23:59:59+13:45", "2026-06-02T09:00:00.123456789-08:00", "1970-01-01T00:00:00Z"})
    void takesAConsentInAnyZone(String consentAt, Sandbox sandbox) {
        var answer = sandbox.post("order-shipped", event(sandbox.newEventId(), sandbox.newNumber(), consentAt));

        assertThat(answer.statusCode()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+15558675310", // a number of films: possible, though not assigned
                "+4915112345678", // Germany
                "+33612345678", // France
                "+447700900123", // United Kingdom
                "+61412345678", // Australia
                "+919876543210", // India
                "+8613812345678", // China
                "+5511987654321", // Brazil
                "+2348031234567", // Nigeria
                "+37120000000", // Latvia
            })
    void takesANumberInE164(String number, Sandbox sandbox) {
        var answer = sandbox.post("order-shipped", sandbox.orderShipped(sandbox.newEventId(), number));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "15558675310", // no plus sign
                "0015558675310", // dialled, not written
                "+05558675310", // no country begins with 0
                "+1 555 867 5310", // blanks
                "+1-555-867-5310", // hyphens
                "+1(555)8675310", // brackets
                "+1555867531", // one digit short for +1
                "+155586753100", // one too long for +1
                "+1234567890123456", // 16 digits
                "+1", // a country alone
                "+", // not even that
                "+4901511234567", // with the trunk prefix
                "+9999999999999", // no such country
                "+1555867531a", // a letter
                "+1555CALLNOW", // for the keypad
                "+١٥٥٥٨٦٧٥٣١٠", // Arabic digits
                "\uFF0B15558675310", // a full-width plus sign
                "+15558675310\\n", // a line end
                " +15558675310", // a blank before
                "+15558675310;ext=1", // an extension
                "tel:+15558675310", // a URI
                "whatsapp:+15558675310", // another channel
                "",
            })
    void refusesWhatIsNoNumberInE164(String number, Sandbox sandbox) {
        String id = sandbox.newEventId();

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        var problem = assertThatProblem(answer).is(400, "invalid_request").names("phone");
        if (number.length() > 2) {
            problem.doesNotSay(number);
        }
        assertThat(sandbox.deliveries(id)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com/track", // anybody may read along
                "ftp://example.com/track",
                "javascript:alert(1)",
                "https://", // nowhere
                "https:///track", // no host
                "https://localhost", // a name without a dot
                "https://exa mple.com/", // a blank
                "https://example.com/a b",
                "//example.com/track",
                "example.com/track",
                "track",
                "",
            })
    void refusesATrackingUrlThatIsNotHttps(String url, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String event = sandbox.orderShipped(id, sandbox.newNumber()).replace("https://example.com/track/1001", url);

        var answer = sandbox.post("order-shipped", event);

        assertThatProblem(answer).is(400, "invalid_request").names("trackingUrl");
        assertThat(sandbox.deliveries(id)).isZero();
    }

    @Test
    void leavesTheLinkOutWhenThereIsNone(Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.post("order-shipped", event(sandbox.newEventId(), number, "2026-06-02T09:00:00Z"));

        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order 1001 has shipped.");
    }

    @ParameterizedTest
    @ValueSource(ints = {6, 120})
    void takesAnEventIdOfAllowedLength(int length, Sandbox sandbox) {
        String id = ofLength(sandbox, length);

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 121, 5000})
    void refusesAnEventIdOfAnotherLength(int length, Sandbox sandbox) {
        String id = ofLength(sandbox, length);

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, sandbox.newNumber()));

        assertThatProblem(answer).is(400, "invalid_request").names("eventId");
        assertThat(sandbox.deliveries(id)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bestellung-ß-ü-",
                "注文発送済み-",
                "заказ-отправлен-",
                "📦📦📦📦📦📦-",
                "'; DROP TABLE x; --",
                "${body}-{{x}}-"
            })
    void keepsAnEventIdAsItWasWritten(String prefix, Sandbox sandbox) {
        String id = prefix + sandbox.newEventId();
        String event = sandbox.orderShipped(id, sandbox.newNumber());

        var first = sandbox.post("order-shipped", event);
        var again = sandbox.post("order-shipped", event);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(sandbox.deliveries(id)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {" %s", "%s ", "%s\\t", "%s\\r\\n", "%s\u00a0", "\ufeff%s", "\u200b%s\u200b", "\u200e%s\u202c"})
    void sendsOnceWhateverStandsAroundTheEventId(String padded, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        var first = sandbox.post("order-shipped", sandbox.orderShipped(padded.formatted(id), number));
        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\t", "\\n", "\u00a0", "\u200b", "\ufeff", "\u202e", "\u00ad", "\u3164"})
    void refusesAnEventIdWithAnInvisibleCharacterInside(String hidden, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer =
                sandbox.post("order-shipped", sandbox.orderShipped("order" + hidden + sandbox.newEventId(), number));

        assertThatProblem(answer).is(400, "invalid_request").names("eventId");
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "SendAt, sendAt",
        "send_at, sendAt",
        "SEND-AT, sendAt",
        "send at, sendAt",
        "expires_at, expiresAt",
        "TTL, ttl",
        "time_zone, timeZone",
        "tracking_url, trackingUrl",
        "ConsentSource, consentSource",
    })
    void refusesAFieldWithNearlyTheNameOfAnother(String written, String meant, Sandbox sandbox) {
        String number = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), number);

        var answer =
                sandbox.post("order-shipped", event.replace("{", "{\"" + written + "\":\"2026-12-24T09:00:00Z\","));

        assertThatProblem(answer).is(400, "invalid_request").names(written);
        assertThat(sandbox.json(answer).at("/details/" + written + "/0").textValue())
                .contains(meant);
        assertThat(sandbox.twilio().postsTo(number)).isEmpty();
    }

    @Test
    void takesAFieldThatIsNobodysName(Sandbox sandbox) {
        String event = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber());

        var answer = sandbox.post("order-shipped", event.replace("{", "{\"sentAt\":\"2026-12-24T09:00:00Z\","));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    @Test
    void takesNullInAnOptionalFieldForAnAbsentOne(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        var first = sandbox.post("order-shipped", """
                {"eventId":"%s","phone":"%s","orderId":"1001","consentAt":"2026-06-02T09:00:00Z",
                 "trackingUrl":null,"sendAt":null,"ttl":null,"locale":null,"consentSource":null,"remark":null}
                """.formatted(id, number));
        var again = sandbox.post("order-shipped", event(id, number, "2026-06-02T09:00:00Z"));
        var required = sandbox.post("order-shipped", """
                {"eventId":"%s","phone":"%s","orderId":null,"consentAt":"2026-06-02T09:00:00Z"}
                """.formatted(sandbox.newEventId(), number));

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThatProblem(required).is(400, "invalid_request").names("orderId");
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order 1001 has shipped.");
    }

    @ParameterizedTest
    @CsvSource({
        "consentAt, 0000-01-01T00:00:00Z",
        "consentAt, 1969-12-31T23:59:59Z",
        "consentAt, 9999-12-31T23:59:59Z",
        "sendAt, 0000-01-01T00:00:00Z",
        "sendAt, 2200-01-01T00:00:00Z",
        "expiresAt, 0000-01-01T00:00:00Z",
        "expiresAt, 9999-12-31T23:59:59Z",
    })
    void refusesATimeBeyondItsBounds(String field, String time, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String event = sandbox.orderShipped(id, sandbox.newNumber());

        var answer = sandbox.post(
                "order-shipped",
                field.equals("consentAt")
                        ? event.replace("2026-06-02T09:00:00.000Z", time)
                        : event.replace("{", "{\"" + field + "\":\"" + time + "\","));

        assertThatProblem(answer).is(400, "invalid_request").names(field);
        assertThat(sandbox.deliveries(id)).isZero();
    }

    @Test
    void saysWhichTypeToSendAndNoneThatNobodySent(Sandbox sandbox) {
        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()))));

        assertThatProblem(answer).is(415, "unsupported_media_type");
        assertThat(answer.body()).contains("application/json").doesNotContain("octet-stream");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order-cancelled", "x", "order-shipped-", "Order-Shipped", "order_shipped", "1"})
    void knowsNoOtherEvent(String event, Sandbox sandbox) {
        String id = sandbox.newEventId();

        var answer = sandbox.post(event, sandbox.orderShipped(id, sandbox.newNumber()));

        assertThatProblem(answer).is(404, "unknown_event");
        assertThat(sandbox.deliveries(id)).isZero();
    }

    @Test
    void repeatsNoNumberOfAPathThatIsNone(Sandbox sandbox) {
        var answer = sandbox.get("/api/people/+15558675310/");

        assertThatProblem(answer).is(404, "not_found").doesNotSay("8675310");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "PATCH", "DELETE"})
    void takesAnEventByPostOnly(String method, Sandbox sandbox) {
        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), "+15558675310"))));

        assertThatProblem(answer).is(405, "method_not_allowed");
        assertThat(answer.headers().firstValue("Allow")).hasValue("POST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"})
    void takesJsonOnly(String contentType, Sandbox sandbox) {
        String id = sandbox.newEventId();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(sandbox.orderShipped(id, sandbox.newNumber()))));

        assertThatProblem(answer).is(415, "unsupported_media_type");
        assertThat(sandbox.deliveries(id)).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=utf-8",
                "application/JSON",
                "Application/JSON;charset=UTF-8"
            })
    void takesJsonHoweverItsTypeIsWritten(String contentType, Sandbox sandbox) {
        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    @Test
    void refusesAnEventIdThatWasUsedForAnotherEvent(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        String other = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, other));

        assertThatProblem(answer).is(422, "event_id_reused").doesNotSay(number).doesNotSay(other);
        assertThat(sandbox.twilio().postsTo(other)).isEmpty();
    }

    @Test
    void knowsAnEventAgainHoweverItsJsonIsWritten(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        var first = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        var again = sandbox.post("order-shipped", """
                {
                  "consentAt" : "2026-06-02T09:00:00.000Z", "trackingUrl" : "https:\\/\\/example.com/track/1001",
                  "order\\u0049d" : "1001",\t"phone" : "%s", "eventId" : "%s"
                }
                """.formatted(number, id));

        assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
        assertThat(sandbox.json(again).get("sid")).isEqualTo(sandbox.json(first).get("sid"));
    }

    @ParameterizedTest
    @CsvSource({
        "+15005550001, 21211", // not a number
        "+15005550002, 21612", // can't be reached
        "+15005550004, 21610", // opted out
        "+15005550009, 21614", // not a mobile
    })
    void passesOnThatTwilioRefusedThePerson(String number, int code, Sandbox sandbox) {
        String id = sandbox.newEventId();

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThatProblem(answer).is(422, "rejected").hasCode(code).doesNotSay(number.substring(1));
        assertThat(sandbox.delivery(id)).containsEntry("status", "rejected").containsEntry("error_code", code);
    }

    @Test
    void saysThatOurSideIsMisconfigured(Sandbox sandbox) {
        String id = sandbox.newEventId();

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, "+15005550003"));

        assertThatProblem(answer).is(502, "sms_delivery_failed").hasCode(21408);
        assertThat(sandbox.delivery(id)).containsEntry("status", "rejected");
    }

    @Test
    void triesARefusedEventAgain(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();
        sandbox.twilio().forNumber(number, 1, Fault.refuses(21614));
        var refused = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        var again = sandbox.post("order-shipped", sandbox.orderShipped(id, number));

        assertThatProblem(refused).is(422, "rejected").hasCode(21614);
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(sandbox.json(again).get("accepted").booleanValue()).isTrue();
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
        assertThat(sandbox.delivery(id)).containsEntry("attempt", 2);
    }

    @Test
    void triesARefusedEventAgainWithACorrectedNumber(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String corrected = sandbox.newNumber();
        sandbox.post("order-shipped", sandbox.orderShipped(id, "+15005550001"));

        var answer = sandbox.post("order-shipped", sandbox.orderShipped(id, corrected));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(sandbox.twilio().sentTo(corrected)).hasSize(1);
        assertThat((String) sandbox.delivery(id).get("phone_masked")).endsWith(corrected.substring(8));
        assertThat(sandbox.delivery(id).get("error_code")).isNull();
    }

    @Test
    void holdsARejectedEventAsItWasCorrected(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String corrected = sandbox.newNumber();
        String event = sandbox.orderShipped(id, corrected).replace("\"1001\"", "\"1002\"");
        sandbox.twilio().forNumber(corrected, 1, Fault.refuses(21611));
        sandbox.post("order-shipped", sandbox.orderShipped(id, "+15005550001"));

        sandbox.post("order-shipped", event);

        assertThat(sandbox.delivery(id)).containsEntry("status", "held").containsEntry("phone", corrected);
        assertThat(sandbox.post("order-shipped", event).statusCode()).isEqualTo(202);
        assertThatProblem(sandbox.post("order-shipped", sandbox.orderShipped(id, "+15005550001")))
                .is(422, "event_id_reused");
        sandbox.database().update("UPDATE textonce.deliveries SET due_at = now() WHERE event_id = ?", id);
        sandbox.awaitStatus(id, "delivered");
        assertThat(sandbox.twilio().sentTo(corrected))
                .singleElement()
                .satisfies(message -> assertThat(message.body()).contains("1002"));
    }

    @Test
    void sendsOnceForTwoHundredCallersAtOnceAndAnswersEachCorrectly(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        String event = sandbox.orderShipped(id, number);

        try (var log = new LogRecorder()) {
            var answers = atOnce(200, () -> sandbox.post("order-shipped", event));

            assertThat(sandbox.twilio().postsTo(number)).hasSize(1);
            String sid = sandbox.twilio().sentTo(number).get(0).sid();
            assertThat(answers.stream().filter(answer -> sandbox.json(answer).has("accepted")))
                    .singleElement()
                    .satisfies(answer -> {
                        assertThat(answer.statusCode()).isEqualTo(202);
                        assertThat(sandbox.json(answer).get("sid").textValue()).isEqualTo(sid);
                    });
            assertThat(answers.stream().filter(answer -> !sandbox.json(answer).has("accepted")))
                    .hasSize(199)
                    .allSatisfy(answer -> assertThatDuplicate(sandbox, answer, sid));
            assertThat(log.complaintsAbout(id)).isEmpty();
        }
    }

    @Test
    void neverTellsAnyOfManyCallersThatARefusedEventIsOnItsWay(Sandbox sandbox) throws Exception {
        String number = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), number);
        sandbox.twilio().forNumber(number, Fault.refuses(21614));

        var answers = atOnce(50, () -> sandbox.post("order-shipped", event));

        assertThat(answers).allSatisfy(answer -> {
            if (answer.statusCode() == 202) {
                assertThat(sandbox.json(answer).get("status").textValue()).isEqualTo("reserved");
            } else {
                assertThatProblem(answer).is(422, "rejected").hasCode(21614);
            }
        });
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    private static void assertThatDuplicate(Sandbox sandbox, HttpResponse<String> answer, String sid) {
        JsonNode body = sandbox.json(answer);
        assertThat(body.get("duplicate").booleanValue()).isTrue();
        if (body.has("sid")) {
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(body.get("sid").textValue()).isEqualTo(sid);
        } else {
            assertThat(answer.statusCode()).isEqualTo(202);
            assertThat(body.get("status").textValue()).isEqualTo("reserved");
        }
    }

    private static <T> List<T> atOnce(int callers, Callable<T> call) throws Exception {
        var threads = Executors.newFixedThreadPool(callers);
        try {
            var start = new CyclicBarrier(callers);
            List<Future<T>> answers = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                answers.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            List<T> all = new ArrayList<>();
            for (var answer : answers) {
                all.add(answer.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    private static String event(String id, String number, String consentAt) {
        return """
                {"eventId":"%s","phone":"%s","orderId":"1001","consentAt":"%s"}""".formatted(id, number, consentAt);
    }

    private static String ofLength(Sandbox sandbox, int length) {
        String id = sandbox.newEventId().replace("test-", "");
        return id.repeat(length / id.length() + 1).substring(0, length);
    }
}
