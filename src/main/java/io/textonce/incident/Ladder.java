package io.textonce.incident;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;

/**
 * Tiered rate limits of one number, in several windows at once: one message a minute, but only five in a quarter of an
 * hour. Excess alerts wait and are bundled into one digest.
 */
record Ladder(List<Rung> rungs) {

    private static final Pattern RUNG = Pattern.compile("([1-9]\\d{0,3})/(\\d+[a-z]+)");

    /** @param rungs such as {@code 5/15m} */
    static Ladder parse(List<String> rungs) {
        return new Ladder(rungs.stream().map(Ladder::rung).toList());
    }

    private static Rung rung(String text) {
        var parts = RUNG.matcher(text.trim());
        if (!parts.matches()) {
            throw new IllegalArgumentException("a rung of textonce.incident.ladder must be such as 5/15m");
        }
        return new Rung(Integer.parseInt(parts.group(1)), DurationStyle.detectAndParse(parts.group(2)));
    }

    /** @param most messages in the window */
    record Rung(int most, Duration window) {}
}
