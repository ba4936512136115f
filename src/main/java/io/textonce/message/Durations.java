package io.textonce.message;

import java.time.Duration;
import org.springframework.boot.convert.DurationStyle;

/** Parser of the durations in route files. A number without a unit is rejected: it would be milliseconds. */
final class Durations {

    private Durations() {}

    static Duration of(String name, String text) {
        var duration = DurationStyle.detectAndParse(text);
        if (text.matches("[+-]?\\d+")) {
            throw new IllegalArgumentException(name + " '" + text + "' has no unit; write 30s, 15m, 2h or 3d");
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(
                    name + " '" + text + "' is not longer than zero; write 30s, 15m, 2h or 3d");
        }
        return duration;
    }
}
