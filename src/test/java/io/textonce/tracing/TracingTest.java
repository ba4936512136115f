package io.textonce.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.textonce.sandbox.Fault;
import io.textonce.sandbox.ProductionTest;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.TraceReceiver;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Traces as a collector gets them over the wire, where the endpoint is set. */
@ProductionTest
class TracingTest {

    private static final TraceReceiver TRACES = ProductionTest.TRACES;
    private static final String CALLERS_SPAN = "00f067aa0ba902b7";

    private final String trace = UUID.randomUUID().toString().replace("-", "");
    private final String traceparent = "00-" + trace + "-" + CALLERS_SPAN + "-01";

    @Test
    void goesOnWithACallersTraceToTwilioAndToTheCallback(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();

        post(sandbox, sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");
        var spans = spans(
                sandbox,
                "platform-http:twilio/status-callback",
                "platform-http:api/{event}-sms",
                "direct:event-order-shipped",
                "direct:sms-send",
                "direct:sms-post",
                "twilio:message/create",
                "POST Twilio");

        var intake = one(spans, "platform-http:api/{event}-sms");
        assertThat(TraceReceiver.hex(intake.getParentSpanId().toByteArray())).isEqualTo(CALLERS_SPAN);
        var client = one(spans, "POST Twilio");
        assertThat(client.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_CLIENT);
        assertThat(client.getParentSpanId())
                .isEqualTo(one(spans, "twilio:message/create").getSpanId());
        assertThat(sandbox.twilio().postsTo(number)).singleElement().satisfies(call -> {
            assertThat(call.headers())
                    .containsEntry(
                            "traceparent",
                            "00-" + trace + "-"
                                    + TraceReceiver.hex(client.getSpanId().toByteArray()) + "-01");
            assertThat(call.parameter("StatusCallback")).contains("?delivery=", "&traceparent=00-" + trace);
        });
    }

    @Test
    void keepsTheTraceOfACallThatIsRepeated(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();
        sandbox.twilio().forNumber(number, 1, Fault.answers(429));

        post(sandbox, sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");

        await().untilAsserted(() -> assertThat(spans(sandbox, "platform-http:twilio/status-callback"))
                .extracting(Span::getName)
                .filteredOn("POST Twilio"::equals)
                .hasSize(2));
    }

    @Test
    void goesOnWithTheTraceOfAMessage(Sandbox sandbox) {
        String id = sandbox.newEventId();

        sandbox.jms().convertAndSend("textonce.events", sandbox.orderShipped(id, sandbox.newNumber()), message -> {
            message.setStringProperty("event", "order-shipped");
            message.setStringProperty("traceparent", traceparent);
            return message;
        });
        sandbox.awaitStatus(id, "delivered");
        var spans = spans(sandbox, "POST Twilio", "jms:textonce.events");

        assertThat(TraceReceiver.hex(
                        one(spans, "jms:textonce.events").getParentSpanId().toByteArray()))
                .isEqualTo(CALLERS_SPAN);
    }

    @Test
    void beginsATraceWithEachLineOfAFile(Sandbox sandbox) {
        String id = sandbox.newEventId();
        String number = sandbox.newNumber();

        sandbox.drop("order-shipped", number + ".json", sandbox.orderShipped(id, number));
        sandbox.awaitStatus(id, "delivered");
        String header = sandbox.twilio().postsTo(number).stream()
                .findFirst()
                .orElseThrow()
                .headers()
                .get("traceparent");

        assertThat(header).startsWith("00-").endsWith("-01");
        await().untilAsserted(() -> {
            flush(sandbox);
            assertThat(TRACES.trace(header.substring(3, 35)))
                    .extracting(Span::getName)
                    .contains("file", "direct:sms-post", "POST Twilio");
        });
    }

    @Test
    void takesNoTraceThatIsNone(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String id = sandbox.newEventId();

        var answer = sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Authorization", "Bearer shop-token")
                .header("Content-Type", "application/json")
                .header("traceparent", "&delivery=someone-else#" + number)
                .POST(BodyPublishers.ofString(sandbox.orderShipped(id, number))));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().map()).doesNotContainKey("traceparent");
        assertThat(sandbox.twilio().postsTo(number))
                .singleElement()
                .satisfies(call -> assertThat(call.parameter("StatusCallback"))
                        .matches(".*\\?delivery=[0-9a-f-]{36}&traceparent=00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]#.*"));
    }

    /** Whatever was traced so far, by this test and by those before it. */
    @Test
    void tellsNothingPrivate(Sandbox sandbox) {
        String number = sandbox.newNumber();
        String refused = sandbox.newNumber();
        sandbox.twilio().forNumber(refused, 1, Fault.refuses(21211));

        post(sandbox, sandbox.orderShipped(sandbox.newEventId(), number));
        post(sandbox, sandbox.orderShipped(sandbox.newEventId(), refused));
        post(sandbox, "{\"phone\":\"" + number + "\",\"orderId\":");
        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/deliveries?phone=%2B" + number.substring(1)))
                .header("Authorization", "Bearer support-token"));
        spans(sandbox, "POST Twilio");

        assertThat(TRACES.received()).isNotEmpty().allSatisfy(request -> {
            var spans = request.getResourceSpansList().stream()
                    .flatMap(resource -> resource.getScopeSpansList().stream())
                    .flatMap(scope -> scope.getSpansList().stream())
                    .toList();
            assertThat(spans).allSatisfy(span -> {
                assertThat(span.getEventsList()).isEmpty();
                assertThat(span.getStatus().getMessage()).isEmpty();
                assertThat(span.getTraceState()).isEmpty();
                assertThat(span.getAttributesList())
                        .allSatisfy(attribute -> assertThat(attribute.getValue().getStringValue())
                                .doesNotContainPattern("\\d{4}|[?@]|-token|Your "));
                assertThat(span.getName()).doesNotContainPattern("\\d{4}|[?@]");
            });
            assertThat(request.toString())
                    .doesNotContain(number, number.substring(1), refused.substring(1), "example.com/track")
                    .doesNotContain("shop-token", "support-token", "sandbox-hash-key");
        });
    }

    private void post(Sandbox sandbox, String event) {
        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Authorization", "Bearer shop-token")
                .header("Content-Type", "application/json")
                .header("traceparent", traceparent)
                .header("tracestate", "shop=15550101999")
                .header("baggage", "phone=15550101999")
                .POST(BodyPublishers.ofString(event)));
    }

    /** The spans of this test's trace, once one of each name is among them: some end after what they lead to. */
    private List<Span> spans(Sandbox sandbox, String... names) {
        await().untilAsserted(() -> {
            flush(sandbox);
            assertThat(TRACES.trace(trace)).extracting(Span::getName).contains(names);
        });
        return TRACES.trace(trace);
    }

    private static void flush(Sandbox sandbox) {
        sandbox.context()
                .getBean(OpenTelemetrySdk.class)
                .getSdkTracerProvider()
                .forceFlush()
                .join(5, TimeUnit.SECONDS);
    }

    private static Span one(List<Span> spans, String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not among "
                        + spans.stream().map(Span::getName).toList()));
    }
}
