package io.textonce.console;

import io.textonce.console.Dashboard.Hour;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Stacked bar chart of a day's messages, measured for an SVG of {@link #WIDTH} by {@link #HEIGHT}. */
public final class Chart {

    static final int WIDTH = 720;
    static final int HEIGHT = 220;

    private static final int LEFT = 44;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 26;
    private static final int FLOOR = HEIGHT - BOTTOM;

    private static final List<Band> BANDS = List.of(
            new Band("delivered", StatusGroup.ANY_DELIVERED, Hour::delivered),
            new Band("underway", StatusGroup.IN_PROGRESS, Hour::underWay),
            new Band("waiting", StatusGroup.WAITING, Hour::waiting),
            new Band("failed", StatusGroup.NOT_DELIVERED, Hour::failed),
            new Band("canceled", StatusGroup.ANY_CANCELED, Hour::canceled));

    private final List<Hour> hours;
    private final long top;

    Chart(List<Hour> hours) {
        this.hours = hours;
        this.top = roundUp(hours.stream().mapToLong(Hour::total).max().orElse(0));
    }

    public List<Hour> hours() {
        return hours;
    }

    public List<Band> bands() {
        return BANDS;
    }

    public long total() {
        return hours.stream().mapToLong(Hour::total).sum();
    }

    /** Returns the sum of a band over the day. */
    public long sum(Band band) {
        return hours.stream().mapToLong(band.of()).sum();
    }

    /** Returns the percentage of completed messages that were delivered, rounded down; 100 if there is none. */
    public long deliveredPercent() {
        long delivered = sum(BANDS.get(0));
        long failed = sum(BANDS.get(3));
        return delivered + failed == 0 ? 100 : Math.round(Math.floor(100.0 * delivered / (delivered + failed)));
    }

    /** Returns the segments of all bars, from the bottom up. */
    public List<Bar> bars() {
        var bars = new ArrayList<Bar>();
        double step = (WIDTH - LEFT - RIGHT) / (double) hours.size();
        for (int i = 0; i < hours.size(); i++) {
            double y = FLOOR;
            for (var band : BANDS) {
                long many = band.of().applyAsLong(hours.get(i));
                if (many > 0) {
                    double height = Math.max(1.5, many * (FLOOR - TOP) / (double) top);
                    y -= height;
                    bars.add(
                            new Bar(band.name(), round(LEFT + i * step + 3), round(y), round(step - 6), round(height)));
                }
            }
        }
        return bars;
    }

    /** Returns the lines of the scale with their values. */
    public List<Line> lines() {
        return List.of(0L, top / 2, top).stream()
                .distinct()
                .map(value -> new Line(value, round(FLOOR - value * (FLOOR - TOP) / (double) top)))
                .toList();
    }

    /** Returns the hour labels below the bars: every sixth. */
    public List<Tick> ticks() {
        double step = (WIDTH - LEFT - RIGHT) / (double) hours.size();
        var ticks = new ArrayList<Tick>();
        for (int i = hours.size() - 1; i >= 0; i -= 6) {
            ticks.add(new Tick(hours.get(i).start(), round(LEFT + i * step + step / 2), HEIGHT - 8));
        }
        return ticks;
    }

    public int left() {
        return LEFT;
    }

    public int width() {
        return WIDTH;
    }

    public int height() {
        return HEIGHT;
    }

    /** Rounds up to an even number of a power of ten, so that its half is a round number too. */
    private static long roundUp(long most) {
        for (long power = 1; ; power *= 10) {
            for (long factor : new long[] {2, 4, 6, 8, 10}) {
                if (most <= factor * power) {
                    return factor * power;
                }
            }
        }
    }

    private static double round(double value) {
        return Math.round(value * 10) / 10.0;
    }

    /**
     * Band of one outcome.
     *
     * @param name of its CSS class
     */
    public record Band(String name, StatusGroup group, ToLongFunction<Hour> of) {

        public String title() {
            return group.title();
        }
    }

    /** Segment of a bar. */
    public record Bar(String band, double x, double y, double width, double height) {}

    /** Line of the scale. */
    public record Line(long value, double y) {}

    /** Hour label below the bars. */
    public record Tick(Instant hour, double x, double y) {}
}
