package io.textonce.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.textonce.console.Dashboard.Hour;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dashboard's chart. */
class ChartTest {

    @ParameterizedTest
    @CsvSource({"0, 2", "2, 2", "3, 4", "41, 60", "60, 60", "61, 80", "99, 100", "101, 200", "40001, 60000"})
    void hasAScaleThatIsRoundAndNotMuchHigherThanTheHighestBar(long highest, long top) {
        var chart = new Chart(List.of(new Hour(Instant.EPOCH, highest, 0, 0, 0, 0)));

        assertThat(chart.lines()).extracting(Chart.Line::value).containsExactly(0L, top / 2, top);
    }
}
