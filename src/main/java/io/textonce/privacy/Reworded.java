package io.textonce.privacy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggingEvent;
import org.jspecify.annotations.Nullable;

/** Copy of a logging event with another message. */
final class Reworded extends LoggingEvent {

    private final @Nullable IThrowableProxy thrown;

    Reworded(ILoggingEvent event, String message, @Nullable IThrowableProxy thrown) {
        this.thrown = thrown;
        setMessage(message);
        setLoggerName(event.getLoggerName());
        setLoggerContextRemoteView(event.getLoggerContextVO());
        setThreadName(event.getThreadName());
        setLevel(event.getLevel());
        setInstant(event.getInstant());
        setMDCPropertyMap(event.getMDCPropertyMap());
        if (event.getMarkerList() != null) {
            event.getMarkerList().forEach(this::addMarker);
        }
        if (event.getKeyValuePairs() != null) {
            event.getKeyValuePairs().forEach(this::addKeyValuePair);
        }
    }

    @Override
    public @Nullable IThrowableProxy getThrowableProxy() {
        return thrown;
    }
}
