package io.textonce.twilio;

import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Half-open probes of the route {@code sms-due}: while a circuit breaker is open, one message at most is tried. */
@Component
public final class CircuitProbe {

    private final CircuitBreaker circuit;
    private final SlowCalls slowCalls;

    CircuitProbe(CircuitBreaker circuit, SlowCalls slowCalls) {
        this.circuit = circuit;
        this.slowCalls = slowCalls;
    }

    /** Returns whether a circuit breaker is open: that of the account, which all instances share, or this instance's. */
    public boolean isNeeded() {
        circuit.refresh();
        return circuit.isOpen() || slowCalls.isOpen();
    }

    /** Takes the probe, and limits what is leased next to it. */
    public void begin(Exchange exchange) {
        if (!circuit.isOpen()) {
            exchange.setVariable("most", slowCalls.most());
            return;
        }
        var probe = circuit.takeProbe();
        exchange.setVariable("most", probe == null ? 0 : 1);
        exchange.setVariable("probe", probe);
    }

    /** Returns a probe whose call was not made: a held message that ended without one must not cost the others theirs. */
    public void end(Exchange exchange) {
        var probe = exchange.getVariable("probe", CircuitBreaker.Probe.class);
        if (probe != null) {
            circuit.giveBack(probe);
        }
    }
}
