package io.textonce.privacy;

import org.apache.camel.processor.errorhandler.RedeliveryPolicy;

/**
 * Redelivery policy with exponential back-off and without log lines: a failure policy logs what an operator needs. Of
 * each try Camel would log a line at DEBUG, and under two threads at once sometimes at ERROR.
 */
public final class QuietRedelivery extends RedeliveryPolicy {

    private static final long serialVersionUID = 1L;

    public QuietRedelivery() {
        setUseExponentialBackOff(true);
        setBackOffMultiplier(2);
        setLogContinued(false);
        setLogExhausted(false);
        setLogRetryAttempted(false);
    }
}
