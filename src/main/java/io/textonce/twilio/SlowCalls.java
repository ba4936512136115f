package io.textonce.twilio;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.hc.core5.http.HttpResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Circuit breaker of this instance that is open while Twilio leaves many calls without a response. Each of them occupies a
 * caller until its time-out, and leaves an outcome to be reconciled; what is held instead can be sent as soon as Twilio
 * responds. While it is open, one call a second probes Twilio, and urgent messages are posted all the same. The first
 * probe with a response closes it.
 */
@Component
final class SlowCalls implements MeterBinder {

    private static final Logger LOG = LoggerFactory.getLogger(SlowCalls.class);

    /** Number of slow calls that opens the breaker. */
    static final int MOST = 32;

    /** Time without a response after which a call is slow; Twilio's responses take well below a second. */
    static final Duration SLOW = Duration.ofSeconds(5);

    static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);

    private final LongSupplier nanoTime;
    // In the order in which they began.
    private final Map<CallRecord, Long> inFlight = new LinkedHashMap<>();
    private boolean isOpen;
    private long openedNanos;
    private long probedNanos;

    @Autowired
    SlowCalls() {
        this(System::nanoTime);
    }

    SlowCalls(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        Gauge.builder("textonce.slow.calls.breaker.open", () -> isOpen() ? 1 : 0)
                .description("1 while messages are held because Twilio leaves many calls without a response")
                .register(meters);
    }

    /** Returns whether a call may be made now; one that is not urgent takes the probe if the breaker is open. */
    synchronized boolean admits(boolean isUrgent) {
        if (!isOpen() || isUrgent) {
            return true;
        }
        if (!isProbeDue()) {
            return false;
        }
        probedNanos = nanoTime.getAsLong();
        return true;
    }

    /** Returns how many held messages may be leased at a time. */
    synchronized int most() {
        return !isOpen() ? Integer.MAX_VALUE : isProbeDue() ? 1 : 0;
    }

    private boolean isProbeDue() {
        return nanoTime.getAsLong() - probedNanos >= PROBE_INTERVAL.toNanos();
    }

    synchronized boolean isOpen() {
        if (!isOpen && inFlight.size() >= MOST) {
            long now = nanoTime.getAsLong();
            isOpen = inFlight.values().stream().skip(MOST - 1).findFirst().orElseThrow() <= now - SLOW.toNanos();
            if (isOpen) {
                openedNanos = now;
                probedNanos = now;
                LOG.warn(
                        "{} calls have had no response of Twilio for {} s: other messages are held, but urgent ones",
                        MOST,
                        SLOW.toSeconds());
            }
        }
        return isOpen;
    }

    synchronized void begin(CallRecord call) {
        inFlight.remove(call);
        inFlight.put(call, nanoTime.getAsLong());
    }

    /**
     * Ends a call. When that closes the breaker, the calls from before don't count any more.
     *
     * @param response of Twilio, or null without one
     */
    synchronized void end(CallRecord call, @Nullable HttpResponse response) {
        Long begun = inFlight.remove(call);
        if (response == null) {
            return;
        }
        call.answered(response);
        if (isOpen && begun != null && begun >= openedNanos) {
            isOpen = false;
            inFlight.clear();
            LOG.info("Twilio responds again; held messages are being sent");
        }
    }
}
