package io.textonce.privacy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.util.concurrent.atomic.AtomicReference;

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
                                : new Reworded(
                                        event,
                                        event.getFormattedMessage() + " (" + omitted + " such stack traces left out)",
                                        thrown)));
        if (limited.get() != null) {
            return limited.get();
        }
        String cause = simpleName(root) + ": " + OneLine.of(String.valueOf(root.getMessage()));
        return new Reworded(event, event.getFormattedMessage() + ": " + cause, null);
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
}
