package io.textonce.delivery;

import io.textonce.event.EventRejected;
import io.textonce.message.Sms;
import io.textonce.phone.PhoneHash;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.spi.IdempotentRepository;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Idempotent repository of events, which is the deliveries table itself. A key is never removed by a failure: whether an
 * event may be sent again depends on the status of its row.
 */
final class IdempotentClaims extends ServiceSupport implements IdempotentRepository {

    private final ClaimRepository claims;
    private final PhoneHash phoneHash;
    private final Duration leaseLength;
    private final SendAdmission admission;
    private final WriteMemory memory;
    private final Runnable putBack;
    private final Clock clock;

    /** @param putBack puts back what a changed server has forgotten */
    IdempotentClaims(
            ClaimRepository claims,
            PhoneHash phoneHash,
            Duration leaseLength,
            SendAdmission admission,
            WriteMemory memory,
            Runnable putBack,
            Clock clock) {
        this.claims = claims;
        this.phoneHash = phoneHash;
        this.leaseLength = leaseLength;
        this.admission = admission;
        this.memory = memory;
        this.putBack = putBack;
        this.clock = clock;
    }

    /**
     * Claims the event of the variable {@code sms} with the decision in {@code decision}: send now, hold or reject. The
     * exchange that may send finds the claim in the variable {@code delivery}, and may send while {@code lease} holds;
     * all others find there the delivery of the event, and the reason of a rejection in {@code rejection}. A preview claims
     * nothing.
     *
     * @return whether this exchange is the one that sends
     * @throws EventRejected when the id was used before for another event
     * @throws org.springframework.dao.DataAccessException when the database doesn't answer; nothing is sent then
     */
    @Override
    public boolean add(Exchange exchange, String key) {
        var decision = exchange.getVariable("decision", SendDecision.SEND, SendDecision.class);
        var sms = planned(exchange.getVariable("sms", Sms.class), decision);
        exchange.setVariable("sms", sms);
        var preview = EventPreview.of(exchange);
        if (preview != null) {
            preview.claim(exchange, sms, clock.instant());
            return false;
        }
        while (true) {
            var lease = new Lease(leaseLength).of(clock.instant(), sms.expiresAt());
            var claim = new ClaimRepository.Claim(
                    DeliveryId.next(clock.millis()), sms.key(), sms, decision, phoneHash.all(sms.phone()));
            int server = memory.server();
            var found = claims.claim(claim);
            var won = found.isClaimable() ? claims.claimAgain(claim) : found;
            var claimed = won.claimed();
            if (claimed != null && memory.add(claim, claimed.attempt(), server)) {
                putBack.run();
            }
            if (won.barred() != null) {
                decision = won.barred();
            }
            if (claimed != null && claimed.status() == DeliveryStatus.RESERVED) {
                decision = admission.of(claimed, sms, false);
                claimed = decision.isSend() ? claimed : claimed.with(decision.status(), null, null);
            }
            if (claimed != null) {
                exchange.setVariable("delivery", claimed);
                exchange.setVariable("lease", lease);
                if (claimed.status() == DeliveryStatus.REJECTED) {
                    exchange.setVariable(
                            "rejection", decision.rejection() == null ? OptOuts.rejection() : decision.rejection());
                }
                return claimed.status() == DeliveryStatus.RESERVED;
            }
            // One that was rejected between the two statements is no duplicate of a message, so it is tried again.
            if (!found.isClaimable()) {
                exchange.setVariable("delivery", found.taken(sms));
                return false;
            }
        }
    }

    /** Claims once more what was claimed before. In restore mode it is then unknown; otherwise its lease expires. */
    void putBack(ClaimRepository.Claim claim) {
        var found = claims.claim(claim);
        var claimed = (found.isClaimable() ? claims.claimAgain(claim) : found).claimed();
        if (claimed != null && claimed.status() == DeliveryStatus.RESERVED) {
            admission.of(claimed, claim.sms(), false);
        }
    }

    /** A message that may be sent is sent now, or scheduled at Twilio for the time of the decision. */
    private static Sms planned(Sms sms, SendDecision decision) {
        return decision.isSend() && (sms.sendAt() != null || decision.until() != null)
                ? sms.plannedFor(decision.until())
                : sms;
    }

    @Override
    public boolean add(String key) {
        throw new UnsupportedOperationException("an event is claimed with its exchange");
    }

    @Override
    public boolean contains(String key) {
        throw new UnsupportedOperationException("looking before claiming is a race; claim");
    }

    @Override
    public boolean remove(String key) {
        return false;
    }

    @Override
    public boolean confirm(String key) {
        return true;
    }

    @Override
    public void clear() {
        throw new UnsupportedOperationException("deliveries are purged by age, not cleared");
    }

    @Override
    protected void doShutdown() {
        claims.close();
    }
}
