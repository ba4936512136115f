package io.textonce.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.message.BasicHttpResponse;
import org.junit.jupiter.api.Test;

class SlowCallsTest {

    private static final HttpResponse RESPONSE = new BasicHttpResponse(201);

    private final AtomicLong nanos = new AtomicLong();
    private final SlowCalls slowCalls = new SlowCalls(nanos::get);

    @Test
    void holdsAllButUrgentMessagesOnceManyCallsHadNoResponse() {
        begin(SlowCalls.MOST);
        assertThat(slowCalls.admits(false)).isTrue();

        pass(SlowCalls.SLOW);

        assertThat(slowCalls.admits(false)).isFalse();
        assertThat(slowCalls.admits(true)).isTrue();
        assertThat(slowCalls.most()).isZero();
    }

    @Test
    void toleratesFewerSlowCallsAndManyFastOnes() {
        begin(SlowCalls.MOST - 1);
        pass(SlowCalls.SLOW);
        var fast = begin(1_000);

        assertThat(slowCalls.admits(false)).isTrue();
        fast.forEach(call -> slowCalls.end(call, RESPONSE));
        assertThat(slowCalls.most()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void probesOnceASecond() {
        begin(SlowCalls.MOST);
        pass(SlowCalls.SLOW);
        assertThat(slowCalls.admits(false)).isFalse();

        pass(SlowCalls.PROBE_INTERVAL);

        assertThat(slowCalls.most()).isOne();
        assertThat(slowCalls.admits(false)).isTrue();
        assertThat(slowCalls.admits(false)).isFalse();
        assertThat(slowCalls.most()).isZero();
    }

    @Test
    void staysOpenThroughTimeOutsAndLateResponses() {
        var calls = begin(SlowCalls.MOST);
        pass(SlowCalls.SLOW);
        assertThat(slowCalls.isOpen()).isTrue();

        slowCalls.end(calls.get(0), RESPONSE);
        calls.forEach(call -> slowCalls.end(call, null));

        assertThat(slowCalls.isOpen()).isTrue();
        assertThat(slowCalls.admits(false)).isFalse();
    }

    @Test
    void closesWithTheResponseToAProbe() {
        begin(SlowCalls.MOST);
        pass(SlowCalls.SLOW);
        assertThat(slowCalls.isOpen()).isTrue();
        pass(SlowCalls.PROBE_INTERVAL);

        var probe = begin(1).get(0);
        slowCalls.end(probe, RESPONSE);

        assertThat(slowCalls.isOpen()).isFalse();
    }

    private List<CallRecord> begin(int number) {
        var calls = Stream.generate(() -> new CallRecord(Clock.systemUTC()))
                .limit(number)
                .toList();
        calls.forEach(slowCalls::begin);
        return calls;
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
