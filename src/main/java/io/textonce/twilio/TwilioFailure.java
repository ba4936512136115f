package io.textonce.twilio;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Failure of a call to Twilio, classified by the only question that matters: can Twilio have the message? Exception
 * messages contain no part of the request.
 */
public abstract sealed class TwilioFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private TwilioFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Returns whether Twilio provably does not have the message, and a later call may succeed. */
    final boolean isWithoutCall() {
        return this instanceof NotProcessed
                || this instanceof CircuitOpen
                || this instanceof NotResponding
                || this instanceof LeaseRanOut;
    }

    /** Failure of a call that Twilio provably did not process: it never arrived, or was throttled (429). */
    public static final class NotProcessed extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        private final transient @Nullable Duration retryAfter;
        private final boolean throttled;

        /** Failure of a call that never arrived. */
        NotProcessed(String message, @Nullable Throwable cause) {
            super(message, cause);
            this.retryAfter = null;
            this.throttled = false;
        }

        /** Response of Twilio that it is busy. */
        NotProcessed(String message, @Nullable Duration retryAfter) {
            super(message, null);
            this.retryAfter = retryAfter;
            this.throttled = true;
        }

        boolean isThrottled() {
            return throttled;
        }

        /** Returns Twilio's Retry-After, or null. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }

    /** Rejection with a code of Twilio itself; Twilio has no message of this call. */
    public static final class Rejected extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        private final transient TwilioCodes.Entry entry;
        private final int httpStatus;

        Rejected(TwilioCodes.Entry entry, int httpStatus) {
            super("Twilio rejected the call with HTTP " + httpStatus + " and code " + entry.code(), null);
            this.entry = entry;
            this.httpStatus = httpStatus;
        }

        public TwilioCodes.Entry entry() {
            return entry;
        }

        public int code() {
            return entry.code();
        }

        /** Returns the HTTP status of Twilio's response. */
        public int httpStatus() {
            return httpStatus;
        }
    }

    /** Failure of a call that was made; it is unknown whether Twilio has the message. */
    public static final class Unclear extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        Unclear(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Failure without a call, because Twilio currently rejects the account. */
    public static final class CircuitOpen extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        CircuitOpen() {
            super("Twilio currently rejects the account", null);
        }
    }

    /** Failure without a call, because Twilio currently leaves many calls without a response. */
    public static final class NotResponding extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        NotResponding() {
            super("Twilio currently does not respond", null);
        }
    }

    /** Failure without a call, because the lease of the claim expired: another instance may have taken over. */
    public static final class LeaseRanOut extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        LeaseRanOut() {
            super("The lease expired before Twilio was called", null);
        }
    }
}
