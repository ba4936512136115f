package io.textonce.twilio;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why a call of Twilio brought no answer to use, told apart by the only question that matters: can Twilio have the
 * text? Messages hold no part of the request.
 */
public abstract sealed class TwilioFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private TwilioFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Twilio provably did not process the call: it never arrived, or was turned away at the door (429). */
    public static final class NotProcessed extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        private final transient @Nullable Duration retryAfter;

        NotProcessed(String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
            super(message, cause);
            this.retryAfter = retryAfter;
        }

        /** How long Twilio asked to wait, or null. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }

    /** Twilio answered with a code of its own that it won't; it has no text of this call. */
    public static final class Refused extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        private final transient TwilioCodes.Entry entry;
        private final int httpStatus;

        Refused(TwilioCodes.Entry entry, int httpStatus) {
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

        /** The HTTP status of Twilio's answer. */
        public int httpStatus() {
            return httpStatus;
        }
    }

    /** The call went out, and nobody knows whether Twilio has the text. */
    public static final class Unclear extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        Unclear(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Twilio currently rejects the account, so no call was made. */
    public static final class CircuitOpen extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        CircuitOpen() {
            super("Twilio currently rejects the account", null);
        }
    }

    /** The claim's lease ran out before the call: somebody else may have taken over, so no call was made. */
    public static final class LeaseRanOut extends TwilioFailure {

        private static final long serialVersionUID = 1L;

        LeaseRanOut() {
            super("The lease expired before Twilio was called", null);
        }
    }
}
