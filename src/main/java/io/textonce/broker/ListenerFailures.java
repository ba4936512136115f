package io.textonce.broker;

import io.textonce.peer.Causes;
import io.textonce.privacy.RepeatedLines;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.ErrorHandler;

/** Error handler of all listeners of queues: a message that fails is redelivered. One line a minute is logged for each cause. */
@Component
final class ListenerFailures implements ErrorHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerFailures.class);

    private final RepeatedLines repeated = new RepeatedLines();

    @Override
    public void handleError(Throwable failure) {
        repeated.logFailure(
                failure,
                omitted -> LOG.info(
                        "A message of a queue failed and is redelivered ({} more since the last line): {}",
                        omitted,
                        Causes.of(failure)));
    }
}
