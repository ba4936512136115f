package io.textonce.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * One run.
 *
 * @param perSecond events
 * @param p50 latency in ms, NaN where nobody waited for an answer
 * @param p99 the same
 * @param cpu of the application for an event, in microseconds
 * @param databaseCpu of PostgreSQL for an event, in microseconds
 */
record Run(double perSecond, double p50, double p99, double cpu, double databaseCpu) {

    /** That with the median rate. */
    static Run median(List<Run> runs) {
        return middle(runs, Run::perSecond);
    }

    private static Run middle(List<Run> runs, ToDoubleFunction<Run> by) {
        return runs.stream().sorted(Comparator.comparingDouble(by)).toList().get((runs.size() - 1) / 2);
    }

    /** The end of a row: the median and the rates of all. */
    static String row(List<Run> runs) {
        var median = median(runs);
        return String.format(
                Locale.ROOT,
                "%.0f | %s | %s | %s | %.0f | %.0f |",
                median.perSecond(),
                each(runs, "%.0f", Run::perSecond),
                latency(median.p50()),
                latency(median.p99()),
                median.cpu(),
                median.databaseCpu());
    }

    /** The end of a row of latencies: the median and the slowest hundredths of all. */
    static String latencyRow(List<Run> runs) {
        var median = middle(runs, Run::p99);
        return String.format(
                Locale.ROOT,
                "%.0f | %s | %s | %s |",
                median.perSecond(),
                latency(median.p50()),
                latency(median.p99()),
                each(runs, "%.1f", Run::p99));
    }

    private static String each(List<Run> runs, String format, ToDoubleFunction<Run> value) {
        return runs.stream()
                .map(run -> String.format(Locale.ROOT, format, value.applyAsDouble(run)))
                .collect(Collectors.joining(", "));
    }

    private static String latency(double millis) {
        return Double.isNaN(millis) ? "" : String.format(Locale.ROOT, "%.1f", millis);
    }
}
