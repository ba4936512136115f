package io.textonce.tracing;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.io.IOException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;

/** Client span around each call to Twilio, which receives the trace in a header (W3C Trace Context). */
final class TwilioSpans implements ExecChainHandler {

    private final Tracer tracer;
    private final TextMapPropagator propagator;

    TwilioSpans(Tracer tracer, TextMapPropagator propagator) {
        this.tracer = tracer;
        this.propagator = propagator;
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        var span = tracer.spanBuilder(request.getMethod() + " Twilio")
                .setSpanKind(SpanKind.CLIENT)
                .setAttribute("http.request.method", request.getMethod())
                .setAttribute("server.address", scope.route.getTargetHost().getHostName())
                .startSpan();
        propagator.inject(
                Context.current().with(span), request, (message, name, value) -> message.setHeader(name, value));
        try {
            var response = chain.proceed(request, scope);
            span.setAttribute("http.response.status_code", String.valueOf(response.getCode()));
            if (response.getCode() >= 400) {
                span.setStatus(StatusCode.ERROR);
            }
            return response;
        } catch (IOException | HttpException | RuntimeException e) {
            span.setAttribute("error.type", e.getClass().getSimpleName());
            span.setStatus(StatusCode.ERROR);
            throw e;
        } finally {
            span.end();
        }
    }
}
