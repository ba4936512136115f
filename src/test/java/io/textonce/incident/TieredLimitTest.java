package io.textonce.incident;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.textonce.incident.TieredLimit.Tier;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TieredLimitTest {

    @Test
    void readsRungs() {
        var limit = TieredLimit.parse(List.of("1/1m", " 5/15m", "11/1h"));

        assertThat(limit.tiers())
                .containsExactly(
                        new Tier(1, Duration.ofMinutes(1)),
                        new Tier(5, Duration.ofMinutes(15)),
                        new Tier(11, Duration.ofHours(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1m", "0/1m", "1/", "/1m", "1/m", "1/1x", "1/1m/2"})
    void refusesWhatIsNoTier(String tier) {
        assertThatThrownBy(() -> TieredLimit.parse(List.of(tier))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesEachIncidentOfADigestOnceAndCountsThoseThatFindNoRoom() {
        var many = IntStream.range(0, 40).mapToObj(n -> "INC-" + (1000 + n)).toList();

        assertThat(Digest.names(List.of("A", "B", "A"))).isEqualTo("A, B");
        assertThat(Digest.names(many))
                .hasSizeLessThan(220)
                .startsWith("INC-1000, INC-1001, ")
                .endsWith(" and 20 more");
        assertThat(Digest.names(Collections.nCopies(40, "INC-1"))).isEqualTo("INC-1");
    }
}
