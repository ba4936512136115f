package io.textonce.http;

import static io.textonce.sandbox.ProblemAssert.assertThatProblem;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.sandbox.TwilioMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers send: it changes nothing, is sent to nobody, and is answered with what is wrong. */
@SandboxTest
class HostileHttpTest {

    private static final String FOREIGN = "+15559990000";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CamelTwilioTo",
                "CamelTwilio.to",
                "cameltwilioto",
                "CAMELTWILIOTO",
                "CamelTwilioPathAccountSid",
                "CamelSqlQuery",
                "camelSqlQuery",
                "cAMELSqlQuery",
                "CamelSqlParameters",
                "CamelHttpUri",
                "CamelHttpPath",
                "camelhttpresponsecode",
                "CamelHttpResponseCode",
                "CamelFileName",
                "CAMELFILENAME",
                "CamelMustacheResourceUri",
                "CamelMustacheTemplate",
                "MustacheTemplate",
                "CamelJmsDestinationName",
                "CamelSlipEndpoint",
                "CamelToEndpoint",
                "CamelRedeliveryDelay",
                "CamelLanguageScript",
                "org.apache.camel.jms",
                "event",
                "sms",
                "policy",
                "text",
                "client",
                "source",
            })
    void takesNoOrdersFromHeadersAndQueries(String name, Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        var answer =
                sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms?" + name + "=%2B15559990000"))
                        .header("Content-Type", "application/json")
                        .header(name, FOREIGN)
                        .POST(BodyPublishers.ofString(sandbox.orderShipped(id, number))));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.headers().map().toString().toLowerCase())
                .doesNotContain("camel")
                .doesNotContain(FOREIGN);
        assertThat(sandbox.twilio().sentTo(number))
                .extracting(TwilioMessage::body)
                .containsExactly("Your order 1001 has shipped. Tracking: https://example.com/track/1001");
        assertThat(sandbox.twilio().sentTo(FOREIGN)).isEmpty();
        assertThat(sandbox.delivery(id)).containsEntry("source", "http").containsEntry("client", null);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/sms-due-sms",
                "/api/sms-send-sms",
                "/api/sms-post-sms",
                "/api/sms-status-sms",
                "/api/event-order-shipped-sms",
                "/api/direct:sms-send-sms",
                "/api/order-shipped?x=-sms",
                "/api/-sms",
                "/api/sms",
                "/api/",
                "/api",
                "/api/../order-shipped-sms",
                "/api/../api/order-shipped-sms",
                "/api/./order-shipped-sms",
                "/api/x/../order-shipped-sms",
                "/api//order-shipped-sms",
                "//api/order-shipped-sms",
                "/api/order-shipped-sms/",
                "/api/order-shipped-sms/x",
                "/api/order-shipped-sms;x=1",
                "/api/order%2Dshipped-sms",
                "/api/order-shipped%2Dsms",
                "/api/order-shipped-sms%20",
                "/api/x%2Forder-shipped-sms",
                "/api/..%2Fapi%2Forder-shipped-sms",
                "/api/%2e%2e/api/order-shipped-sms",
                "/api/order-shipped-sms%00",
                "/api/order-shipped%0a-sms",
                "/api/order-shipped%3Fx-sms",
                "/api/order-shipped%253Fx-sms",
                "/API/order-shipped-sms",
                "/api/ORDER-SHIPPED-sms",
                "/error",
                "/actuator/camel",
                "/actuator/env",
                "/twilio",
            })
    void leadsNowhereElse(String path, Sandbox sandbox) {
        String number = sandbox.newNumber();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), number))));

        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 403, 404);
        assertThatProblem(answer).doesNotSay(number);
        assertThat(sandbox.twilio().sentTo(number)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "=", "&&&", "a&b=", "%zz=%zz", "a=%", "a=%00", "RAW(=RAW(", "a=1&a=2&A=3", "charset=foo"})
    void doesNotMindAnOddQuery(String query, Sandbox sandbox) {
        String number = sandbox.newNumber();
        String head = "POST /api/order-shipped-sms?" + query + " HTTP/1.1\r\n";

        String answer = raw(sandbox, head, sandbox.orderShipped(sandbox.newEventId(), number));

        assertThat(answer).containsPattern("^HTTP/1.1 (202|400) ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "true",
                "1",
                "1e999999999",
                "\"text\"",
                "[]",
                "[{}]",
                "{",
                "}",
                "{]",
                "{\"eventId\"",
                "{\"eventId\":}",
                "{'eventId':'single'}",
                "{eventId:1}",
                "{\"a\":01}",
                "{\"a\":NaN}",
                "{\"a\":+1}",
                "{\"a\":1,}",
                "// {}",
                "/* */ {}",
                "<event/>",
                "eventId=1",
                "{}{}",
                "{} x",
                "\u0000",
            })
    void refusesABodyThatIsNoEvent(String body, Sandbox sandbox) {
        var before = effects(sandbox);

        var answer = sandbox.post("order-shipped", body);

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NUMBER\",\"phone\":\"+15558675310", // a key twice: which one counts?
                "NUMBER\",\"phone\":\"NUMBER",
                "NUMBER\",\"\\u0070hone\":\"+15558675310", // twice, once escaped
                "NUMBER\",\"x\":{\"a\":1,\"a\":2},\"y\":\"",
                "NUMBER\"} , {\"x\":\"", // something behind it
                "NUMBER\"}\u0000{\"x\":\"",
                "NUMBER\\u0000", // NUL, which PostgreSQL can't hold
                "NUMBER\\u0007",
                "NUMBER\\ud800", // half a character
                "NUMBER\t", // a control character that isn't escaped
                "NUMBER\\x", // no such escape
                "NUMBER\",\"x\":123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
                        + "12345678901234567890,\"y\":\"",
            })
    void refusesAnEventThatCanBeReadInTwoWays(String phone, Sandbox sandbox) {
        var before = effects(sandbox);
        String number = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), phone.replace("NUMBER", number));

        var answer = sandbox.post("order-shipped", event);

        assertThatProblem(answer).is(400, "invalid_request").doesNotSay(number).doesNotSay("+15558675310");
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"eventId", "phone", "orderId", "trackingUrl", "consentAt", "note", "a+b"})
    void refusesWhatCanBeNeitherStoredNorTexted(String field, Sandbox sandbox) {
        for (String character :
                List.of("\\u0000", "\\u0001", "\\u001b", "\\u007f", "\\u0085", "\\ud83d", "\\udce6\\ud83d")) {
            var before = effects(sandbox);
            String number = sandbox.newNumber();
            String event = """
                    {"eventId":"x!%s","phone":"%s!","orderId":"1001!","trackingUrl":"https://example.com/!",
                     "consentAt":"2026-06-02T09:00:00Z!","note":"a note!","a+b":"!"}
                    """.formatted(sandbox.newEventId(), number)
                    .replaceAll(
                            "(\"" + field.replace("+", "\\+") + "\":\"[^\"]*)!", "$1" + character.replace("\\", "\\\\"))
                    .replace("!", "");

            var answer = sandbox.post("order-shipped", event);

            assertThatProblem(answer)
                    .is(400, "invalid_request")
                    .names(field.equals("a+b") ? "body" : field)
                    .doesNotSay(number);
            assertThat(effects(sandbox)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\\u0000\":1}",
                "{\"a\":{\"b\\ud800\":1}}",
                "{\"a\":[[\"\\u0000\"]]}",
                "{\"a\":[{\"b\":\"\\udfff\"}]}"
            })
    void refusesThemHoweverDeepTheyLie(String extra, Sandbox sandbox) {
        var before = effects(sandbox);
        String event = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber())
                .replaceFirst("\\{", "{\"extra\":" + extra.replace("\\", "\\\\") + ",");

        var answer = sandbox.post("order-shipped", event);

        assertThatProblem(answer).is(400, "invalid_request");
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    @Test
    void refusesANameOfAFieldThatCanNotBeStored(Sandbox sandbox) {
        var before = effects(sandbox);
        String number = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), number)
                .replaceFirst("\\{", "{\"" + number.replace("+", "") + "\\\\u0000\":1,");

        var answer = sandbox.post("order-shipped", event);

        assertThatProblem(answer).is(400, "invalid_request").names("body").doesNotSay(number.substring(1));
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "[\"x\"]", "{\"x\":1}", "1e400", "-0.0"})
    void refusesEveryFieldOfAnotherType(String value, Sandbox sandbox) {
        for (String field : List.of("eventId", "phone", "orderId", "trackingUrl", "consentAt")) {
            var before = effects(sandbox);
            String event = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber())
                    .replaceAll("\"" + field + "\":\"[^\"]*\"", "\"" + field + "\":" + value);

            var answer = sandbox.post("order-shipped", event);

            assertThatProblem(answer).is(400, "invalid_request").names(field);
            assertThat(effects(sandbox)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {33, 1_000, 20_000})
    void refusesDeepNesting(int depth, Sandbox sandbox) {
        for (String nested : List.of(
                "[".repeat(depth) + "]".repeat(depth),
                "{\"a\":".repeat(depth) + "1" + "}".repeat(depth),
                "[".repeat(depth))) {
            if (nested.length() > 60_000) {
                continue;
            }
            var before = effects(sandbox);
            String event = sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber())
                    .replaceFirst("\\{", "{\"extra\":" + nested + ",");

            assertThatProblem(sandbox.post("order-shipped", nested)).is(400, "invalid_request");
            assertThatProblem(sandbox.post("order-shipped", event)).is(400, "invalid_request");
            assertThat(effects(sandbox)).isEqualTo(before);
        }
    }

    @Test
    void refusesABodyInAnotherEncoding(Sandbox sandbox) {
        for (Charset charset : List.of(UTF_16, UTF_16LE, UTF_16BE, Charset.forName("UTF-32"), ISO_8859_1)) {
            var before = effects(sandbox);
            String number = sandbox.newNumber();
            String event = sandbox.orderShipped("Größe-" + sandbox.newEventId(), number);

            var answer = post(sandbox, BodyPublishers.ofByteArray(event.getBytes(charset)));

            assertThatProblem(answer).is(400, "invalid_request").names("body").doesNotSay(number);
            assertThat(effects(sandbox)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "80", // goes on, but nothing began
                "C3", // begins, but does not go on
                "C080", // NUL written long
                "C1BF",
                "E08080",
                "EDA080", // half of a pair
                "F4908080", // beyond Unicode
                "FE",
                "FF",
            })
    void refusesBytesThatAreNotUtf8(String hex, Sandbox sandbox) {
        var before = effects(sandbox);
        String number = sandbox.newNumber();
        byte[] event =
                sandbox.orderShipped("id-!-" + sandbox.newEventId(), number).getBytes(UTF_8);
        byte[] bad = java.util.HexFormat.of().parseHex(hex);
        var body = new ByteArrayOutputStream();
        for (byte b : event) {
            body.writeBytes(b == '!' ? bad : new byte[] {b});
        }

        var answer = post(sandbox, BodyPublishers.ofByteArray(body.toByteArray()));

        assertThatProblem(answer).is(400, "invalid_request").names("body").doesNotSay(number);
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_537, 1_000_000, 3_000_000})
    void refusesABodyOverTheLimitWhetherOrNotItsLengthIsSaid(int length, Sandbox sandbox) {
        var before = effects(sandbox);
        String number = sandbox.newNumber();
        String event = sandbox.orderShipped(sandbox.newEventId(), number);
        byte[] body = event.replace("1001\",\"t", "1".repeat(length - event.length()) + "1001\",\"t")
                .getBytes(UTF_8);

        var withLength = post(sandbox, BodyPublishers.ofByteArray(body));
        // The connection is closed with the response, so a client that still sends may find it reset before it reads.
        var chunked = await().ignoreException(UncheckedIOException.class)
                .until(
                        () -> post(sandbox, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))),
                        Objects::nonNull);

        assertThatProblem(withLength).is(413, "too_large").doesNotSay(number);
        assertThatProblem(chunked).is(413, "too_large").doesNotSay(number);
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    @Test
    void takesAChunkedBodyWithinTheLimit(Sandbox sandbox) {
        byte[] event =
                sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber()).getBytes(UTF_8);

        var answer = post(sandbox, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(event)));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "GZIP", "deflate", "br", "x-unknown", "gzip, gzip"})
    void refusesAPackedBody(String encoding, Sandbox sandbox) throws IOException {
        var before = effects(sandbox);
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber())
                    .getBytes(UTF_8));
        }

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .POST(BodyPublishers.ofByteArray(packed.toByteArray())));

        assertThatProblem(answer).is(415, "unsupported_media_type");
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    @Test
    void refusesAPackedBodyThatIsNotSaidToBeOne(Sandbox sandbox) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(sandbox.orderShipped(sandbox.newEventId(), sandbox.newNumber())
                    .getBytes(UTF_8));
        }

        var answer = post(sandbox, BodyPublishers.ofByteArray(packed.toByteArray()));

        assertThatProblem(answer).is(400, "invalid_request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Type: application/x-www-form-urlencoded; charset=nonsense",
                "Content-Type: application/json; charset=nonsense",
                "Content-Type: multipart/form-data; boundary=x",
                "Content-Type: multipart/form-data",
                "Content-Type: application/json, text/plain",
                "Content-Type: */*",
                "Content-Type: ",
                "X-Nothing: 1",
                "Content-Type: application/json\r\nContent-Encoding: gzip",
                "Content-Type: application/json\r\nExpect: nonsense",
                "Content-Type: application/json\r\nContent-Length: 3",
                "Content-Type: application/json\r\nContent-Length: -1",
                "Content-Type: application/json\r\nBroken Header: x",
            })
    void refusesARequestWithOddHeaders(String headers, Sandbox sandbox) {
        var before = effects(sandbox);
        String number = sandbox.newNumber();
        String request = "POST /api/order-shipped-sms HTTP/1.1\r\n" + headers + "\r\n";

        String answer = raw(sandbox, request, sandbox.orderShipped(sandbox.newEventId(), number));

        assertThat(answer).containsPattern("^HTTP/1.1 4").doesNotContain(number);
        assertThat(effects(sandbox)).isEqualTo(before);
    }

    /** A charset is none of JSON's business: https://www.rfc-editor.org/rfc/rfc8259#section-11 */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: application/json; charset=utf-16",
                "Content-Type: application/json;;;",
                "Content-Type: application/json\r\nContent-Type: text/plain",
                "Content-Type: application/json\r\nContent-Encoding: identity",
            })
    void doesNotMindOddHeadersThatChangeNothing(String headers, Sandbox sandbox) {
        String number = sandbox.newNumber();
        String request = "POST /api/order-shipped-sms HTTP/1.1\r\n" + headers + "\r\n";

        String answer = raw(sandbox, request, sandbox.orderShipped("id-\u00df-" + sandbox.newEventId(), number));

        assertThat(answer).containsPattern("^HTTP/1.1 202 ");
        assertThat(sandbox.twilio().sentTo(number)).hasSize(1);
    }

    private static HttpResponse<String> post(Sandbox sandbox, BodyPublisher body) {
        return sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .POST(body));
    }

    /** Sends what a decent client would not, and gives what comes back. */
    private static String raw(Sandbox sandbox, String head, String body) {
        var uri = sandbox.uri("/");
        boolean typed = head.toLowerCase().contains("content-type") || head.contains("X-Nothing");
        try (var socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(30_000);
            String request = head + (typed ? "" : "Content-Type: application/json\r\n")
                    + "Host: localhost\r\nConnection: close\r\n"
                    + "Content-Length: " + body.getBytes(UTF_8).length + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Rows that came by HTTP: no message is posted without one. Those of other tests may be posted at any time. */
    private static long effects(Sandbox sandbox) {
        return Objects.requireNonNull(sandbox.database()
                .queryForObject("SELECT count(*) FROM textonce.deliveries WHERE source = 'http'", Long.class));
    }
}
