package io.textonce.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.textonce.sandbox.Sandbox;
import io.textonce.sandbox.SandboxTest;
import io.textonce.settings.Tracing;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;

/** Where no endpoint is set there is nothing of it. */
@SandboxTest
class NoTracingTest {

    @Test
    void makesNothingWithoutAnEndpoint(Sandbox sandbox) {
        var camel = sandbox.context().getBean(CamelContext.class);

        for (Class<?> type : new Class<?>[] {OpenTelemetry.class, Tracer.class, Tracing.class}) {
            assertThat(sandbox.context().getBeanNamesForType(type))
                    .as(type.getName())
                    .isEmpty();
        }
        assertThat(camel.hasService(org.apache.camel.telemetry.Tracer.class)).isNull();
    }

    @Test
    void handsNoStrangersTraceToTwilio(Sandbox sandbox) {
        String number = sandbox.newNumber();

        sandbox.send(HttpRequest.newBuilder(sandbox.uri("/api/order-shipped-sms"))
                .header("Content-Type", "application/json")
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .POST(BodyPublishers.ofString(sandbox.orderShipped(sandbox.newEventId(), number))));

        assertThat(sandbox.twilio().postsTo(number)).singleElement().satisfies(call -> {
            assertThat(call.headers()).doesNotContainKey("traceparent");
            assertThat(call.parameter("StatusCallback")).doesNotContain("trace");
        });
    }
}
