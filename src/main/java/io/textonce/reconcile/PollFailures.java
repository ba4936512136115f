package io.textonce.reconcile;

import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Handler of a failed poll, such as during a database outage: nothing was leased, and the next poll retries. */
@Component
final class PollFailures implements ExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PollFailures.class);

    @Override
    public void handleException(Throwable failure) {
        LOG.warn("A poll failed and is repeated: {}", failure.toString());
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
