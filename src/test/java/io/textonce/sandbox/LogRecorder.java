package io.textonce.sandbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.slf4j.LoggerFactory;

/** Lines that are logged while it is open. The applications of other tests run on in the same JVM, and log too. */
public final class LogRecorder extends AppenderBase<ILoggingEvent> implements AutoCloseable {

    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final Logger logger;

    /** A recorder of every logger, for lines that can be recognized. */
    public LogRecorder() {
        this(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    /** A recorder of one class' lines, for a test that no other line may disturb. */
    public LogRecorder(Class<?> logging) {
        this(logging.getName());
    }

    private LogRecorder(String name) {
        logger = (Logger) LoggerFactory.getLogger(name);
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        // The fields are the thread's, until they are asked for.
        event.getMDCPropertyMap();
        events.add(event);
    }

    /** What a person would be called to look at. */
    public List<String> complaints() {
        return complaints(event -> true);
    }

    /** Those of them that are about an event, by its fields: other tests' applications log, too. */
    public List<String> complaintsAbout(String eventId) {
        return complaints(event -> event.getMDCPropertyMap().containsValue(eventId));
    }

    private List<String> complaints(Predicate<ILoggingEvent> about) {
        return events.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN) && about.test(event))
                .map(event -> event.getLevel() + " " + event.getLoggerName() + ": " + event.getFormattedMessage())
                .toList();
    }

    /** The lines, before the mask. */
    public List<String> lines() {
        return events.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    /** The lines that hold some words, before the mask. */
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
        logger.detachAppender(this);
        stop();
    }
}
