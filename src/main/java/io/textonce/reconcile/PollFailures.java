package io.textonce.reconcile;

import io.textonce.privacy.RepeatedLines;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Handler of failed background work, such as during a database outage: what was not done stays in the table, and the
 * next poll retries it. One line a minute is logged for each root cause.
 */
@Component
public final class PollFailures implements ExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PollFailures.class);

    private final RepeatedLines repeated = new RepeatedLines();

    /** Logs the failure of a step of background work, whose poller then waits for its next poll. */
    public void log(Exchange exchange) {
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, false);
        handleException(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    @Override
    public void handleException(Throwable failure) {
        repeated.logFailure(
                failure,
                omitted -> LOG.warn(
                        "Background work failed and is retried ({} more since the last line)", omitted, failure));
    }

    @Override
    public void handleException(String message, Throwable failure) {
        handleException(failure);
    }

    @Override
    public void handleException(String message, @Nullable Exchange exchange, Throwable failure) {
        handleException(failure);
    }
}
