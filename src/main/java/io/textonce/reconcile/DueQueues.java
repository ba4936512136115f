package io.textonce.reconcile;

import io.textonce.delivery.Caps;
import io.textonce.delivery.Delivery;
import io.textonce.delivery.DueDelivery;
import io.textonce.delivery.DueLeases;
import io.textonce.delivery.DueRepository;
import io.textonce.delivery.SendAdmission;
import io.textonce.delivery.SendRules;
import io.textonce.twilio.CircuitProbe;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.camel.Exchange;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.stereotype.Component;

/**
 * Leases of due deliveries, as many as there are free workers; the database is the queue. The last free workers take urgent
 * messages only, which so never wait for calls of the others that hang.
 */
@Component
final class DueQueues {

    /** Part of a poll's interval, so that urgent deliveries wait little longer while all others' workers are busy. */
    private static final Duration MOST_WAIT = Duration.ofMillis(500);

    private final DueLeases leases;
    private final DueRepository deliveries;
    private final SharedList lists;
    private final CircuitProbe probe;
    private final SendRules rules;
    private final Caps caps;
    private final SendAdmission admission;
    private final WorkerPool heldWorkers;
    private final WorkerPool unknownWorkers;
    private final WorkerPool silentWorkers;

    DueQueues(
            DueLeases leases,
            DueRepository deliveries,
            SharedList lists,
            CircuitProbe probe,
            SendRules rules,
            Caps caps,
            SendAdmission admission,
            @Qualifier("heldWorkers") WorkerPool heldWorkers,
            @Qualifier("unknownWorkers") WorkerPool unknownWorkers,
            @Qualifier("silentWorkers") WorkerPool silentWorkers) {
        this.leases = leases;
        this.deliveries = deliveries;
        this.lists = lists;
        this.probe = probe;
        this.rules = rules;
        this.caps = caps;
        this.admission = admission;
        this.heldWorkers = heldWorkers;
        this.unknownWorkers = unknownWorkers;
        this.silentWorkers = silentWorkers;
    }

    /**
     * While the circuit breaker is open, one at most: its probe goes with it to the worker. What has expired needs none,
     * so that it does not stand before what can be sent.
     */
    List<DueDelivery> held(Exchange exchange) {
        if (probe.isNeeded()) {
            var expired = lease(exchange, idle(heldWorkers), leases::expired);
            if (!expired.isEmpty()) {
                return expired;
            }
            probe.begin(exchange);
        }
        var leased = lease(exchange, heldWorkers, leases::held, leases::urgentHeld);
        if (leased.isEmpty()) {
            probe.end(exchange);
        }
        return leased;
    }

    List<DueDelivery> unknown(Exchange exchange) {
        return lists.isBeingRead()
                ? lease(exchange, unknownWorkers.idle(), leases::urgentUnknown)
                : lease(exchange, unknownWorkers, leases::unknown, leases::urgentUnknown);
    }

    /** At most one for each worker and poll: no one waits for these calls, and they share Twilio's concurrency with sends. */
    List<DueDelivery> silent(Exchange exchange) {
        return lease(exchange, silentWorkers.idle(), leases::silent);
    }

    private static int idle(WorkerPool workers) {
        workers.awaitIdle(MOST_WAIT);
        return workers.idle();
    }

    private static List<DueDelivery> lease(
            Exchange exchange,
            WorkerPool workers,
            IntFunction<List<DueDelivery>> all,
            IntFunction<List<DueDelivery>> urgent) {
        int shared = idle(workers) - workers.reserved();
        return shared > 0 ? lease(exchange, shared, all) : lease(exchange, workers.idle(), urgent);
    }

    /** The scheduler polls again at once while something was leased. */
    private static List<DueDelivery> lease(Exchange exchange, int free, IntFunction<List<DueDelivery>> from) {
        int most = Math.min(free, exchange.getVariable("most", Integer.MAX_VALUE, Integer.class));
        List<DueDelivery> leased = most > 0 ? from.apply(most) : List.of();
        exchange.setProperty(Exchange.SCHEDULER_POLLED_MESSAGES, !leased.isEmpty());
        return leased;
    }

    /** Leaves a held delivery that may be sent now in the variable {@code delivery}; any other decision is recorded. */
    void admit(Exchange exchange) {
        try {
            decide(exchange.getMessage().getBody(DueDelivery.class), exchange);
        } catch (RuntimeException failed) {
            probe.end(exchange);
            throw failed;
        }
    }

    private void decide(DueDelivery due, Exchange exchange) {
        var decision = rules.again(due);
        if (!decision.isSend()) {
            deliveries.end(due, decision);
            return;
        }
        var sms = due.sms().plannedFor(decision.until());
        var delivery = Delivery.taken(due);
        if (caps.admit(delivery, sms, due.now()).isSend()
                && admission.of(delivery, sms, due.hasSlot()).isSend()) {
            exchange.setVariable("sms", sms);
            exchange.setVariable("lease", due.lease());
            exchange.setVariable("delivery", delivery);
            exchange.setVariable("dueFor", due.late());
        }
    }
}
