package io.textonce.privacy;

import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.logback.StructuredLogEncoder;

/**
 * Writes what Spring Boot's own encoders would write, as a line by pattern or as structured JSON, after the complete
 * result went through {@link PersonalDataMask}: message, parameters, MDC and stack trace alike. A line that cannot be
 * masked is not written. A parameter has no line breaks, and of alike stack traces one a minute is written.
 */
public final class MaskingEncoder extends EncoderBase<ILoggingEvent> {

    private String pattern = "%m%n";
    private String structuredFormat = "";
    private Charset charset = StandardCharsets.UTF_8;
    private final StackTraces stackTraces = new StackTraces(new RepeatedLines());
    private @Nullable Encoder<ILoggingEvent> delegate;

    /** The pattern of a line; not used if a structured format is set. */
    public void setPattern(String pattern) {
        this.pattern = pattern;
    }

    /** Spring Boot's {@code logging.structured.format.console}: ecs, gelf, logstash or a class; empty for the pattern. */
    public void setStructuredFormat(String structuredFormat) {
        this.structuredFormat = structuredFormat;
    }

    public void setCharset(Charset charset) {
        this.charset = charset;
    }

    @Override
    public void start() {
        var encoder = structuredFormat.isBlank() ? byPattern() : structured();
        encoder.setContext(getContext());
        encoder.start();
        delegate = encoder;
        super.start();
    }

    @Override
    public void stop() {
        super.stop();
        if (delegate != null) {
            delegate.stop();
        }
    }

    @Override
    public byte @Nullable [] headerBytes() {
        return delegate == null ? null : delegate.headerBytes();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        if (delegate == null) {
            return new byte[0];
        }
        try {
            return PersonalDataMask.mask(new String(delegate.encode(stackTraces.limit(OneLine.of(event))), charset))
                    .getBytes(charset);
        } catch (RuntimeException e) {
            addError("A line of " + event.getLoggerName() + " was dropped, since it could not be masked: "
                    + e.getClass());
            return new byte[0];
        }
    }

    @Override
    public byte @Nullable [] footerBytes() {
        return delegate == null ? null : delegate.footerBytes();
    }

    private Encoder<ILoggingEvent> byPattern() {
        var encoder = new PatternLayoutEncoder();
        encoder.setPattern(pattern);
        encoder.setCharset(charset);
        return encoder;
    }

    private Encoder<ILoggingEvent> structured() {
        var encoder = new StructuredLogEncoder();
        encoder.setFormat(structuredFormat);
        encoder.setCharset(charset);
        return encoder;
    }
}
