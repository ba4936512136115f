package io.textonce.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RepeatedLinesTest {

    private final AtomicLong now = new AtomicLong();
    private final RepeatedLines repeated = new RepeatedLines(now::get);
    private final List<Long> lines = new ArrayList<>();

    @Test
    void logsTheFirstOfAKindAndOneAMinuteWithTheNumberOfTheOthers() {
        for (int seconds = 0; seconds < 120; seconds++) {
            now.set(TimeUnit.SECONDS.toNanos(seconds));
            repeated.log("no connection", lines::add);
        }

        assertThat(lines).containsExactly(0L, 59L);
    }

    @Test
    void logsEachKind() {
        repeated.log("no connection", lines::add);
        repeated.log("no answer", lines::add);

        assertThat(lines).containsExactly(0L, 0L);
    }

    @Test
    void forgetsKindsRatherThanFillingTheMemory() {
        for (int kind = 0; kind < 10_000; kind++) {
            repeated.log(kind, lines::add);
        }

        assertThat(lines).hasSize(10_000);
    }
}
