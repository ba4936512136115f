package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LeaseTest {

    /** A clock that is wrong by any amount. */
    private static final Instant NOW = Instant.parse("2001-02-03T04:05:06Z");

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void endsAfterItsLength() {
        assertThat(new Lease(MINUTE).holds()).isTrue();
        assertThat(new Lease(Duration.ZERO).holds()).isFalse();
    }

    @Test
    void endsWithTheTextsOwnTimeByTheClockThatDecided() {
        assertThat(new Lease(MINUTE).of(NOW, null).holds()).isTrue();
        assertThat(new Lease(MINUTE).of(NOW, NOW.plusSeconds(30)).holds()).isTrue();
        assertThat(new Lease(MINUTE).of(NOW, NOW).holds()).isFalse();
        assertThat(new Lease(MINUTE).of(NOW, NOW.minusSeconds(1)).holds()).isFalse();
    }

    @Test
    void isNeverLongerThanItsLength() {
        assertThat(new Lease(Duration.ZERO).of(NOW, NOW.plusSeconds(30)).holds())
                .isFalse();
    }

    @Test
    void carriesOnTheClockThatDecided() {
        assertThat(new Lease(MINUTE).of(NOW, null).now()).isBetween(NOW, NOW.plusSeconds(30));
    }
}
