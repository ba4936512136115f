package io.textonce.http;

import io.textonce.privacy.RepeatedLines;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Handler of a response that could not be written because its caller disconnected; the outcome of the event is recorded
 * all the same.
 */
@Component
final class CallerGone implements ExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(CallerGone.class);

    private final RepeatedLines repeated = new RepeatedLines();

    @Override
    public void handleException(Throwable failure) {
        String kind = failure.getClass().getSimpleName();
        repeated.log(
                kind,
                omitted -> LOG.info(
                        "A caller disconnected before the response: {} ({} more since the last line)", kind, omitted));
    }

    @Override
    public void handleException(String words, Throwable failure) {
        handleException(failure);
    }

    @Override
    public void handleException(String words, @Nullable Exchange exchange, Throwable failure) {
        handleException(failure);
    }
}
