package io.textonce.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.DelegatingSpanData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.textonce.privacy.PersonalDataMask;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Filter that keeps private data out of spans. Camel puts addresses, queries, file names, statements and exception
 * messages into spans; only listed attributes are exported, and masked.
 */
final class SafeSpans implements SpanExporter {

    private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");

    /** Components whose address is only a name that the route's author chose. */
    private static final Set<String> NAMED = Set.of("direct", "platform-http", "jms", "twilio");

    private static final Set<String> KEPT = Set.of(
            "component",
            "error",
            "error.type",
            "http.method",
            "http.request.method",
            "http.response.status_code",
            "http.status_code",
            "op",
            "url.scheme");

    /**
     * Attribute kept for our own spans only: Camel's is the URL of the database or broker, which may contain a
     * password.
     */
    private static final String SERVER = "server.address";

    private final SpanExporter exporter;

    SafeSpans(SpanExporter exporter) {
        this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        return exporter.export(
                spans.stream().map(Safe::new).map(SpanData.class::cast).toList());
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }

    private static final class Safe extends DelegatingSpanData {

        private final SpanData span;

        private Safe(SpanData span) {
            super(span);
            this.span = span;
        }

        /** Returns the name of a span; Camel's own are only those of components. */
        @Override
        public String getName() {
            String scheme = span.getAttributes().get(SCHEME);
            String path = span.getAttributes().get(PATH);
            if (scheme == null) {
                return PersonalDataMask.mask(span.getName());
            }
            return path != null && NAMED.contains(scheme)
                    ? PersonalDataMask.mask(
                            scheme + ":" + path.replace("%7B", "{").replace("%7D", "}"))
                    : scheme;
        }

        @Override
        public Attributes getAttributes() {
            var kept = Attributes.builder();
            span.getAttributes().forEach((key, value) -> {
                boolean isOurs = span.getAttributes().get(SCHEME) == null;
                if (KEPT.contains(key.getKey()) || isOurs && key.getKey().equals(SERVER)) {
                    kept.put(key.getKey(), PersonalDataMask.mask(String.valueOf(value)));
                }
            });
            return kept.build();
        }

        @Override
        public int getTotalAttributeCount() {
            return getAttributes().size();
        }

        /** Returns no events, since those quote log lines and exceptions. */
        @Override
        public List<EventData> getEvents() {
            return List.of();
        }

        @Override
        public int getTotalRecordedEvents() {
            return 0;
        }

        @Override
        public StatusData getStatus() {
            return StatusData.create(span.getStatus().getStatusCode(), "");
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Safe safe && safe.span.equals(span);
        }

        @Override
        public int hashCode() {
            return span.hashCode();
        }
    }
}
