package io.textonce.bench;

import java.util.Arrays;

/** Answers of a run by the second of it in which they came. */
final class Timeline implements Callers.Observer {

    private final long begin = System.nanoTime();
    private int[] seconds = new int[1 << 16];
    private long[] latencies = new long[1 << 16];
    private int all;
    private int failed;

    @Override
    public void answered(long due, long at, int status) {
        if (all == seconds.length) {
            seconds = Arrays.copyOf(seconds, all * 2);
            latencies = Arrays.copyOf(latencies, all * 2);
        }
        seconds[all] = (int) ((at - begin) / 1_000_000_000);
        latencies[all++] = at - due;
        failed += status / 100 == 2 ? 0 : 1;
    }

    /** How many came. */
    int all() {
        return all;
    }

    /** How many had a status other than 2xx. */
    int failed() {
        return failed;
    }

    /** The rate from one second to another. */
    double perSecond(int from, int to) {
        return (double) sorted(from, to).length / (to - from);
    }

    /** The latency that the given share of those answers kept to, in milliseconds. */
    double percentile(double share, int from, int to) {
        long[] those = sorted(from, to);
        return those.length == 0 ? Double.NaN : those[(int) Math.min(those.length - 1, those.length * share)] / 1e6;
    }

    private long[] sorted(int from, int to) {
        long[] those = new long[all];
        int number = 0;
        for (int i = 0; i < all; i++) {
            if (seconds[i] >= from && seconds[i] < to) {
                those[number++] = latencies[i];
            }
        }
        those = Arrays.copyOf(those, number);
        Arrays.sort(those);
        return those;
    }
}
