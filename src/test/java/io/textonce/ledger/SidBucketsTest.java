package io.textonce.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SidBucketsTest {

    @Test
    void areEqualWhereBothSetsHaveTheSameSids() {
        var buckets = new SidBuckets();

        IntStream.range(0, 5000).forEach(n -> buckets.add("SM" + n));
        assertThat(buckets.areEqual()).isFalse();
        IntStream.range(0, 5000).map(n -> 4999 - n).forEach(n -> buckets.add("SM" + n));

        assertThat(buckets.areEqual()).isTrue();
        assertThat(buckets.mayDifferIn("SM7")).isFalse();
    }

    @Test
    void nameWhatOneSetLacksAlsoBesideASidThatIsThereTwice() {
        var buckets = new SidBuckets();

        for (String sid : new String[] {"SM1", "SM2", "SM3", "SM3", "SM3"}) {
            buckets.add(sid);
        }
        for (String sid : new String[] {"SM1", "SM3"}) {
            buckets.add(sid);
        }

        assertThat(buckets.areEqual()).isFalse();
        assertThat(buckets.mayDifferIn("SM2")).isTrue();
        assertThat(buckets.mayDifferIn("SM1")).isFalse();
    }
}
