package io.textonce.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuietHoursTest {

    @ParameterizedTest
    @CsvSource({
        "21:00-08:00, 2026-07-01T18:59:59Z, 2026-07-01T18:59:59Z",
        "21:00-08:00, 2026-07-01T19:00:00Z, 2026-07-02T06:00:00Z",
        "21:00-08:00, 2026-07-02T05:59:59Z, 2026-07-02T06:00:00Z",
        "21:00-08:00, 2026-07-02T06:00:00Z, 2026-07-02T06:00:00Z",
        "12:00-14:00, 2026-07-01T10:30:00Z, 2026-07-01T12:00:00Z",
        "12:00-14:00, 2026-07-01T12:00:00Z, 2026-07-01T12:00:00Z",
    })
    void endAtTheLocalTimeInBerlin(String quiet, Instant at, Instant next) {
        assertThat(QuietHours.parse(quiet).next(at, ZoneId.of("Europe/Berlin"))).isEqualTo(next);
    }

    /** On 2026-03-29 the clock leaps from 02:00 to 03:00, on 2026-10-25 it goes from 03:00 back to 02:00. */
    @ParameterizedTest
    @CsvSource({
        // The night of the leap is an hour shorter, the other an hour longer.
        "21:00-08:00, 2026-03-28T22:00:00Z, 2026-03-29T06:00:00Z",
        "21:00-08:00, 2026-10-24T22:00:00Z, 2026-10-25T07:00:00Z",
        // 02:30 is not on the clock that day: quiet until the leap.
        "21:00-02:30, 2026-03-29T00:59:00Z, 2026-03-29T01:00:00Z",
        // 02:30 is there twice: quiet until the second.
        "21:00-02:30, 2026-10-25T00:15:00Z, 2026-10-25T01:30:00Z",
        "21:00-02:30, 2026-10-25T01:15:00Z, 2026-10-25T01:30:00Z",
        "21:00-02:30, 2026-10-25T00:45:00Z, 2026-10-25T01:30:00Z",
        "21:00-02:30, 2026-10-25T01:30:00Z, 2026-10-25T01:30:00Z",
        // So is their beginning: quiet from the first on.
        "02:30-08:00, 2026-10-25T00:29:59Z, 2026-10-25T00:29:59Z",
        "02:30-08:00, 2026-10-25T01:15:00Z, 2026-10-25T07:00:00Z",
        // A night within the hour that is there twice lasts from its first beginning to its second end.
        "02:15-02:45, 2026-10-25T00:50:00Z, 2026-10-25T01:45:00Z",
        // They begin with the leap where their first minute is not on the clock.
        "02:30-08:00, 2026-03-29T01:00:00Z, 2026-03-29T06:00:00Z",
    })
    void goByTheClockOnTheWallWhenItIsChanged(String quiet, Instant at, Instant next) {
        assertThat(QuietHours.parse(quiet).next(at, ZoneId.of("Europe/Berlin"))).isEqualTo(next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"21:00", "21-08", "21:00-25:00", "21:00-08:00-09:00", "08:00-08:00", "-"})
    void areRefusedUnlessTheyAreTwoTimes(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> QuietHours.parse(text));
    }
}
