package io.textonce.tracing;

import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.textonce.settings.Tracing;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Beans of tracing. They exist only if {@code OTEL_EXPORTER_OTLP_ENDPOINT} is set. The other settings are
 * OpenTelemetry's own environment variables.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnExpression("!'${otel.exporter.otlp.endpoint:}'.isEmpty()")
class TracingConfiguration {

    /** Endpoints without a span: the inside of kamelets, and the polls of the background worker. */
    private static final String EXCLUDED = "kamelet:*,json-validator:*,mustache:*,scheduler:*";

    /** Exports traces only: metrics go to Prometheus, logs to the console. */
    @Bean(destroyMethod = "close")
    OpenTelemetrySdk openTelemetry(@Value("${otel.exporter.otlp.endpoint}") String endpoint) {
        return AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> Map.of(
                        "otel.service.name", "textonce",
                        "otel.exporter.otlp.endpoint", endpoint,
                        "otel.exporter.otlp.protocol", "http/protobuf",
                        "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none",
                        "otel.propagators", "tracecontext"))
                .addSpanExporterCustomizer((exporter, config) -> new SafeSpans(exporter))
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk();
    }

    @Bean
    Tracer tracer(OpenTelemetrySdk openTelemetry) {
        return openTelemetry.getTracer("io.textonce");
    }

    @Bean
    ContextPropagators contextPropagators(OpenTelemetrySdk openTelemetry) {
        return openTelemetry.getPropagators();
    }

    @Bean
    Tracing tracing() {
        return new Tracing() {};
    }

    /** Tracer that Camel finds, with its lifecycle, by type. */
    @Bean(initMethod = "", destroyMethod = "")
    OpenTelemetryTracer camelTracer(CamelContext camel, Tracer tracer, ContextPropagators propagators) {
        var camelTracer = new OpenTelemetryTracer();
        camelTracer.setExcludePatterns(EXCLUDED);
        camelTracer.init(camel);
        return camelTracer;
    }

    @Bean
    ExecChainHandler twilioSpans(Tracer tracer, ContextPropagators propagators) {
        return new TwilioSpans(tracer, propagators.getTextMapPropagator());
    }
}
