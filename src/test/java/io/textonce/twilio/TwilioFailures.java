package io.textonce.twilio;

/** Failures for tests of other packages, which have no business making them. */
public final class TwilioFailures {

    private TwilioFailures() {}

    public static TwilioFailure unclear() {
        return new TwilioFailure.Unclear("no answer", null);
    }
}
