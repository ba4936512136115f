package io.textonce.delivery;

import io.textonce.message.Sms;
import java.time.Instant;

/**
 * Send admission of a reserved message: after a restore of the database the check whether Twilio has it, and the rate
 * limit of its sender.
 */
public final class SendAdmission {

    private final RestoreMode restore;
    private final SenderRateLimit rateLimit;

    SendAdmission(RestoreMode restore, SenderRateLimit rateLimit) {
        this.restore = restore;
        this.rateLimit = rateLimit;
    }

    /**
     * Decides whether it may be posted now; any other decision is recorded before this returns.
     *
     * @param hasSlot whether its slot of the rate limit has come already
     */
    public SendDecision of(Delivery reserved, Sms sms, boolean hasSlot) {
        var decision = restore.decide(reserved, sms.policy().isUrgent());
        return hasSlot || !decision.isSend() ? decision : rateLimit.admit(reserved, sms);
    }

    /** Returns the decision about a new message, without a slot for it. */
    SendDecision preview(Sms sms, Instant now) {
        return restore.until() == null
                ? rateLimit.preview(sms, now)
                : SendDecision.unknown("The database was restored: the message is looked up at Twilio first");
    }
}
