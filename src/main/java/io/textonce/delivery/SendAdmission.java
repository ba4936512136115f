package io.textonce.delivery;

import io.textonce.message.Sms;

/**
 * What may still keep a text that is reserved from being posted at once: after a restore of the database the look
 * whether Twilio has it, and the pace of its sender.
 */
public final class SendAdmission {

    private final RestoreMode restore;
    private final SenderRateLimit pace;

    SendAdmission(RestoreMode restore, SenderRateLimit pace) {
        this.restore = restore;
        this.pace = pace;
    }

    /**
     * Whether it may be posted now. What keeps it is written down before this returns.
     *
     * @param hasTurn whether its turn at the pace has come already
     */
    public SendDecision of(Delivery reserved, Sms sms, boolean hasTurn) {
        var verdict = restore.verdict(reserved);
        return hasTurn || !verdict.isSend() ? verdict : pace.turn(reserved, sms);
    }
}
