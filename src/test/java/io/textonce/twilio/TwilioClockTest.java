package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.textonce.sandbox.Fault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class TwilioClockTest {

    private Instant now = Instant.parse("2026-11-25T10:00:00.900Z");
    private final TwilioClock clock = new TwilioClock(((InstantSource) () -> now).withZone(ZoneOffset.UTC));

    @Test
    void knowsNothingBeforeTheFirstAnswer() {
        assertThat(clock.skew().known()).isFalse();
        assertThat(clock.skew()).hasToString("unknown");
        assertThat(gauge()).isNaN();
    }

    @Test
    void boundsTheSkewByTheSecondAndTheRoundTrip() {
        answer(Duration.ofSeconds(90), Duration.ofMillis(400));

        assertThat(clock.skew().known()).isTrue();
        assertThat(clock.skew().least()).isBetween(Duration.ofMillis(88_600), Duration.ofSeconds(90));
        assertThat(clock.skew().most()).isBetween(Duration.ofSeconds(90), Duration.ofMillis(91_400));
    }

    @Test
    void narrowsItWithEachAnswer() {
        for (int millis = 0; millis < 1000; millis += 10) {
            answer(Duration.ofMillis(-90_250), Duration.ofMillis(20));
            now = now.plusMillis(990);
        }

        assertThat(gauge()).isCloseTo(-90.25, within(0.05));
        assertThat(clock.skew()).hasToString("-90.2 s");
    }

    @Test
    void doesNotKnowItForAWhileOnceAClockWasSet() {
        answer(Duration.ofSeconds(90), Duration.ofMillis(20));
        now = now.plusSeconds(1);
        answer(Duration.ZERO, Duration.ofMillis(20));

        assertThat(clock.skew().known()).isFalse();

        for (int minute = 0; minute < 11; minute++) {
            now = now.plusSeconds(60);
            answer(Duration.ZERO, Duration.ofMillis(20));
        }

        assertThat(clock.skew().known()).isTrue();
        assertThat(gauge()).isCloseTo(0, within(1.0));
    }

    @Test
    void takesTheClocksOfTwiliosMachinesForOne() {
        for (int i = 0; i < 100; i++) {
            answer(Duration.ofMillis(i % 2 * 3000), Duration.ofMillis(20));
            now = now.plusMillis(1010);
        }

        assertThat(clock.skew().known()).isTrue();
        assertThat(clock.skew().least()).isLessThan(clock.skew().most());
    }

    @Test
    void forgetsWhatIsOld() {
        answer(Duration.ofSeconds(90), Duration.ofMillis(20));
        now = now.plus(Duration.ofMinutes(9));

        assertThat(clock.skew().known()).isTrue();

        now = now.plus(Duration.ofMinutes(2));

        assertThat(clock.skew().known()).isFalse();
    }

    @Test
    void measuresTheAnswersOfTwilioAndNoOthers() {
        try (var twilio = new SkewedTwilio("+15005550006", Duration.ofSeconds(-90))) {
            twilio.simulator().next(Fault.answers(500));
            assertThatThrownBy(() -> twilio.post("+14155552671", "Hello")).isInstanceOf(TwilioFailure.class);
            assertThat(twilio.clock().skew().known()).isFalse();

            twilio.post("+14155552671", "Hello");

            assertThat(twilio.clock().skew().known()).isTrue();
            assertThat(twilio.clock().skew().seconds()).isCloseTo(-90, within(2.0));
        }
    }

    /** As an answer of a Twilio whose clock is so far ahead, written in the middle of the call. */
    private void answer(Duration ahead, Duration roundTrip) {
        var written = now.plus(roundTrip.dividedBy(2)).plus(ahead);
        clock.answered(now, now.plus(roundTrip), Instant.ofEpochSecond(written.getEpochSecond()));
        now = now.plus(roundTrip);
    }

    private double gauge() {
        var meters = new SimpleMeterRegistry();
        clock.bindTo(meters);
        return meters.get("textonce.twilio.clock.skew").timeGauge().value();
    }
}
