package io.textonce.privacy;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Rate limit of the three lines that Camel logs of each failure of a failure policy, as of each dead letter that its queue
 * does not take: each of them once a minute for each exception.
 */
public final class RepeatedFailures extends Filter<ILoggingEvent> {

    private static final String LOGGER = "org.apache.camel.processor.FatalFallbackErrorHandler";

    /** Enough to distinguish the three lines; then comes the id of the exchange. */
    private static final int BEGINNING = 12;

    private final RepeatedLines repeated = new RepeatedLines();

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (!event.getLoggerName().equals(LOGGER)) {
            return FilterReply.NEUTRAL;
        }
        var reply = new AtomicReference<>(FilterReply.DENY);
        repeated.log(kind(event), omitted -> reply.set(FilterReply.NEUTRAL));
        return reply.get();
    }

    private static String kind(ILoggingEvent event) {
        String line = event.getFormattedMessage();
        var thrown = event.getThrowableProxy();
        return line.substring(0, Math.min(BEGINNING, line.length())) + (thrown == null ? "" : thrown.getClassName());
    }
}
