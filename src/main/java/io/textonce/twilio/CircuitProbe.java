package io.textonce.twilio;

import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Half-open probe of the route {@code sms-due}: while the circuit breaker is open, one message at most is tried. */
@Component
public final class CircuitProbe {

    private final CircuitBreaker circuit;

    CircuitProbe(CircuitBreaker circuit) {
        this.circuit = circuit;
    }

    /** Returns whether the circuit breaker is open, by the state that all instances share. */
    public boolean isNeeded() {
        circuit.refresh();
        return circuit.isOpen();
    }

    /** Takes the probe, and limits what is leased next to it. */
    public void begin(Exchange exchange) {
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
