package io.textonce.privacy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Rate limit of stack traces: one a minute for a logger and a root cause at its origin, with the number of those left out. A line whose
 * stack trace is left out keeps the root cause. Libraries log a stack trace for each failure, hundreds of lines long,
 * which fills a disk while a peer is unavailable.
 */
final class StackTraces {

    private final RepeatedLines repeated;

    StackTraces(RepeatedLines repeated) {
        this.repeated = repeated;
    }

    ILoggingEvent limit(ILoggingEvent event) {
        var thrown = event.getThrowableProxy();
        if (thrown == null) {
            return event;
        }
        var root = root(thrown);
        var limited = new AtomicReference<ILoggingEvent>();
        repeated.log(
                event.getLoggerName() + " " + root.getClassName() + " " + origin(root),
                omitted -> limited.set(
                        omitted == 0
                                ? event
                                : new Reworded(event, " (" + omitted + " such stack traces left out)", thrown)));
        if (limited.get() != null) {
            return limited.get();
        }
        return new Reworded(event, ": " + simpleName(root) + ": " + root.getMessage(), null);
    }

    private static IThrowableProxy root(IThrowableProxy thrown) {
        var root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String origin(IThrowableProxy thrown) {
        var frames = thrown.getStackTraceElementProxyArray();
        return frames == null || frames.length == 0 ? "" : frames[0].getSTEAsString();
    }

    private static String simpleName(IThrowableProxy thrown) {
        return thrown.getClassName().substring(thrown.getClassName().lastIndexOf('.') + 1);
    }

    /** Copy of an event with a longer message. */
    private static final class Reworded extends LoggingEvent {

        private final @Nullable IThrowableProxy thrown;

        Reworded(ILoggingEvent event, String suffix, @Nullable IThrowableProxy thrown) {
            this.thrown = thrown;
            setMessage(event.getFormattedMessage() + suffix);
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
}
