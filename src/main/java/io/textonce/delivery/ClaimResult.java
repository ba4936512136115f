package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Result of a claim.
 *
 * @param delivery null where the row was removed meanwhile
 * @param payloadSha256 of the event that has the key, null where the claim won
 * @param isClaimable whether the event may claim the key that was taken before: for one that was rejected, or
 *     canceled before it came
 * @param barred decision of a cap, where the claim won and is not to be sent now
 */
record ClaimResult(
        @Nullable Delivery delivery,
        byte @Nullable [] payloadSha256,
        boolean isClaimable,
        @Nullable SendDecision barred) {

    static final ClaimResult NOTHING = new ClaimResult(null, null, false, null);

    ClaimResult barredBy(@Nullable SendDecision decision) {
        return decision == null
                ? this
                : new ClaimResult(delivery.with(decision.status(), null, null), payloadSha256, isClaimable, decision);
    }

    @Nullable
    Delivery claimed() {
        return payloadSha256 == null ? delivery : null;
    }

    /** Returns the delivery that had the key before, of the same event. */
    Delivery taken(Sms sms) {
        if (delivery == null) {
            throw new EventRejected(
                    503, "try_again", "The earlier delivery of this event is being deleted. Nothing was sent; retry.");
        }
        // The digest of an erased person's event is erased too.
        if (payloadSha256.length > 0 && !Arrays.equals(payloadSha256, sms.payloadSha256())) {
            throw EventRejected.ofReusedId();
        }
        return delivery;
    }
}
