package io.textonce.sandbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Everything that is logged while it is open. */
public final class LogRecorder extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

    public LogRecorder() {
        start();
        root().addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        // The fields are the thread's, until they are asked for.
        event.getMDCPropertyMap();
        events.add(event);
    }

    /** What a person would be called to look at. */
    public List<String> complaints() {
        return events.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(event -> event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage())
                .toList();
    }

    /** All lines, before the mask. */
    public List<String> lines() {
        return events.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** The lines that hold some words, before the mask: other applications in the same JVM log, too. */
    public List<String> lines(String words) {
        return lines().stream().filter(line -> line.contains(words)).toList();
    }

    /** The fields of the lines that hold some words. */
    public List<Map<String, String>> fields(String words) {
        return events.stream()
                .filter(event -> event.getFormattedMessage().contains(words))
                .map(ILoggingEvent::getMDCPropertyMap)
                .toList();
    }

    @Override
    public void close() {
        root().detachAppender(this);
        stop();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
