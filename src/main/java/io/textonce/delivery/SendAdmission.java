package io.textonce.delivery;

import io.textonce.message.Sms;
import java.time.Instant;

/**
 * Send admission of a reserved message: after a restore of the database the check whether Twilio has it, and the rate
 * limit of its sender.
 */
public final class SendAdmission {

    private final RestoreMode restore;
    private final SenderRateLimit pace;

    SendAdmission(RestoreMode restore, SenderRateLimit pace) {
        this.restore = restore;
        this.pace = pace;
    }

    /**
     * Decides whether it may be posted now; any other decision is recorded before this returns.
     *
     * @param hasSlot whether its slot of the rate limit has come already
     */
    public SendDecision of(Delivery reserved, Sms sms, boolean hasSlot) {
        var verdict = restore.verdict(reserved, sms.policy().isUrgent());
        return hasSlot || !verdict.isSend() ? verdict : pace.admit(reserved, sms);
    }

    /** Returns the decision about a new message, without a slot for it. */
    SendDecision preview(Sms sms, Instant now) {
        return restore.until() == null
                ? pace.preview(sms, now)
                : SendDecision.unknown("The database was restored: the message is looked up at Twilio first");
    }
}
