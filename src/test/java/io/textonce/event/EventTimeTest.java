package io.textonce.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTimeTest {

    /** Python writes the seconds of a duration as 3600.0. */
    @ParameterizedTest
    @CsvSource({
        "3600, 3600",
        "3600.0, 3600",
        "36e2, 3600",
        "0, 0",
        "-1, 0",
        "-1e999999999, 0",
        "1e999999999, 31536000",
        "99999999999999999999, 31536000",
    })
    void readsSecondsInEveryFormOfAWholeNumber(String written, long seconds) {
        assertThat(EventTime.seconds("ttl", new BigDecimal(written))).hasSeconds(seconds);
        assertThat(EventTime.seconds("ttl", written)).hasSeconds(seconds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.5", "1h", "", "NaN", "1e-999999999"})
    void rejectsWhatIsNoWholeNumberOfSeconds(String written) {
        assertThatThrownBy(() -> EventTime.seconds("ttl", written)).isInstanceOf(EventRejected.class);
    }
}
