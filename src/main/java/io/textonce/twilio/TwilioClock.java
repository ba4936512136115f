package io.textonce.twilio;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Estimator of the clock skew between this machine and Twilio, from the {@code Date} of its answers. The header has whole
 * seconds and is written somewhere between request and answer, so each answer bounds the skew; what the answers of the
 * last minutes have in common is the estimate. When they have nothing in common, a clock was set meanwhile, or one of
 * them is not Twilio's: then the skew counts as unknown until those minutes are over.
 */
@Component
public final class TwilioClock implements MeterBinder {

    /**
     * Window of the measurements: a response counts for one to two of these, longer than a message needs to be listed.
     */
    private static final Duration WINDOW = Duration.ofMinutes(5);

    /** Tolerance between the clocks of Twilio's machines, and for a local clock that is being slewed. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private final Clock clock;
    private @Nullable Bounds current;
    private @Nullable Bounds previous;

    public TwilioClock(Clock clock) {
        this.clock = clock;
    }

    /** Only a success is certainly from Twilio: an error may come from a proxy with a clock of its own. */
    ClassicHttpResponse call(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        var sent = clock.instant();
        var response = chain.proceed(request, scope);
        var date = response.getFirstHeader(HttpHeaders.DATE);
        if (date != null && response.getCode() < 300) {
            try {
                answered(
                        sent,
                        clock.instant(),
                        ZonedDateTime.parse(date.getValue().trim(), DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant());
            } catch (DateTimeException e) {
                // An answer without a time bounds nothing.
            }
        }
        return response;
    }

    synchronized void answered(Instant sent, Instant received, Instant date) {
        roll(received);
        var bounds = new Bounds(
                received,
                Duration.between(received, date),
                Duration.between(sent, date).plusSeconds(1));
        current = current == null ? bounds : current.and(bounds);
    }

    /** Returns how far Twilio's clock is ahead of this machine's. */
    public synchronized Skew skew() {
        roll(clock.instant());
        if (current == null && previous == null) {
            return new Skew(Duration.ZERO, Duration.ZERO, false);
        }
        var all = current == null ? previous : previous == null ? current : previous.and(current);
        return all.least().compareTo(all.most()) <= 0
                ? new Skew(all.least(), all.most(), true)
                : new Skew(
                        all.most(), all.least(), all.least().minus(all.most()).compareTo(SLACK) <= 0);
    }

    @Override
    public void bindTo(MeterRegistry meters) {
        TimeGauge.builder("textonce.twilio.clock.skew", () -> skew().seconds(), TimeUnit.SECONDS)
                .description("Twilio's clock minus this machine's; absent while unknown")
                .register(meters);
    }

    private void roll(Instant now) {
        if (previous != null && previous.isOlderThan(WINDOW.multipliedBy(2), now)) {
            previous = null;
        }
        if (current != null && current.isOlderThan(WINDOW, now)) {
            previous = current.isOlderThan(WINDOW.multipliedBy(2), now) ? null : current;
            current = null;
        }
    }

    private record Bounds(Instant since, Duration least, Duration most) {

        Bounds and(Bounds other) {
            return new Bounds(
                    since,
                    least.compareTo(other.least) > 0 ? least : other.least,
                    most.compareTo(other.most) < 0 ? most : other.most);
        }

        /** Returns whether a measurement is older than an age, also if the clock was set back since. */
        boolean isOlderThan(Duration age, Instant now) {
            return Duration.between(since, now).abs().compareTo(age) > 0;
        }
    }

    /**
     * Skew: how far Twilio's clock is ahead of this machine's; negative if it is behind.
     *
     * @param known whether there were recent responses that agree with each other
     */
    public record Skew(Duration least, Duration most, boolean known) {

        /** Returns the skew in seconds; NaN if unknown. */
        double seconds() {
            return known ? least.plus(most).dividedBy(2).toMillis() / 1000.0 : Double.NaN;
        }

        @Override
        public String toString() {
            return known ? String.format(Locale.ROOT, "%.1f s", seconds()) : "unknown";
        }
    }
}
