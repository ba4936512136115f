package io.textonce.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.settings.CapSettings;
import io.textonce.settings.CapSettings.AtLimit;
import io.textonce.settings.CapSettings.Period;
import io.textonce.settings.CapSettings.Unit;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapTest {

    /** In Havana midnight comes twice on 2026-11-01; in Cairo that of 2026-04-24 does not come. */
    @ParameterizedTest
    @CsvSource({
        "DAY, Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "DAY, America/Havana, 2026-11-01T04:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        "DAY, America/Havana, 2026-11-01T05:30:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        "DAY, America/Havana, 2026-11-01T20:00:00Z, 2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z",
        "DAY, Africa/Cairo, 2026-04-24T12:00:00Z, 2026-04-23T22:00:00Z, 2026-04-24T21:00:00Z",
        "MONTH, America/Havana, 2026-11-01T05:30:00Z, 2026-11-01T04:00:00Z, 2026-12-01T05:00:00Z",
        "MONTH, America/Havana, 2026-11-20T12:00:00Z, 2026-11-01T04:00:00Z, 2026-12-01T05:00:00Z",
    })
    void countsEachDayAndMonthOnce(Period period, ZoneId zone, Instant time, Instant starts, Instant ends) {
        var settings =
                new CapSettings(Set.of(), Set.of(), Set.of(), Set.of(), period, Unit.MESSAGES, 1, AtLimit.HOLD, true);
        var cap = new Cap("daily", settings, zone);

        assertThat(cap.startsAt(time)).isEqualTo(starts);
        assertThat(cap.endsAt(time)).isEqualTo(ends);
    }
}
